#!/usr/bin/env python3
"""Makes sure that one environment's Odoo database exists, complete and safe to serve, before anything serves it.

Runs inside the Odoo image (python3, psycopg2, passlib) as a one-shot task that the deployment waits for. It may be
started any number of times and killed at any moment: a database is initialized under another name and gets its real
one only when it is complete, with the administrator's own password set. Under the real name there is never a half
finished database and never the login admin/admin.

    database_job.py --host HOST --ca-bundle FILE --odoo-config FILE --odoo-version 19.0 --release NAME [--settings FILE] ...

What it is asked to do comes from the environment too, JOB_REQUEST, as JSON. Without it a release: first initialization,
modules, settings. Modules of a database in service are changed in a copy of it, and only when the request names the
snapshot that protects it: {"kind": "release", "snapshot": "NAME"}. The way back is {"kind": "undo"}.

Secrets come from the environment and never reach arguments, logs or the server's statement log:
MASTER_USER and MASTER_PASSWORD (the server's administrator), DATABASE_PASSWORD (role odoo), ADMIN_PASSWORD (login admin).

The last line of the output is a JSON report. Exit code 0 means: looked at and found in order, by this run; 3 means that
modules have to be changed and the request names no snapshot; any other one that it failed, and the database is as it was.
"""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path

import psycopg2
import psycopg2.errors
from filestore import probe_filestore
from hand_over import hand_over, refuse_handed_over, take_back
from job import Job, JobError, NeedsSnapshot, query
from odoo_database import ensure_database, ensure_role
from odoo_settings import NOTHING_CONFIGURED, ensure_settings
from receive import receive
from receive_dump import withdraw_database
from release import ensure_release
from undo import undo_release

# Present in every running job's session on database `postgres`; the number itself means nothing ("odoo" in ASCII).
LOCK_KEY = 0x6F646F6F


def take_lock(job):
    """Waits until no other job works on this server. The lock ends with the session, so a killed job leaves none."""
    deadline = time.monotonic() + job.arguments.connect_seconds
    while True:
        try:
            job.lock = job.connect("postgres")
            break
        except psycopg2.OperationalError as error:
            # A changed static parameter restarts RDS in the very update that starts this job.
            if time.monotonic() >= deadline:
                raise
            print(f"database server not reachable yet: {error}".strip(), flush=True)
            time.sleep(5)
    query(job.lock, "SET lock_timeout = %s", f"{job.arguments.lock_seconds}s")
    try:
        query(job.lock, "SELECT pg_advisory_lock(%s)", LOCK_KEY)
    except psycopg2.errors.LockNotAvailable:
        raise JobError(
            f"another database job still runs after {job.arguments.lock_seconds} s: wait for it to end or stop its task"
            " in ECS, then deploy again"
        ) from None


# What can be asked for. In this order; each may be interrupted anywhere and repeated from the first.
STEPS = {
    "release": (
        take_lock,
        refuse_handed_over,
        probe_filestore,
        ensure_role,
        ensure_database,
        ensure_release,
        ensure_settings,
    ),
    "receive": (take_lock, refuse_handed_over, probe_filestore, ensure_role, receive),
    "undo": (take_lock, refuse_handed_over, undo_release),
    "withdraw": (take_lock, refuse_handed_over, withdraw_database),
    "hand-over": (take_lock, hand_over),
    "take-back": (take_lock, take_back),
}

# Codes to end with; not 2, which says that the program was started wrongly.
ENDS = {"succeeded": 0, "failed": 1, "stopped": 1, "needs-snapshot": 3}


def run(job):
    """All steps; the report of what happened, whatever happened."""
    started = time.monotonic()
    report = job.report
    step = None
    try:
        for step in STEPS[job.request["kind"]]:
            print(f"database job: {step.__name__}", flush=True)
            if job.lock:
                # Fails when the session, and with it the lock, was lost on the way.
                query(job.lock, "SELECT 1")
            step(job)
        report["outcome"] = "succeeded"
    except NeedsSnapshot as change:
        report["outcome"] = "needs-snapshot"
        report["changes"] = str(change)
    except (JobError, psycopg2.Error, OSError) as error:
        report["outcome"] = "failed"
        report["step"] = step.__name__
        report["error"] = " ".join(str(error).split())[:800]
    except Stopped:
        report["outcome"] = "stopped"
        report["step"] = step.__name__
    finally:
        if job.lock:
            job.lock.close()
    report["seconds"] = round(time.monotonic() - started, 1)
    return report


class Stopped(BaseException):
    """The task was told to end."""


def stop(*_):
    # ECS sends one; a second one from elsewhere must not cut the clearing up short.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Stopped


def read_settings(file):
    return {**NOTHING_CONFIGURED, **json.loads(Path(file).read_text())}


def read_request():
    request = json.loads(os.environ.get("JOB_REQUEST", '{"kind": "release"}'))
    if request.get("kind") not in STEPS:
        raise ValueError(f"kind has to be one of {', '.join(STEPS)}, got {request.get('kind')!r}")
    return request


def main():
    parser = argparse.ArgumentParser(
        description="Makes sure that an Odoo database exists, complete and safe to serve, before anything serves it."
    )
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", default="5432")
    parser.add_argument("--ca-bundle", required=True, help="certificates that vouch for the database server")
    parser.add_argument("--odoo-config", required=True)
    parser.add_argument("--odoo-version", required=True, help="series of the image, for example 19.0")
    parser.add_argument("--release", required=True, help="name of the code in this image")
    parser.add_argument(
        "--settings",
        type=read_settings,
        default=NOTHING_CONFIGURED,
        help="JSON file with what the environment file says about Odoo's own settings",
    )
    parser.add_argument("--filestore", default="/var/lib/odoo/filestore")
    parser.add_argument("--backup-bucket", help="where dumps of databases come from, and go")
    parser.add_argument("--region", help="of that bucket")
    parser.add_argument("--odoo", nargs="+", default=["odoo"], help="command that starts Odoo")
    parser.add_argument("--lock-seconds", type=int, default=1800, help="how long to wait for another job")
    parser.add_argument(
        "--attachment-seconds", type=int, default=300, help="how long to wait for attachments to appear in the filestore"
    )
    parser.add_argument("--connect-seconds", type=int, default=120, help="how long to wait for the server")
    # Running requests get 90 s to end.
    parser.add_argument("--service-seconds", type=int, default=180, help="how long to wait for nodes to stand back")
    parser.add_argument("--storage-gib", type=float, help="disk of the server, to see beforehand whether a copy fits")
    arguments = parser.parse_args()
    names = ("MASTER_USER", "MASTER_PASSWORD", "DATABASE_PASSWORD", "ADMIN_PASSWORD")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        parser.error(f"missing in the environment: {', '.join(missing)}")

    try:
        request = read_request()
    except ValueError as error:
        parser.error(f"JOB_REQUEST in the environment: {error}")

    # The first process of a container ignores SIGTERM unless it asks for it.
    signal.signal(signal.SIGTERM, stop)
    report = run(Job(arguments, request, {name: os.environ[name] for name in names}))
    print(json.dumps({"databaseJob": report}), flush=True)
    return ENDS[report["outcome"]]


if __name__ == "__main__":
    sys.exit(main())
