"""A dump in PostgreSQL's custom format becomes a database of this server."""

import os
import re
import subprocess
import tempfile
import time

from databases import size_of
from job import ROLE, JobError, query
from psycopg2 import sql

# Data and indexes of one table beside those of another. More wait for the same disk, or for the one large table.
JOBS = 4

PROGRESS_SECONDS = 15

# Entries of a dump's table of contents. Extensions are made by the server's administrator, and only an owner may comment
# on one; the schema `public` is there.
EXTENSION = re.compile(r"^\d+; \d+ \d+ EXTENSION - (\S+)")
NOT_FOR_ODOO = re.compile(r"^\d+; \d+ \d+ (EXTENSION - |COMMENT - EXTENSION |SCHEMA - public |COMMENT - SCHEMA public )")
# A privilege that somebody else has on a table, a program for reports for example.
PRIVILEGE = re.compile(r"^\d+; \d+ \d+ ACL public (?:TABLE )?(\S+)")


def restore(job, dump, database):
    """Restores a dump into an empty database, as Odoo's own role, so that all of it is Odoo's.

    Nothing is passed over: the first statement that fails ends it.
    """
    table_of_contents = run(job, ["pg_restore", "--list", dump]).splitlines()
    with job.session(database) as connection:
        for name in extensions_in(table_of_contents):
            query(connection, sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
    granted = sorted({match[1] for match in map(PRIVILEGE.match, table_of_contents) if match})
    if granted:
        job.warn(f"privileges that somebody else had are not brought along: on {', '.join(granted)}")
    with tempfile.NamedTemporaryFile("w", suffix=".list") as rest:
        rest.writelines(f"{line}\n" for line in table_of_contents if not NOT_FOR_ODOO.match(line))
        rest.flush()
        command = [
            "pg_restore",
            f"--dbname={database}",
            f"--jobs={JOBS}",
            f"--use-list={rest.name}",
            "--no-owner",
            "--no-privileges",
            "--exit-on-error",
            dump,
        ]
        run(job, command, database)


def extensions_in(table_of_contents):
    # PostgreSQL's own language is everywhere.
    return sorted({match[1] for match in map(EXTENSION.match, table_of_contents) if match} - {"plpgsql"})


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
