"""Decides what a data volume without a database begins with: the backup, or, if surely there is none, nothing.

    python3 -m backup.blank VERSION      version of PostgreSQL on this server

Whatever cannot be read is an error: an empty Odoo in the place of one that could have been restored would look like the
loss of everything, and its backups would push out the old ones.

A server that is brought back in another Region has backups of its own, or the copies of another one's: it never begins with
nothing.
"""

import sys
from datetime import datetime

from . import choice, configuration, filestore, handover, repository
from .completion import complete
from .copied_recovery import CopiedRecovery
from .host import Failure, Host
from .recovery import Recovery


def main(version):
    host = Host()
    information = repository.information()
    code = information["status"]["code"]
    if host.copied_backups and code == repository.NO_STANZA:
        restore_copy(host, version)
        return
    # Also of a volume that is lost: what it held may be served elsewhere.
    handover.bring_back_marker(host, host.backups)
    if code == repository.OK:
        fill(Recovery(host, version), host.backups, information)
        print("restore: the data volume was blank and holds the latest backup now", flush=True)
    else:
        refuse_traces(host, code)
        print("restore: no backup and no attachment of an earlier database: starting with a new one", flush=True)


def refuse_traces(host, code):
    if code != repository.NO_STANZA:
        otherwise = "bring the copy back once more" if host.copied_backups else "start with a new database"
        raise Failure(
            f"the data volume is blank and s3://{host.backup_bucket}/{host.backups}pgbackrest has WAL of an earlier database,"
            f" but no backup of it: attach its data volume, or move these objects away to {otherwise}"
        )
    if not filestore.is_empty_in_bucket(host):
        raise Failure(
            f"the data volume is blank and there is no backup, but s3://{host.filestore_bucket}/filestore/{host.database} has"
            " attachments of an earlier database: restore that one first, or move these objects away to start with a new one"
        )


def restore_copy(host, version):
    """As of the moment up to which everything is there. Nothing is written below the prefix of the copy."""
    with repository.below(host.copied_backups):
        information = repository.information()
        if information["status"]["code"] != repository.OK:
            raise Failure(
                f"this server is to be brought back from s3://{host.backup_bucket}/{host.copied_backups}pgbackrest, which has no"
                " backup: it does not start with a new database"
            )
        handover.bring_back_marker(host, host.copied_backups)
        moment = datetime.fromisoformat(host.brought_back_to)
        fill(CopiedRecovery(host, version), host.copied_backups, information, moment)
    print(f"restore: the data volume was blank and holds the copy now, as of {host.brought_back_to}", flush=True)


def fill(recovery, backups, information, target=None):
    """The database as of the target, or the latest state, with attachments and configuration."""
    choice.refuse_other_version(information, recovery.version)
    recovery.bring_back(choice.choose(information, target))
    configuration.bring_back(recovery.host, backups)
    with recovery.server():
        complete(recovery.host, recovery)
    recovery.put_in_place()
    recovery.clear_away()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failure as failure:
        sys.exit(f"restore: {failure}")
