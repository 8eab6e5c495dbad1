"""A database of another PostgreSQL server, read there and written here.

Rows go through a pipe: no disk of a task holds them, and none can fill up. Only the schema is a file, small enough, so that
what stands in it can be left out, and indexes be made several at once.
"""

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path

from databases import create, set_comment
from job import DATABASE, ROLE, JobError, execute, query, row, rows
from psycopg2 import sql

# Indexes and constraints made at the same time: work of the server, of which the task only waits for the end.
INDEX_JOBS = 4

# Everything becomes the role's that connects; other roles of the source, and who copies its changes, are not here.
CONTENT_ONLY = ("--no-owner", "--no-privileges", "--no-publications", "--no-subscriptions", "--no-security-labels")

# Tables with rows of their own, but for those that extensions bring along.
TABLES = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^(pg_|information_schema$)'"
    " AND NOT EXISTS"
    " (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')"
    " ORDER BY 1, 2"
)


def restore_from_server(job, host, port, database):
    """Makes `database` here, with the content of Odoo's there: all of one moment, every row counted on both sides.

    Its administrator there has the name and the password of the one here. What is restored runs as Odoo's own role, so
    that nothing in it has an administrator's rights.
    """
    create(job, database)
    # From the first moment on: as a copy it is not put in service before it is neutralized.
    set_comment(job, database, {"copyOf": job.request.get("copyOf", host)})
    execute(job.lock, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    with contextlib.closing(job.connect(DATABASE, server=(host, port))) as reading, tempfile.TemporaryDirectory() as folder:
        query(reading, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = row(reading, "SELECT pg_export_snapshot()")
        transfer = Transfer(job, (host, port), snapshot, database, Path(folder))
        transfer.dump_schema()
        # In this order in every dump too: an extension may be in a schema of its own.
        transfer.restore_schema(lambda kind, _: kind == "SCHEMA")
        make_extensions(job, reading, database)
        transfer.restore_schema(lambda kind, rest: kind not in ("SCHEMA", "EXTENSION") and " - EXTENSION " not in rest)
        transfer.restore_rows()
        transfer.make_indexes()
        compare(job, reading, database)
    with job.session_as_odoo(database) as connection:
        # No dump brings them along before PostgreSQL 18, and without them the first hour is slow.
        query(connection, "ANALYZE")


class Transfer:
    """The programs of PostgreSQL with what they share; passwords are in their environments alone."""

    def __init__(self, job, source, snapshot, database, folder):
        self.job = job
        self.schema = folder / "schema"
        self.list = folder / "list"
        host, port = source
        reading = [f"--host={host}", f"--port={port}", f"--username={job.secrets['MASTER_USER']}", f"--dbname={DATABASE}"]
        # As the owner, who may read everything.
        self.dump = ["pg_dump", *reading, "--no-password", f"--role={ROLE}", f"--snapshot={snapshot}", "--format=custom"]
        arguments = job.arguments
        writing = [f"--host={arguments.host}", f"--port={arguments.port}", f"--username={ROLE}", f"--dbname={database}"]
        self.restore = ["pg_restore", *writing, "--no-password", "--exit-on-error", *CONTENT_ONLY]

    def dump_schema(self):
        self.run([*self.dump, "--schema-only", f"--file={self.schema}"])

    def restore_schema(self, wanted):
        """What comes before the rows, as far as it is wanted: a line of the list of contents is kind and rest."""
        contents = self.run(["pg_restore", "--list", "--section=pre-data", str(self.schema)])
        lines = [line for line in contents.splitlines() if not line.startswith(";") and wanted(*kind_and_rest(line))]
        self.list.write_text("".join(f"{line}\n" for line in lines))
        if lines:
            self.run([*self.restore, "--section=pre-data", f"--use-list={self.list}", str(self.schema)])

    def restore_rows(self):
        self.run([*self.dump, "--section=data", "--compress=0"], into=[*self.restore, "--section=data"])

    def make_indexes(self):
        self.run([*self.restore, "--section=post-data", f"--jobs={INDEX_JOBS}", str(self.schema)])

    def run(self, command, into=None):
        """Runs a program, or two with a pipe between them; what it printed."""
        with tempfile.TemporaryFile("w+") as said, contextlib.ExitStack() as programs:
            first = programs.enter_context(self.program(command, subprocess.PIPE, said))
            last = first
            if into:
                last = programs.enter_context(self.program(into, subprocess.PIPE, said, first.stdout))
                # Or the first would not hear that the second has ended.
                first.stdout.close()
            output = last.stdout.read()
            codes = [program.wait() for program in (first, last)]
            said.seek(0)
            words = said.read().strip()
            print(words, end="\n" if words else "", flush=True)
            if any(codes):
                raise JobError(f"{' | '.join(c[0] for c in (command, into) if c)} failed: {words[-500:] or codes}")
        return output

    @contextlib.contextmanager
    def program(self, command, stdout, stderr, stdin=subprocess.DEVNULL):
        user = "MASTER_PASSWORD" if command[0] == "pg_dump" else "DATABASE_PASSWORD"
        environment = {name: os.environ[name] for name in ("HOME", "LANG", "PATH", "TMPDIR") if name in os.environ}
        environment |= {
            "PGPASSWORD": self.job.secrets[user],
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": self.job.arguments.ca_bundle,
            "PGCONNECT_TIMEOUT": "10",
            "PGAPPNAME": "odoo-database-job",
        }
        process = subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=stderr, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def kind_and_rest(line):
    """Of `2; 3079 16389 EXTENSION - pg_trgm `: what it is, and the whole."""
    fields = line.split(" ")
    return (fields[3] if len(fields) > 3 else ""), line


def make_extensions(job, reading, database):
    """The same as there, by the administrator: some only an administrator may make."""
    found = rows(
        reading,
        "SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace"
        " WHERE extname NOT IN ('plpgsql', 'pg_trgm') ORDER BY e.oid",
    )
    with job.session(database) as connection:
        execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for name, schema in found:
            execute(connection, "CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}", name, schema)


def compare(job, reading, database):
    """Counts the rows of every table on both sides."""
    with job.session_as_odoo(database) as connection:
        there, here = count_rows(reading), count_rows(connection)
    different = [
        f"{'.'.join(table)} ({here.get(table, 'absent')} instead of {there.get(table, 'absent')})"
        for table in sorted(there.keys() | here.keys())
        if there.get(table) != here.get(table)
    ]
    if different:
        raise JobError(f"rows were lost on the way: {', '.join(different[:5])}")
    job.report["tables"] = len(here)
    job.report["rows"] = sum(here.values())


def count_rows(connection):
    counting = sql.SQL("SELECT count(*) FROM {}")
    return {
        table: row(connection, counting.format(sql.Identifier(*table)))[0] for table in rows(connection, TABLES)
    }
