"""Who may serve the database: nodes wait for the job, and code that is older than the database does not serve it at all.

Beside each database stands which releases fit its modules, oldest first, in groups: releases of one group differ in
nothing that the database knows of. Only those of the last group may serve. Nodes read it every second (`odoo_gate.py`,
`database_watch.py`), so it is a comment on the database: readable without a session in it, and part of it under every
name.
"""

import databases
import psycopg2.errors
from databases import BEFORE
from job import DATABASE, JobError, query

# Every node that serves holds it, shared, on database `postgres`; the job alone while it changes what is served.
SERVICE_KEY = 0x6F646F70

# Enough to recognize an old image as such.
REMEMBERED = 12


def hold_services(job):
    """Has every node end its Odoo, and keeps it from starting, until this run ends. They show a page for maintenance."""
    query(job.lock, "SET lock_timeout = %s", f"{job.arguments.service_seconds}s")
    try:
        query(job.lock, "SELECT pg_advisory_lock(%s)", SERVICE_KEY)
    except psycopg2.errors.LockNotAvailable:
        raise JobError(
            f"not all Odoo nodes stood back within {job.arguments.service_seconds} s: look for a node that hangs in the"
            " web service's logs and stop its task; nothing was changed"
        ) from None


def groups(job, database):
    found = databases.comment_of(job, database).get("releases")
    return found if isinstance(found, list) else []


def may_serve(job, database):
    known = groups(job, database)
    return bool(known) and job.arguments.release in known[-1]


def refuse_older_code(job):
    """An image whose successor has changed the database already."""
    if not may_serve(job, DATABASE) and any(job.arguments.release in group for group in groups(job, DATABASE)):
        raise JobError(
            f"this image is older than the database, whose modules a later release has changed: deploy that one again, or"
            f" one that follows it; or go back to the database before it ({way_back(job)})"
        )


def way_back(job):
    """For messages: how what was served before can be had again."""
    if databases.exists(job, BEFORE):
        return f"it is kept as {BEFORE}: npm run upgrade -- --env NAME --undo; what was entered since is set aside"
    return "restore the snapshot that was taken before the release"


def record_release(job, source, target, alone=False):
    """Notes for `target` that this release fits it: beside those that fit `source`, or from now on alone."""
    known = groups(job, source)
    if alone or not known:
        known = [*known, [job.arguments.release]]
    else:
        known = [*known[:-1], [*known[-1], job.arguments.release][-REMEMBERED:]]
    beside = {**databases.comment_of(job, target), "releases": known[-REMEMBERED:]}
    # Of a copy that is complete now.
    beside.pop("since", None)
    databases.set_comment(job, target, beside)
