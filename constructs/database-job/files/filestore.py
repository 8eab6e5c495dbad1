"""The filestore, as far as the database job touches it."""

import hashlib
import os
import shutil
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from job import DATABASE, JobError

# A file is looked at over the network: what takes time is waiting.
LOOKS_AT_ONCE = 32


def probe_filestore(job):
    """Proves that this user can add files everywhere.

    Directories written from outside the mount (a restore, growth from the single server) can belong to root: reading
    works, every upload into them fails, and Odoo 18 only logs it. Asked before Odoo writes its first attachment.
    """
    root = Path(job.arguments.filestore, DATABASE)
    probed = 0
    try:
        root.mkdir(parents=True, exist_ok=True)
        # Odoo notes in `checklist`, laid out the same way, what it may clear away.
        for parent in (root, root / "checklist"):
            for directory in (parent, *(parent / f"{number:02x}" for number in range(256))):
                if directory.is_dir():
                    probe = directory / f".probe-{uuid.uuid4().hex}"
                    probe.touch()
                    probe.unlink()
                    probed += 1
    except OSError as error:
        raise JobError(
            f"the filestore is not writable for uid {os.getuid()}: {error}; give {root} and everything in it to uid"
            f" {os.getuid()}, gid {os.getgid()}, on Amazon S3 Files through the mount or as POSIX metadata of the objects"
        ) from None
    job.report["filestoreDirectories"] = probed


def publish_attachments(job, source):
    """Copies what Odoo wrote into the filestore, over what a killed run left there.

    Odoo itself must not write there yet: it refuses an attachment whose file exists with other content, and half a file
    would make every later run fail. Names are sums of the content, so overwriting can only repair.
    """
    for file in source.glob("[0-9a-f][0-9a-f]/*"):
        target = Path(job.arguments.filestore, DATABASE, file.parent.name, file.name)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)


def repair_attachments(job, since):
    """Removes files written since then whose content is not what their names say; how many. While nobody else writes."""
    removed = 0
    for directory in Path(job.arguments.filestore, DATABASE).glob("[0-9a-f][0-9a-f]"):
        with os.scandir(directory) as entries:
            # Clocks of a server and of a network file system differ.
            recent = [entry.path for entry in entries if entry.stat().st_mtime >= since - 300]
        for path in recent:
            if hashlib.sha1(Path(path).read_bytes()).hexdigest() != os.path.basename(path):
                os.unlink(path)
                removed += 1
    return removed


def check_attachments(job, database):
    """Looks at every file that a database refers to: there, and in full.

    What was just put into the bucket shows up in the mount a little later, so that what is missing is looked for again. What
    stays missing is for a person: production itself may have lost it, years ago.
    """
    deadline = time.monotonic() + job.arguments.attachment_seconds
    with job.session_as_odoo(database) as connection, ThreadPoolExecutor(LOOKS_AT_ONCE) as threads:
        checked, absent = 0, []
        for batch in attachments(connection):
            checked += len(batch)
            absent += absent_of(job, batch, threads)
        while absent and time.monotonic() < deadline:
            print(f"database job: {len(absent)} attachments are not in the filestore yet", flush=True)
            time.sleep(min(15, job.arguments.attachment_seconds))
            absent = absent_of(job, absent, threads)
    job.report["attachments"] = {"checked": checked, "absent": len(absent)}
    if absent:
        names = ", ".join(name for name, _ in absent[:5])
        job.warn(f"attachments that are not in the filestore, or not in full: {len(absent)}, among them {names}")


def attachments(connection):
    """Name and size of each, in batches: there may be millions."""
    # The server keeps the rows, which it does within a transaction only.
    connection.autocommit = False
    with connection.cursor("attachments") as cursor:
        cursor.execute("SELECT DISTINCT store_fname, file_size FROM ir_attachment WHERE store_fname IS NOT NULL")
        while batch := cursor.fetchmany(5000):
            yield batch


def absent_of(job, files, threads):
    root = Path(job.arguments.filestore, DATABASE)

    def is_there(file):
        name, size = file
        try:
            found = os.stat(root / name).st_size
        except OSError:
            return False
        return size is None or found == size

    return [file for file, there in zip(files, threads.map(is_there, files), strict=True) if not there]
