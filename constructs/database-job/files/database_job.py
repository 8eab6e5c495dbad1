#!/usr/bin/env python3
"""Makes sure that one environment's Odoo database exists, complete and safe to serve, before anything serves it.

Runs inside the Odoo image (python3, psycopg2, passlib) as a one-shot task that the deployment waits for. It may be
started any number of times and killed at any moment: a database is initialized under another name and gets its real
one only when it is complete, with the administrator's own password set. Under the real name there is never a half
finished database and never the login admin/admin.

    database_job.py --host HOST --ca-bundle FILE --odoo-config FILE --odoo-version 19.0 [--port 5432] ...

Secrets come from the environment and never reach arguments, logs or the server's statement log:
MASTER_USER and MASTER_PASSWORD (the server's administrator), DATABASE_PASSWORD (role odoo), ADMIN_PASSWORD (login admin).

The last line of the output is a JSON report. Exit code 0 means: looked at and found in order, by this run.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import psycopg2
import psycopg2.errors
from passlib.context import CryptContext
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

DATABASE = "odoo"
ROLE = "odoo"

# Where a first initialization happens. Never served, therefore safe to drop when an earlier run left it behind.
UNFINISHED = "odoo_initializing"

# Present in every running job's session on database `postgres`; the number itself means nothing ("odoo" in ASCII).
LOCK_KEY = 0x6F646F6F

# What `-i base` brings at least. `web` carries the login page and is installed by itself once `base` is.
ESSENTIAL_MODULES = ("base", "web")

# The scheme and the rounds of Odoo 18 and 19 (odoo/addons/base/models/res_users.py, MIN_ROUNDS).
PASSWORDS = CryptContext(["pbkdf2_sha512", "plaintext"], deprecated=["plaintext"], pbkdf2_sha512__rounds=600_000)

# Variables that Odoo and what it starts need. Odoo 19 lets PG* and ODOO_* beat its configuration file, and the
# secrets of this job are none of its business, so everything else stays behind.
ODOO_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR", "TZ")


class JobError(Exception):
    """Why the deployment must not go on. The message says what to do."""


class Job:
    """Settings, secrets and the lock of one run, and what it did so far."""

    def __init__(self, settings, secrets):
        self.settings = settings
        self.secrets = secrets
        self.lock = None
        self.report = {"created": [], "changed": []}

    def connect(self, database, user=None, password=None):
        """A connection in autocommit mode, as the server's administrator unless a user is named."""
        connection = psycopg2.connect(
            host=self.settings.host,
            port=self.settings.port,
            dbname=database,
            user=user or self.secrets["MASTER_USER"],
            password=password or self.secrets["MASTER_PASSWORD"],
            sslmode="verify-full",
            sslrootcert=self.settings.ca_bundle,
            connect_timeout=10,
            application_name="odoo-database-job",
            # The lock's session idles while Odoo initializes; a dead peer must not keep the lock for hours.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=3,
        )
        connection.autocommit = True
        return connection

    def session(self, database):
        return contextlib.closing(self.connect(database))

    def session_as_odoo(self, database):
        return contextlib.closing(self.connect(database, ROLE, self.secrets["DATABASE_PASSWORD"]))

    def created(self, what):
        self.report["created"].append(what)

    def changed(self, what):
        self.report["changed"].append(what)


def take_lock(job):
    """Waits until no other job works on this server. The lock ends with the session, so a killed job leaves none."""
    deadline = time.monotonic() + job.settings.connect_seconds
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
    query(job.lock, "SET lock_timeout = %s", f"{job.settings.lock_seconds}s")
    try:
        query(job.lock, "SELECT pg_advisory_lock(%s)", LOCK_KEY)
    except psycopg2.errors.LockNotAvailable:
        raise JobError(
            f"another database job still runs after {job.settings.lock_seconds} s: wait for it to end or stop its task"
            " in ECS, then deploy again"
        ) from None


def probe_filestore(job):
    """Proves that this user can add files everywhere.

    Directories written from outside the mount (a restore, growth from the single server) can belong to root: reading
    works, every upload into them fails, and Odoo 18 only logs it. Asked before Odoo writes its first attachment.
    """
    root = Path(job.settings.filestore, DATABASE)
    probed = 0
    try:
        root.mkdir(parents=True, exist_ok=True)
        # Odoo notes in `checklist`, laid out the same way, what it may clear away.
        for parent in (root, root / "checklist"):
            for directory in (parent, *(parent / f"{number:02x}" for number in range(256))):
                if directory.is_dir():
                    probe = directory / f".probe-{uuid.uuid4().hex}"
                    probe.touch()
                    probe.unlink()
                    probed += 1
    except OSError as error:
        raise JobError(
            f"the filestore is not writable for uid {os.getuid()}: {error}; give {root} and everything in it to uid"
            f" {os.getuid()}, gid {os.getgid()}, on Amazon S3 Files through the mount or as POSIX metadata of the objects"
        ) from None
    job.report["filestoreDirectories"] = probed


