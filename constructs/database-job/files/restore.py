"""A dump in PostgreSQL's custom format becomes a database of this server."""

import contextlib
import os
import re
import subprocess
import tempfile
import time

from databases import size_of
from job import ROLE, JobError, execute

# Data and indexes of one table beside those of another. More wait for the same disk, or for the one large table.
JOBS = 4

PROGRESS_SECONDS = 15

# Entries of a dump's table of contents. Extensions are made by the server's administrator, and only an owner may comment
# on one; the schema `public` is there.
SCHEMA = re.compile(r"^\d+; \d+ \d+ SCHEMA - (?!public )")
EXTENSION = re.compile(r"^\d+; \d+ \d+ EXTENSION - ")
NOT_FOR_ODOO = re.compile(r"^\d+; \d+ \d+ (SCHEMA - |EXTENSION - |COMMENT - EXTENSION |COMMENT - SCHEMA public )")
# A privilege that somebody else has on a table or one of its columns, a program for reports for example.
PRIVILEGE = re.compile(r"^\d+; \d+ \d+ ACL (?!- )\S+ (?:[A-Z]+ )*(.+) \S+$")
# What pg_dump writes for an extension; the table of contents does not say its schema.
CREATE_EXTENSION = re.compile(r"^CREATE EXTENSION IF NOT EXISTS (.+) WITH SCHEMA (.+);$", re.MULTILINE)


def restore(job, dump, database):
    """Restores a dump into an empty database, as Odoo's own role, so that all of it is Odoo's.

    Nothing is passed over: the first statement that fails ends it, and so does a dump that is cut short or damaged.
    """
    entries = run(job, ["pg_restore", "--list", dump]).splitlines()
    granted = sorted({match[1] for match in map(PRIVILEGE.match, entries) if match})
    if granted:
        job.warn(f"privileges that somebody else had are not brought along: on {', '.join(granted)}")
    # In this order, because an extension may be in a schema of its own.
    restore_entries(job, dump, database, filter(SCHEMA.match, entries))
    make_extensions(job, dump, database, filter(EXTENSION.match, entries))
    restore_entries(job, dump, database, (entry for entry in entries if not NOT_FOR_ODOO.match(entry)))


def restore_entries(job, dump, database, entries):
    options = [f"--dbname={database}", f"--jobs={JOBS}", "--no-owner", "--no-privileges", "--exit-on-error"]
    with list_of(entries) as wanted:
        run(job, ["pg_restore", *options, f"--use-list={wanted}", dump], database)


def make_extensions(job, dump, database, entries):
    with list_of(entries) as wanted:
        statements = run(job, ["pg_restore", "--file=-", f"--use-list={wanted}", dump])
    with job.session(database) as connection:
        for names in CREATE_EXTENSION.findall(statements):
            name, schema = (name.strip('"').replace('""', '"') for name in names)
            execute(connection, "CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}", name, schema)


@contextlib.contextmanager
def list_of(entries):
    """Name of a file that tells pg_restore what to restore."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as file:
        file.writelines(f"{entry}\n" for entry in entries)
        file.flush()
        yield file.name


def run(job, command, growing=None):
    """The output of a program of PostgreSQL; says meanwhile how far a database has grown."""
    environment = {
        **{name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ},
        "PGHOST": job.arguments.host,
        "PGPORT": str(job.arguments.port),
        "PGUSER": ROLE,
        "PGPASSWORD": job.secrets["DATABASE_PASSWORD"],
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": job.arguments.ca_bundle,
        "PGAPPNAME": "odoo-database-job",
        # Whoever gives the database its name flushes all that was written before.
        "PGOPTIONS": "-c synchronous_commit=off",
    }
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    started = time.monotonic()
    try:
        while True:
            try:
                output, errors = process.communicate(timeout=PROGRESS_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if growing:
                    seconds = time.monotonic() - started
                    print(f"database job: {size_of(job, growing) >> 20} MiB after {seconds:.0f} s", flush=True)
    finally:
        process.terminate()
        process.wait()
    if process.returncode != 0:
        reason = " ".join(errors.split())[-500:]
        raise JobError(f"{command[0]} ended with code {process.returncode}: {reason}")
    return output
