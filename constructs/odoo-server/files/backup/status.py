"""How old the backups and the certificate are and how Odoo is, every minute. Silence is an alarm, too: each metric is left out rather than guessed."""

import json
import ssl
import subprocess
import time

from . import maintenance, metrics
from .proof import Proof
from .volume_proof import VolumeProof

# Written every ten seconds by the watch of Odoo's health.
HEALTH = "/run/odoo-health/state"
HEALTH_SECONDS = 60


def publish(host):
    proofs = [("RestoreProofAge", "Seconds", metrics.age(host, kind.name), kind.job) for kind in (Proof, VolumeProof)]
    known = [metric for metric in proofs if metric[2] is not None]
    if known:
        metrics.publish(host, known, metrics.RESTORE_NAMESPACE)
    maintained = metrics.age(host, "maintenance")
    if maintained is not None:
        metrics.publish(host, [("MaintenanceAge", "Seconds", maintained, None)], maintenance.NAMESPACE)
    ages = [("BackupAge", "Seconds", metrics.age(host, job), job) for job in metrics.JOBS]
    others = [
        ("WalArchiveDelay", "Seconds", archive_delay(host), None),
        ("OdooHealthy", "Count", 1 if odoo_is_healthy() else 0, None),
        ("CertificateDaysLeft", "Count", certificate_days_left(host), None),
    ]
    metrics.publish(host, [metric for metric in [*ages, *others] if metric[2] is not None])


def archive_delay(host, now=None):
    """Age of the oldest WAL segment that waits to be archived, 0 if none does.

    Read from PostgreSQL's own notes instead of asked for: it has to be known above all when PostgreSQL is in trouble.
    """
    notes = list(host.clusters.glob("*/main/pg_wal/archive_status"))
    if not notes:
        return None
    waiting = [modified(note) for directory in notes for note in directory.glob("*.ready")]
    oldest = min((time for time in waiting if time is not None), default=None)
    return 0 if oldest is None else max(0, (now or time.time()) - oldest)


def modified(note):
    try:
        return note.stat().st_mtime
    except FileNotFoundError:
        # Archived in this moment.
        return None


def odoo_is_healthy():
    try:
        with open(HEALTH, encoding="utf-8") as file:
            state = json.load(file)
    except (FileNotFoundError, ValueError):
        return False
    return state.get("healthy") is True and time.time() - state.get("time", 0) < HEALTH_SECONDS


def certificate_days_left(host, now=None):
    """Days for which browsers take the certificate that nginx serves: none of the server's own, nothing without a domain."""
    current = host.data / "certificates/current"
    if not current.exists():
        return None
    if current.resolve().name == "self-signed":
        return 0
    question = ["openssl", "x509", "-noout", "-enddate", "-in", str(current / "fullchain.pem")]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, check=True, timeout=10).stdout
        end = ssl.cert_time_to_seconds(answer.strip().removeprefix("notAfter="))
    except (subprocess.SubprocessError, ValueError) as error:
        print(f"backup: the certificate cannot be read: {error}", flush=True)
        return None
    return max(0, (end - (now or time.time())) / 86400)
