"""Proves that the latest backup can be restored: brings it back beside the database in service, looks at it, removes it.

What came back is judged as restore tests of the other architectures judge it, and the checks have the same names. A check that
could not be made counts as failed, and so does a proof without a report.
"""

import json
import time
from functools import partial

import verify_database

from . import archive, choice, handover, recovery_points, repository
from .bucket_filestore import BucketFilestore
from .examination import Damage, Examination, stop_when_told
from .host import alone, ask
from .proof_checks import CHECKS, Restored
from .recovery import Throwaway, clear_proof

# Attachments that are read to the end; of all others presence and size are looked at.
READ_AT_MOST = 10_000

# The log is handed to the archive after a minute at most. After this time the alarm server-wal-archive rings.
ARCHIVE_SECONDS = 900


def prove(host):
    """Whether the latest backup can be restored. Tells CloudWatch, the audit bucket and the listing of recovery points."""
    stop_when_told()
    # Not while the service is handed over, nor beside a backup of the database or a restore.
    with alone("hand-over"), alone("database"):
        if handover.is_handed_over(host):
            print("proof: none, this server has handed its service over", flush=True)
            return True
        proof = Proof(host)
        proof.run()
    return proof.keep()


class Proof(Examination):
    """A restore of the latest backup."""

    name = "proof"
    listed = "proof"
    suffix = "server"
    order = ("archive", "restore", *CHECKS)
    about = """The latest backup of the database was restored on the server itself, beside the database in service, into a PostgreSQL
that nobody else reaches, and rolled forward. What came back was compared with what an Odoo that can be served must be, and with
what was counted in the database in service. Attachments were looked at in the bucket from which a restore would take them.
Afterwards everything was removed."""

    def __init__(self, host):
        super().__init__(host, BucketFilestore(host, READ_AT_MOST))
        # What is not known before it is found out.
        self.backup = self.mark = self.rows = self.rpo_seconds = self.restored_to = None

    def examine(self):
        self.check("archive", self.archive)
        self.began = time.time()
        self.check("restore", self.restore)

    def archive(self):
        """Counts what is there, and waits until all of that is in the archive: what comes back must have it."""
        self.rows = json.loads(ask(self.host, verify_database.ROWS, database=self.host.database))
        self.mark = archive.mark(self.host)
        self.rpo_seconds = archive.wait_until_held(self.host, self.mark, ARCHIVE_SECONDS)
        if self.rpo_seconds is None:
            raise Damage(f"a change did not reach it within {ARCHIVE_SECONDS // 60} minutes")
        return f"a change was in it after {self.rpo_seconds:.0f} s; at most {self.host.rpo_hours:g} h of work may be lost"

    def restore(self):
        """Everything that came back is gone when this ends."""
        recovery = Throwaway(self.host)
        try:
            information = repository.information()
            choice.refuse_other_version(information, recovery.version)
            plan = choice.choose(information)
            self.backup = plan.backup
            recovery.bring_back(plan)
            with recovery.server():
                seconds = time.time() - self.began
                with recovery.connection(self.host.database) as connection:
                    restored = Restored(self.host, connection, self.attachments, self.mark, self.rows)
                    for name, look in CHECKS.items():
                        self.check(name, partial(look, restored))
                self.restored_to = restored.until
        finally:
            clear_proof(self.host)
        return f"{plan}, in {seconds:.0f} s"

    def restored(self):
        iso = recovery_points.iso
        return {
            "backup": self.backup and {"label": self.backup["label"], "stop": iso(self.backup["timestamp"]["stop"])},
            "recoveryPoint": self.restored_to and iso(self.restored_to),
            "rpoSeconds": self.rpo_seconds and round(self.rpo_seconds, 1),
        }

    def facts(self, report):
        backup = report["backup"]
        rpo = report["rpoSeconds"]
        return (
            ("Backup", f"{backup['label']}, ended {backup['stop']}" if backup else "none was found"),
            ("Recovery point", f"every change until {report['recoveryPoint']}" if report["recoveryPoint"] else "not known"),
            ("RPO reached", "not known" if rpo is None else f"{rpo:.0f} seconds, which a change took until it was in the archive"),
        )
