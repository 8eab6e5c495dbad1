"""The report of a proof, for programs and for whoever has to sign that backups can be restored."""

import json
from html import escape

from . import s3
from .host import BUNDLE

PREFIX = "restore-tests/"


def has_passed(report):
    return bool(report["findings"]) and all(finding["passed"] for finding in report["findings"])


def key_of(report, suffix):
    """Without the ending. The names of all restore tests begin with the moment, so that the latest one is the last."""
    return f"{PREFIX}{report['validated']}-{'passed' if has_passed(report) else 'failed'}-{suffix}"


def put(host, key, report, about, facts):
    client = s3.client()
    # What programs count comes last: there is none without its page.
    for ending, kind, text in (
        ("html", "text/html; charset=utf-8", html_of(report, about, facts)),
        ("json", "application/json", json.dumps(report, indent=2)),
    ):
        client.put_object(Bucket=host.audit_bucket, Key=f"{key}.{ending}", Body=text.encode(), ContentType=kind)


def html_of(report, about, facts):
    """A page that needs nothing else, not even a network. What is shown comes from a database, too.

    `about` says what was done, `facts` what was restored.
    """
    passed = has_passed(report)
    verdict = "Restored and proven" if passed else "NOT proven"
    # What failed is what somebody looks for.
    findings = sorted(report["findings"], key=lambda finding: finding["passed"])
    failed = sum(not finding["passed"] for finding in findings)
    why = "" if passed else f": {failed} of {len(findings)} checks failed"
    environment = escape(report["environment"])
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{environment}: {verdict}, {escape(report["validated"])}</title>
<style>{(BUNDLE / "report.css").read_text()}</style>
</head>
<body>
<main>
<h1>Restore test of {environment}</h1>
<p class="verdict {"passed" if passed else "failed"}">{verdict}{why}</p>
<p>{about} A check that could not be made counts as failed.</p>
<dl>{"".join(map(fact, (*facts, *times_of(report))))}</dl>
<table>
<caption>What was checked</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Verdict</th><th scope="col">What was seen</th></tr></thead>
<tbody>{"".join(map(row, findings))}</tbody>
</table>
</main>
</body>
</html>
"""


def times_of(report):
    return (
        ("Environment", report["environment"]),
        ("Restore begun", report["restoreStarted"]),
        ("Last check ended", f"{report['validated']}, {report['seconds']:.0f} seconds later"),
    )


def fact(found):
    name, value = found
    return f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>"


def row(finding):
    kind, verdict = ("passed", "passed") if finding["passed"] else ("failed", "FAILED")
    check, details = escape(finding["check"]), escape(finding["details"])
    return f'<tr class="{kind}"><th scope="row">{check}</th><td>{verdict}</td><td>{details}</td></tr>\n'