def ensure_role(job):
    """Role `odoo`: may log in and nothing more. It cannot create databases, or a mistyped name would become one."""
    role = row(job.lock, "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s", ROLE)
    if role is None:
        execute(job.lock, "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", ROLE)
        job.created(f"role {ROLE}")
    elif role[0]:
        raise JobError(f"role {ROLE} is a superuser: run ALTER ROLE {ROLE} NOSUPERUSER as a superuser, then deploy again")
    elif role[1] or role[2]:
        execute(job.lock, "ALTER ROLE {} NOCREATEDB NOCREATEROLE", ROLE)
        job.changed(f"privileges of role {ROLE}")

    # From PostgreSQL 16 on, creating a role does not make its creator a member, and only a member may create
    # databases for it.
    execute(job.lock, "GRANT {} TO CURRENT_USER", ROLE)

    if not can_log_in(job):
        # Only the verifier is sent: a password in a statement ends up in the server's log.
        verifier = encrypt_password(job.secrets["DATABASE_PASSWORD"], ROLE, job.lock, "scram-sha-256")
        query(job.lock, sql.SQL("ALTER ROLE {} LOGIN PASSWORD %s").format(sql.Identifier(ROLE)), verifier)
        job.changed(f"password of role {ROLE}")


def can_log_in(job):
    try:
        # Database `postgres`, because Odoo needs it too: its bus and its scheduled jobs LISTEN there.
        with job.session_as_odoo("postgres"):
            return True
    except psycopg2.OperationalError:
        return False


def ensure_database(job):
    if database_exists(job, DATABASE):
        verify(job, DATABASE)
        harden(job, DATABASE)
        replace_initial_password(job, DATABASE)
    else:
        initialize(job)


def initialize(job):
    """Builds the database aside and gives it its name at the very end, in one statement."""
    if database_exists(job, UNFINISHED):
        execute(job.lock, "DROP DATABASE {} WITH (FORCE)", UNFINISHED)
        job.changed(f"dropped {UNFINISHED}, which an earlier run did not finish")

    # As Odoo itself creates databases (odoo/service/db.py): its indexes rely on the C collation, and only template0
    # allows another one than the server's.
    execute(
        job.lock,
        "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0",
        UNFINISHED,
        ROLE,
    )
    harden(job, UNFINISHED)
    with tempfile.TemporaryDirectory() as data_dir:
        run_odoo(job, UNFINISHED, data_dir)
        verify(job, UNFINISHED)
        publish_attachments(job, Path(data_dir, "filestore", UNFINISHED))
    replace_initial_password(job, UNFINISHED)
    rename(job)
    job.created(f"database {DATABASE}")


def harden(job, database):
    """What has to hold in a new database as well as in a restored one."""
    with job.session(database) as connection:
        execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)


def run_odoo(job, database, data_dir):
    command = [
        *job.settings.odoo,
        f"--config={job.settings.odoo_config}",
        f"--database={database}",
        f"--data-dir={data_dir}",
        "--init=base",
        # Understood by 18, where demo data is the default, and by 19 alike.
        "--without-demo=True",
        "--stop-after-init",
        "--no-http",
        "--workers=0",
        "--max-cron-threads=0",
    ]
    environment = {name: os.environ[name] for name in ODOO_ENVIRONMENT if name in os.environ}
    # Odoo has no option for it; libpq reads it.
    environment["PGSSLROOTCERT"] = job.settings.ca_bundle
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    last_error = "see the log"
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            # Or the last line of a traceback, which says more.
            if re.search(r" (ERROR|CRITICAL) |^[\w.]*(Error|Exception)\b", line):
                last_error = line.strip()
        code = process.wait()
    finally:
        process.kill()
        process.wait()
    if code != 0:
        raise JobError(f"odoo ended with code {code} while it initialized the database: {last_error}")


def publish_attachments(job, source):
    """Copies what Odoo wrote into the filestore, over what a killed run left there.

    Odoo itself must not write there yet: it refuses an attachment whose file exists with other content, and half a file
    would make every later run fail. Names are sums of the content, so overwriting can only repair.
    """
    for file in source.glob("[0-9a-f][0-9a-f]/*"):
        target = Path(job.settings.filestore, DATABASE, file.parent.name, file.name)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, target)


