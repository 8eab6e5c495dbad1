"""What every step of the database job works with: one run's arguments and secrets, connections, and short words for SQL."""

import contextlib

import psycopg2
from psycopg2 import sql

DATABASE = "odoo"
ROLE = "odoo"


class JobError(Exception):
    """Why the deployment must not go on. The message says what to do."""


class NeedsSnapshot(Exception):
    """Modules have to be changed, and nobody said what protects the database."""


class Job:
    """Arguments, request, secrets and the lock of one run, and what it did so far."""

    def __init__(self, arguments, request, secrets):
        self.arguments = arguments
        # What this run is asked to do: `kind`, and what that needs.
        self.request = request
        # What the environment file says about Odoo's own settings.
        self.settings = arguments.settings
        self.secrets = secrets
        self.lock = None
        self.report = {"created": [], "changed": [], "warnings": []}

    def connect(self, database, user=None, password=None, server=None):
        """A connection in autocommit mode, as the server's administrator unless a user is named.

        `server` is host and port of another one, whose administrator has the same name and password.
        """
        host, port = server or (self.arguments.host, self.arguments.port)
        connection = psycopg2.connect(
            host=host,
            port=port,
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
        """Something that the job leaves to a person. Settings are written twice where modules were changed before."""
        if what not in self.report["warnings"]:
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
