"""What every proof of a restore does: makes its checks to their finding, and tells what came of them.

A check that could not be made counts as failed, and so does a proof without a report.
"""

import signal
import time

from . import metrics, proof_report, recovery_points
from .host import Failure


class Damage(Exception):
    """What came back is not what was backed up. Any other error means that a check could not be made."""


class Stopped(SystemExit):
    """Somebody needs the server for something else: a restore, a handover, a shutdown."""


def stop_when_told():
    signal.signal(signal.SIGTERM, stop)


def stop(*_):
    # Once: on the way out nothing may keep it from clearing away.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped("proof: stopped before its end")


class Examination:
    """One restore, and what was found."""

    # Under which its success is remembered.
    name = ""

    # Value of the metrics' dimension Job: each kind of proof has an age of its own, so that none hides that another is overdue.
    job = None

    # Its part of the listing of recovery points.
    listed = ""

    # How the name of its report ends.
    suffix = ""

    # Checks, in the order of the report.
    order = ()

    # For whoever reads the report.
    about = ""

    def __init__(self, host, attachments):
        self.host = host
        # The filestore that is looked at.
        self.attachments = attachments
        self.findings = []
        self.began = self.ended = time.time()

    def run(self):
        try:
            self.examine()
        except Stopped:
            self.note("restore", False, "it was stopped: by a restore, a handover or a shutdown, or because it took too long")
        # What was found is written down, which takes seconds, whoever is in a hurry.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self.ended = time.time()

    def examine(self):
        """Makes the checks."""
        raise NotImplementedError

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

    def report(self):
        """What is kept of it: JSON, of which the page is made as well."""
        iso = recovery_points.iso
        return {
            "environment": self.host.name,
            **self.restored(),
            "restoreStarted": iso(self.began),
            "validated": iso(self.ended, "milliseconds"),
            "seconds": round(self.ended - self.began, 1),
            "findings": sorted(self.findings, key=lambda finding: self.order.index(finding["check"])),
            "attachments": {name: getattr(self.attachments, name) for name in ("checked", "bytes", "read")},
        }

    def restored(self):
        """What was restored, for the report; `recoveryPoint` among it."""
        raise NotImplementedError

    def facts(self, report):
        """The same for its page, as names and texts."""
        raise NotImplementedError

    def keep(self):
        """Writes down what was found; whether it is a proof."""
        report = self.report()
        passed = proof_report.has_passed(report)
        key = proof_report.key_of(report, self.suffix)
        try:
            proof_report.put(self.host, key, report, self.about, self.facts(report))
        except Exception as error:  # noqa: BLE001, botocore and urllib3 have no common ancestor
            print(f"proof: the report could not be written: {error}", flush=True)
            passed = False
        if passed:
            metrics.remember(self.host, self.name, {"succeeded": time.time()})
        found = [
            ("RestoreProven", "Count", 1 if passed else 0, self.job),
            ("RestoreDuration", "Seconds", report["seconds"], self.job),
            ("AttachmentsChecked", "Count", report["attachments"]["checked"], self.job),
        ]
        metrics.publish(self.host, found, metrics.RESTORE_NAMESPACE)
        listed = {
            "provenAt": report["validated"],
            "restoredTo": report["recoveryPoint"],
            "verdict": "passed" if passed else "failed",
            "report": f"{key}.json",
        }
        recovery_points.publish(self.host, lambda: {self.listed: listed})
        print(f"proof: {listed['verdict']}, report in s3://{self.host.audit_bucket}/{key}.html", flush=True)
        return passed
