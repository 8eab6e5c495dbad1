"""Decides what a data volume without a database begins with: the backup, or, if surely there is none, nothing.

    python3 -m backup.blank VERSION      version of PostgreSQL on this server

Whatever cannot be read is an error: an empty Odoo in the place of one that could have been restored would look like the
loss of everything, and its backups would push out the old ones.
"""

import sys

from . import choice, configuration, filestore, handover, repository
from .completion import complete
from .host import Failure, Host
from .recovery import Recovery


def main(version):
    host = Host()
    # Also of a volume that is lost: what it held may be served elsewhere.
    handover.bring_back_marker(host)
    information = repository.information()
    if information["status"]["code"] == repository.OK:
        restore_latest(host, information, version)
    else:
        refuse_traces(host, information["status"]["code"])
        print("restore: no backup and no attachment of an earlier database: starting with a new one", flush=True)


def refuse_traces(host, code):
    if code != repository.NO_STANZA:
        raise Failure(
            f"the data volume is blank and s3://{host.backup_bucket}/server/pgbackrest has WAL of an earlier database, but no"
            " backup of it: attach its data volume, or move these objects away to start with a new database"
        )
    if not filestore.is_empty_in_bucket(host):
        raise Failure(
            f"the data volume is blank and there is no backup, but s3://{host.filestore_bucket}/filestore/{host.database} has"
            " attachments of an earlier database: restore that one first, or move these objects away to start with a new one"
        )


def restore_latest(host, information, version):
    choice.refuse_other_version(information, version)
    recovery = Recovery(host, version)
    recovery.bring_back(choice.choose(information))
    configuration.bring_back(host)
    with recovery.server():
        complete(host, recovery)
    recovery.put_in_place()
    recovery.clear_away()
    print("restore: the data volume was blank and holds the latest backup now", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failure as failure:
        sys.exit(f"restore: {failure}")
