"""Proves that the latest backup can be restored: brings it back beside the database in service, looks at it, removes it.

What came back is judged as restore tests of the other architectures judge it, and the checks have the same names. A check that
could not be made counts as failed, and so does a proof without a report.
"""

import json
import signal
import time
from functools import partial

import verify_database

from . import archive, choice, handover, metrics, proof_report, recovery_points, repository
from .bucket_filestore import BucketFilestore
from .host import Failure, alone, ask
from .proof_checks import CHECKS, Damage, Restored
from .recovery import Throwaway, clear_proof

# Attachments that are read to the end; of all others presence and size are looked at.
READ_AT_MOST = 10_000

# The log is handed to the archive after a minute at most. After this time the alarm server-wal-archive rings.
ARCHIVE_SECONDS = 900

# In the report.
ORDER = ("archive", "restore", *CHECKS)


class Stopped(SystemExit):
    """Somebody needs the server for something else: a restore, a handover, a shutdown."""


def prove(host):
    """Whether the latest backup can be restored. Tells CloudWatch, the audit bucket and the listing of recovery points."""
    signal.signal(signal.SIGTERM, stop)
    # Not while the service is handed over, nor beside a backup of the database or a restore.
    with alone("hand-over"), alone("database"):
        if handover.is_handed_over(host):
            print("proof: none, this server has handed its service over", flush=True)
            return True
        proof = Proof(host)
        proof.run()
    return keep(host, proof)


def stop(*_):
    # Once: on the way out nothing may keep it from clearing away.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped("proof: stopped before its end")


def keep(host, proof):
    """Writes down what was found; whether it is a proof."""
    report = proof.report()
    passed = proof_report.has_passed(report)
    key = proof_report.key_of(report)
    try:
        proof_report.put(host, key, report)
    except Exception as error:  # noqa: BLE001, botocore and urllib3 have no common ancestor
        print(f"proof: the report could not be written: {error}", flush=True)
        passed = False
    if passed:
        metrics.remember(host, "proof", {"succeeded": time.time()})
    found = [
        ("RestoreProven", "Count", 1 if passed else 0, None),
        ("RestoreDuration", "Seconds", report["seconds"], None),
        ("AttachmentsChecked", "Count", report["attachments"]["checked"], None),
    ]
    metrics.publish(host, found, metrics.RESTORE_NAMESPACE)
    listed = {
        "provenAt": report["validated"],
        "restoredTo": report["recoveryPoint"],
        "verdict": "passed" if passed else "failed",
        "report": f"{key}.json",
    }
    recovery_points.publish(host, lambda: {"proof": listed})
    print(f"proof: {listed['verdict']}, report in s3://{host.audit_bucket}/{key}.html", flush=True)
    return passed


class Proof:
    """One restore, and what was found."""

    def __init__(self, host):
        self.host = host
        self.findings = []
        self.attachments = BucketFilestore(host, READ_AT_MOST)
        self.began = self.ended = time.time()
        # What is not known before it is found out.
        self.backup = self.mark = self.rows = self.rpo_seconds = self.restored_to = None

    def run(self):
        try:
            self.check("archive", self.archive)
            self.began = time.time()
            self.check("restore", self.restore)
        except Stopped:
            self.note("restore", False, "it was stopped: by a restore, a handover or a shutdown, or because it took too long")
        self.ended = time.time()

    def note(self, check, passed, details):
        self.findings.append({"check": check, "passed": passed, "details": details})
        print(f"proof: {check}: {'' if passed else 'FAILED: '}{details}", flush=True)

    def check(self, name, look):
        """Runs a check to its finding, whatever happens."""
        try:
            self.note(name, True, look())
        except (Damage, Failure) as found:
            self.note(name, False, str(found))
        except Exception as error:  # noqa: BLE001, whatever it is, the check was not made
            self.note(name, False, f"could not be checked: {type(error).__name__}: {' '.join(str(error).split())}")

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

    def report(self):
        """What is kept of it: JSON, of which the page is made as well."""
        iso = recovery_points.iso
        return {
            "environment": self.host.name,
            "backup": self.backup and {"label": self.backup["label"], "stop": iso(self.backup["timestamp"]["stop"])},
            "recoveryPoint": self.restored_to and iso(self.restored_to),
            "restoreStarted": iso(self.began),
            "validated": iso(self.ended, "milliseconds"),
            "seconds": round(self.ended - self.began, 1),
            "rpoSeconds": self.rpo_seconds and round(self.rpo_seconds, 1),
            "findings": sorted(self.findings, key=lambda finding: ORDER.index(finding["check"])),
            "attachments": {name: getattr(self.attachments, name) for name in ("checked", "bytes", "read")},
        }

