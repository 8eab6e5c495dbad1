"""The mark of a server whose service another architecture has taken over.

A file on the data volume, which systemd asks before it starts Odoo (ConditionPathExists in the units), whoever wants it
started: so a server that takes the volume over stays silent, too. And an object in the backup bucket, for a volume that
is lost and made anew from the backup.
"""

import json
import os

from . import s3
from .host import Failure

NAME = "handed-over.json"


def marker(host):
    return host.data / "handed-over"


def is_handed_over(host):
    return marker(host).exists()


def read(host):
    """What the mark says: when the handover began, and the key of its manifest once everything is saved."""
    return json.loads(marker(host).read_text())


def mark(host, content):
    """First on the volume: what the bucket says shall never be news to this server."""
    write(host, content)
    s3.client().put_object(Bucket=host.backup_bucket, Key=host.backups + NAME, Body=json.dumps(content).encode())


def write(host, content):
    """Whole or not at all, and there for good when this returns."""
    unfinished = marker(host).with_suffix(".new")
    with open(unfinished, "w", encoding="utf-8") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, marker(host))
    sync_directory(host)


def unmark(host):
    """The other way round, so that a server that is replaced on the way stays silent."""
    s3.client().delete_object(Bucket=host.backup_bucket, Key=host.backups + NAME)
    marker(host).unlink(missing_ok=True)
    sync_directory(host)


def sync_directory(host):
    directory = os.open(host.data, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def bring_back_marker(host, backups):
    """Onto a blank volume that is filled from these backups."""
    found = s3.get(s3.client(), host.backup_bucket, backups + NAME)
    if found is not None:
        write(host, json.loads(found["Body"].read()))
        print("restore: this server has handed its service over: Odoo will not be started", flush=True)


def refuse_if_handed_over(host):
    if is_handed_over(host):
        raise Failure(
            "this server has handed its service over, and another Odoo may be at work: take it back first (npm run grow"
            " with --undo), or restore the database there"
        )
