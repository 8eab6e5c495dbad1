"""What every step of the database job works with: one run's arguments and secrets, connections, and short words for SQL."""

import contextlib
import json
import os

import psycopg2
from psycopg2 import sql

DATABASE = "odoo"
ROLE = "odoo"


class JobError(Exception):
    """Why the deployment must not go on. The message says what to do."""


class Job:
    """Arguments, secrets and the lock of one run, and what it did so far."""

    def __init__(self, arguments, secrets):
        self.arguments = arguments
        # What the environment file says about Odoo's own settings.
        self.settings = arguments.settings
        self.secrets = secrets
        # What this run is asked for.
        self.request = json.loads(os.environ.get("JOB_REQUEST") or '{"kind": "release"}')
        self.lock = None
        self.report = {"created": [], "changed": [], "warnings": []}

    def connect(self, database, user=None, password=None):
        """A connection in autocommit mode, as the server's administrator unless a user is named."""
        connection = psycopg2.connect(
            host=self.arguments.host,
            port=self.arguments.port,
            dbname=database,
            user=user or self.secrets["MASTER_USER"],
            password=password or self.secrets["MASTER_PASSWORD"],
            sslmode="verify-full",
            sslrootcert=self.arguments.ca_bundle,
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

    def warn(self, what):
        """Something that the job leaves to a person."""
        print(f"database job: warning: {what}", flush=True)
        self.report["warnings"].append(what)


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
