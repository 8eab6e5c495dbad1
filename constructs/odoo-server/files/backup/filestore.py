"""The copy of Odoo's filestore in its bucket, in the filestore's own layout, and back.

An attachment is filestore/DATABASE/<first two digits>/<sha1 of its content>. Nothing is ever deleted in the bucket, and
nothing gets there whose content is not what its name says: an object can be trusted without a look at it.

Objects carry owner, group and permissions as Amazon S3 Files expects them, so that the same bucket can be mounted when
the environment grows; without them Odoo could add nothing to the directories.
"""

import base64
import hashlib
import os
import re
import time
from concurrent.futures import ThreadPoolExecutor

from . import metrics, s3
from .host import Failure

DIRECTORY = re.compile(r"^[0-9a-f]{2}$")
FILE = re.compile(r"^[0-9a-f]{40}$")

# Odoo writes attachments in place. A file whose content is not yet its name's is left for the next run for this long;
# then it is a damaged one.
WRITING_SECONDS = 900

# Looked at again in the next run: clocks are set back sometimes, and a run takes a while.
MARGIN_SECONDS = 900


class Copy:
    """One run: what it may do, and what it found."""

    def __init__(self, host):
        self.host = host
        self.bucket = host.filestore_bucket
        self.prefix = f"filestore/{host.database}/"
        self.s3 = s3.client()
        self.bytes = 0
        # When those were last changed that may still be written, and the names of all that were left out.
        self.unfinished = []
        self.left_out = []
        self.damaged = []

    def key(self, directory, name=""):
        return f"{self.prefix}{directory}/{name}"


def copy(host, everything):
    """Copies what the bucket lacks; the bytes copied."""
    run = attempt(host, everything)
    if run.damaged:
        raise Failure(
            f"{len(run.damaged)} attachments are not what their names say and were not copied: "
            + ", ".join(run.damaged[:10])
        )
    return run.bytes


def attempt(host, everything):
    """Copies what the bucket lacks and can be copied; the run, with what could not.

    What is new is found by the time of the last change of its inode, which nobody can set back.
    """
    run = Copy(host)
    started = time.time()
    before = metrics.recall(host, "filestore")
    everything = everything or "until" not in before
    since = 0 if everything else before["until"] - MARGIN_SECONDS
    if not host.filestore.is_dir():
        # Odoo makes it with its first attachment.
        return run
    put_missing_marker(run, "filestore/")
    put_missing_marker(run, run.prefix)
    with ThreadPoolExecutor(s3.THREADS) as pool:
        for directory in sorted(filter(DIRECTORY.match, os.listdir(host.filestore))):
            copy_directory(run, pool, directory, since, in_bucket(run, directory) if everything else None)
    # An unfinished file must be found again, however long Odoo takes.
    metrics.remember(host, "filestore", {**before, "until": min([started, *run.unfinished])})
    return run


def copy_directory(run, pool, directory, since, saved):
    """Copies the files of one directory that changed. `saved` has the bucket's sizes, or each object is asked for."""
    files = files_changed_since(run.host.filestore / directory, since)
    if files and (saved is None or run.key(directory) not in saved):
        put_missing_marker(run, run.key(directory))
    run.bytes += sum(pool.map(lambda file: copy_file(run, directory, file, saved), files))


def files_changed_since(directory, since):
    with os.scandir(directory) as entries:
        return [
            entry.path
            for entry in entries
            if FILE.match(entry.name) and entry.is_file(follow_symlinks=False) and changed(entry) >= since
        ]


def changed(entry):
    try:
        return entry.stat(follow_symlinks=False).st_ctime
    except FileNotFoundError:
        # Odoo clears away what nobody refers to.
        return 0


def in_bucket(run, directory):
    """Sizes of the objects of one directory by their keys."""
    return {found["Key"]: found["Size"] for found in s3.listing(run.s3, run.bucket, run.key(directory))}


def copy_file(run, directory, path, saved):
    """Uploads a file that the bucket lacks and whose content is what its name says; the bytes uploaded.

    An object of another size is replaced, since content that was checked can only repair it.
    """
    name = os.path.basename(path)
    key = run.key(directory, name)
    try:
        with open(path, "rb") as file:
            status = os.fstat(file.fileno())
            if (size_of(run, key) if saved is None else saved.get(key)) == status.st_size:
                return 0
            if sha1_of(file) != name:
                note_bad_content(run, directory, name, status)
                return 0
            file.seek(0)
            put(run, key, "0100644", Body=file, ChecksumSHA1=base64_of(name))
            return status.st_size
    except FileNotFoundError:
        # Odoo clears away what nobody refers to.
        return 0


def size_of(run, key):
    found = s3.head(run.s3, run.bucket, key)
    return None if found is None else found["ContentLength"]


def note_bad_content(run, directory, name, status):
    run.left_out.append(f"{directory}/{name}")
    if time.time() - status.st_mtime < WRITING_SECONDS:
        run.unfinished.append(status.st_ctime)
    else:
        run.damaged.append(f"{directory}/{name}")


def sha1_of(file):
    digest = hashlib.sha1()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def base64_of(sha1):
    """The name as S3 wants a checksum: it refuses a body that changed since it was read here."""
    return base64.b64encode(bytes.fromhex(sha1)).decode()


def put_missing_marker(run, key):
    """The object that stands for a directory: without one it belongs to root when the bucket is mounted."""
    if size_of(run, key) is None:
        put(run, key, "0040755", Body=b"")


def put(run, key, permissions, **content):
    owner = {"file-owner": str(run.host.odoo_uid), "file-group": str(run.host.odoo_gid)}
    metadata = {**owner, "file-permissions": permissions}
    run.s3.put_object(Bucket=run.bucket, Key=key, Metadata=metadata, **content)


def is_empty_in_bucket(host):
    """Whether the bucket has no attachment of this database. Fails when it cannot be asked."""
    return next(s3.listing(s3.client(), host.filestore_bucket, f"filestore/{host.database}/"), None) is None


def fetch(host, names):
    """Brings attachments back that the filestore lacks; how many, and those that the bucket lacks as well.

    A file that is there stays as it is, whatever it holds: it may be the only one.
    """
    run = Copy(host)
    absent = [name for name in names if not (host.filestore / name).exists()]
    for directory in sorted({name.partition("/")[0] for name in absent}):
        make_directory(host, host.filestore / directory)
    with ThreadPoolExecutor(s3.THREADS) as pool:
        fetched = list(pool.map(lambda name: download(run, name), absent))
    return sum(fetched), [name for name, found in zip(absent, fetched) if not found]


def make_directory(host, directory):
    for path in (host.filestore, directory):
        if not path.exists():
            path.mkdir(mode=0o755, parents=True)
            os.chown(path, host.odoo_uid, host.odoo_gid)


def download(run, name):
    """Downloads an attachment aside and gives it its name when it is complete; whether the bucket has it."""
    found = s3.get(run.s3, run.bucket, run.prefix + name)
    if found is None:
        return False
    target = run.host.filestore / name
    unfinished = target.with_suffix(".restoring")
    try:
        with open(unfinished, "w+b") as file:
            for block in found["Body"].iter_chunks(1 << 20):
                file.write(block)
            file.seek(0)
            if sha1_of(file) != target.name:
                print(f"restore: the copy of attachment {name} is damaged", flush=True)
                return False
            os.fchown(file.fileno(), run.host.odoo_uid, run.host.odoo_gid)
            os.fchmod(file.fileno(), 0o644)
        os.replace(unfinished, target)
        return True
    finally:
        unfinished.unlink(missing_ok=True)
