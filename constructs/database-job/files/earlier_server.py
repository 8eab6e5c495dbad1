"""The single server that an environment may have had before it became a service."""

from job import DATABASE, JobError
from object_store import ObjectStore

# pgBackRest's list of the backups of its database. There is one since the first of them.
BACKUPS = f"server/pgbackrest/backup/{DATABASE}/backup.info"


def refuse_to_forget(job):
    """Before a database is begun anew: users of an environment that has outgrown its server would find it empty."""
    arguments = job.arguments
    if arguments.backup_bucket and ObjectStore(arguments.backup_bucket, arguments.region).has(BACKUPS):
        raise JobError(
            "this environment had a single server, whose database has not been moved here: set its users back and deploy,"
            f" then run npm run grow; to begin with an empty database instead, move s3://{arguments.backup_bucket}/{BACKUPS}"
            " away"
        )
