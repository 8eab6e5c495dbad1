"""The filestore, as far as the database job touches it."""

import hashlib
import os
import shutil
import uuid
from pathlib import Path

from job import DATABASE, JobError


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