def verify(job, database):
    """Reads from the database itself whether it can be served: Odoo exits with 0 for a module that does not exist."""
    owner, encoding, collation = row(
        job.lock,
        "SELECT datdba::regrole::text, pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = %s",
        database,
    )
    if (owner, encoding, collation) != (ROLE, "UTF8", "C"):
        raise JobError(
            f"database {database} has owner {owner}, encoding {encoding}, collation {collation} instead of {ROLE}, UTF8, C:"
            f" dump it, rename it out of the way, restore the dump into a database created with OWNER {ROLE} ENCODING"
            " 'UTF8' LC_COLLATE 'C' TEMPLATE template0, then deploy again"
        )

    with job.session_as_odoo(database) as connection:
        if row(connection, "SELECT to_regclass('public.ir_module_module')")[0] is None:
            raise JobError(
                f"database {database} exists but holds no Odoo: restore a backup into it, or drop it to have it"
                " initialized, then deploy again"
            )
        modules = rows(connection, "SELECT name, state, latest_version FROM ir_module_module WHERE state <> 'uninstalled'")
    states = {name: state for name, state, _ in modules}
    absent = [name for name in ESSENTIAL_MODULES if states.get(name) != "installed"]
    pending = sorted(f"{name} ({state})" for name, state in states.items() if state.startswith("to "))
    if pending:
        raise JobError(
            f"modules are being changed in database {database}: {', '.join(pending)}; let it end, or cancel it under"
            " Apps, then deploy again"
        )
    if absent:
        raise JobError(f"database {database} lacks the installed modules {', '.join(absent)}: see Odoo's log above")

    version = next(latest for name, _, latest in modules if name == "base")
    if not version.startswith(f"{job.settings.odoo_version}."):
        raise JobError(
            f"database {database} belongs to Odoo {version}, this deployment runs {job.settings.odoo_version}: a change"
            " between major versions needs an upgrade of the data first; set the version back and deploy again"
        )
    job.report["baseVersion"] = version
    job.report["modulesInstalled"] = sum(state == "installed" for state in states.values())


def replace_initial_password(job, database):
    """Replaces `admin` as the administrator's password, and only that: one that somebody chose stays."""
    with job.session_as_odoo(database) as connection:
        user = row(
            connection,
            "SELECT u.id, u.password FROM res_users u JOIN ir_model_data d ON d.res_id = u.id"
            " WHERE d.module = 'base' AND d.name = 'user_admin' AND d.model = 'res.users'",
        )
        if user is None or user[1] is None or not PASSWORDS.verify("admin", user[1]):
            return
        hashed = PASSWORDS.hash(job.secrets["ADMIN_PASSWORD"])
        query(connection, "UPDATE res_users SET password = %s WHERE id = %s", hashed, user[0])
    job.changed("password of the administrator, which was the initial one")


def rename(job):
    for attempt in range(10):
        try:
            return execute(job.lock, "ALTER DATABASE {} RENAME TO {}", UNFINISHED, DATABASE)
        except psycopg2.errors.ObjectInUse:
            # The server waits 5 s by itself for sessions that are ending, autovacuum's among them.
            if attempt == 9:
                raise
            time.sleep(1)


# In this order. Each may be interrupted anywhere and repeated from the first.
STEPS = (take_lock, probe_filestore, ensure_role, ensure_database)


def database_exists(job, name):
    return row(job.lock, "SELECT 1 FROM pg_database WHERE datname = %s", name) is not None


def query(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def execute(connection, statement, *identifiers):
    query(connection, sql.SQL(statement).format(*map(sql.Identifier, identifiers)))


def rows(connection, statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def row(connection, statement, *values):
    found = rows(connection, statement, *values)
    return found[0] if found else None


def run(job):
    """All steps; the report of what happened, whatever happened."""
    started = time.monotonic()
    report = job.report
    step = None
    try:
        for step in STEPS:
            print(f"database job: {step.__name__}", flush=True)
            if job.lock:
                # Fails when the session, and with it the lock, was lost on the way.
                query(job.lock, "SELECT 1")
            step(job)
        report["outcome"] = "succeeded"
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", default="5432")
    parser.add_argument("--ca-bundle", required=True, help="certificates that vouch for the database server")
    parser.add_argument("--odoo-config", required=True)
    parser.add_argument("--odoo-version", required=True, help="series of the image, for example 19.0")
    parser.add_argument("--filestore", default="/var/lib/odoo/filestore")
    parser.add_argument("--odoo", nargs="+", default=["odoo"], help="command that starts Odoo")
    parser.add_argument("--lock-seconds", type=int, default=1800, help="how long to wait for another job")
    parser.add_argument("--connect-seconds", type=int, default=120, help="how long to wait for the server")
    settings = parser.parse_args()
    names = ("MASTER_USER", "MASTER_PASSWORD", "DATABASE_PASSWORD", "ADMIN_PASSWORD")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        parser.error(f"missing in the environment: {', '.join(missing)}")

    # The first process of a container ignores SIGTERM unless it asks for it.
    signal.signal(signal.SIGTERM, stop)
    report = run(Job(settings, {name: os.environ[name] for name in names}))
    print(json.dumps({"databaseJob": report}), flush=True)
    return 0 if report["outcome"] == "succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
