"""Runs one job of the backups.

    python3 -m backup database-full | database-incremental     pgBackRest, then the filestore
    python3 -m backup filestore | filestore-all                what is new, or everything compared with the bucket
    python3 -m backup dump                                     a portable dump of the database
    python3 -m backup proof                                    the latest backup is restored aside and looked at
    python3 -m backup maintenance                              statistics of the database, and what needs somebody
    python3 -m backup begin                                    backups are expected from now on
    python3 -m backup status                                   publishes how old they are

Exit code 0 means: done and verified. Whatever happens is published as metrics.
"""

import sys
import time

from . import configuration, dump, filestore, handover, maintenance, metrics, proof, recovery_points, repository, status
from .host import Failure, Host, alone
from .recovery import clear_proof


def back_up(host, kind):
    try:
        # The room would be missing until the next proof.
        clear_proof(host)
    except OSError as error:
        print(f"backup: what a proof has left could not be removed: {error}", flush=True)
    return repository.back_up(host, kind)


def copy_files(host, everything):
    copied = filestore.copy(host, everything)
    return copied + configuration.save(host)


# Job of the metrics, and what returns the bytes that a run has written.
RUNS = {
    "database-full": ("database", lambda host: back_up(host, "full")),
    "database-incremental": ("database", lambda host: back_up(host, "incr")),
    "filestore": ("filestore", lambda host: copy_files(host, everything=False)),
    "filestore-all": ("filestore", lambda host: copy_files(host, everything=True)),
    "dump": ("dump", dump.save),
}
# A database that was saved refers to files that must be there when it comes back.
AFTER = {"database-full": "filestore", "database-incremental": "filestore", "dump": "filestore"}
# Part of the listing of what can be restored that a job changes, from the host and the time at which it began.
LISTED = {
    "database": lambda host, _: {"database": recovery_points.of_database(host)},
    "filestore": lambda _, began: {"filestore": {"copiedAt": recovery_points.iso(began)}},
    "dump": lambda host, _: {"dumps": recovery_points.of_dumps(host)},
}
OTHERS = {"begin": metrics.begin, "status": status.publish}


def main(name):
    host = Host()
    if name in OTHERS:
        OTHERS[name](host)
        return 0
    if handover.is_handed_over(host):
        # The buckets are another Odoo's now: what it clears away must not come back.
        print(f"backup: no {name}, this server has handed its service over", flush=True)
        return 0
    if name == "proof":
        return 0 if proof.prove(host) else 1
    if name == "maintenance":
        maintenance.maintain(host)
        return 0
    succeeded = attempt(host, name)
    if name in AFTER:
        # Also after a failure: the files are no less worth saving.
        succeeded = attempt(host, AFTER[name]) and succeeded
    return 0 if succeeded else 1


def attempt(host, name):
    """One run and its metrics; whether it succeeded."""
    job, save = RUNS[name]
    with alone(job):
        started = time.time()
        size = 0
        try:
            size = save(host)
            error = None
        except Failure as failure:
            error = failure
        except Exception as unexpected:  # noqa: BLE001, whatever it is must be counted
            error = f"{type(unexpected).__name__}: {unexpected}"
        seconds = time.time() - started
        if error is None:
            metrics.remember(host, job, {**metrics.recall(host, job), "succeeded": time.time()})
            print(f"backup: {name} succeeded in {seconds:.1f} s, {size} bytes", flush=True)
            recovery_points.publish(host, lambda: LISTED[job](host, started))
        else:
            print(f"backup: {name} failed after {seconds:.1f} s: {error}", flush=True)
    metrics.publish(
        host,
        [
            ("BackupSucceeded", "Count", 0 if error else 1, job),
            ("BackupDuration", "Seconds", seconds, job),
            ("BackupSize", "Bytes", size, job),
        ],
    )
    return error is None


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {*RUNS, *OTHERS, "maintenance", "proof"}:
        sys.exit(__doc__)
    try:
        sys.exit(main(sys.argv[1]))
    except Failure as failure:
        sys.exit(f"backup: {failure}")
