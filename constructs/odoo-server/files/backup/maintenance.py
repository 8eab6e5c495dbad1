"""Once a week, refreshes the statistics of the database that are behind and looks for what needs somebody.

The statements and the report are those of the other architectures, whose function is constructs/database-maintenance.
"""

import json
import time

from . import metrics, s3
from .host import BUNDLE, Failure, alone, ask
from .recovery_points import iso

NAMESPACE = "Odoo/Maintenance"
PREFIX = "maintenance/"

# Who asks for a lock keeps everybody waiting who comes later; and as long as a table is analyzed, nobody can change its columns.
LIMITS = ("SET lock_timeout = '1s'", "SET statement_timeout = '30s'")

# For everything that is analyzed. What is left is behind next week as well, and further.
ANALYZE_SECONDS = 8 * 60


def maintain(host):
    """Not while the database is handed over, restored or proven."""
    with alone("database"):
        analyzed, left = refresh(host)
        looked = document(host, "look.sql")
    report = {"environment": host.name, "at": iso(time.time()), "analyzed": analyzed, "left": left, **looked}
    findings = report["findings"]
    worst = findings[0]["severity"] if findings else "well"
    s3.client().put_object(
        Bucket=host.audit_bucket,
        Key=f"{PREFIX}{report['at']}-{worst}.json",
        Body=json.dumps(report, indent=2).encode(),
        ContentType="application/json",
    )
    metrics.remember(host, "maintenance", {"succeeded": time.time()})
    urgent = sum(finding["severity"] == "urgent" for finding in findings)
    metrics.publish(
        host,
        [
            ("Findings", "Count", len(findings), None),
            ("UrgentFindings", "Count", urgent, None),
            ("BloatShare", "Percent", report["measures"]["bloatPercent"], None),
        ],
        NAMESPACE,
    )
    print(f"maintenance: {len(analyzed)} tables analyzed, {len(left)} left, {len(findings)} findings, {urgent} urgent", flush=True)


def refresh(host):
    """Tables that were analyzed, and those that were not, each with the reason."""
    analyzed, left = [], []
    deadline = time.monotonic() + ANALYZE_SECONDS
    for table in (stale["name"] for stale in document(host, "stale-tables.sql")):
        if time.monotonic() > deadline:
            left.append({"table": table, "because": "there was no time left"})
            continue
        try:
            # The name comes quoted from the database.
            ask(host, *LIMITS, f"ANALYZE {table}", database=host.database)
            analyzed.append(table)
        except Failure as failure:
            left.append({"table": table, "because": str(failure)})
    return analyzed, left


def document(host, name):
    statement = (BUNDLE / "maintenance" / name).read_text(encoding="utf-8")
    return json.loads(ask(host, *LIMITS, statement, database=host.database))
