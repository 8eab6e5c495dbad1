"""What a recovered cluster still needs before Odoo may have it."""

import configparser
import json
import time

import verify_database
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

from . import filestore
from .host import Failure

# May log in only while a deployment runs. A backup can be from such a moment.
SETUP_ROLE = "odoo_setup"

# Where Odoo reads its password from.
ODOO_CONFIGURATION = "/etc/odoo/web.conf"


def complete(host, recovery):
    """Completes the cluster that the recovery serves, and verifies it: the report."""
    with recovery.connection("postgres") as connection:
        forget_recovery(connection)
        let_everybody_in(connection, host.database)
        set_passwords(connection, host.role)
        if host.database not in databases(connection):
            raise Failure(f"there was no database {host.database} at that moment")
    with recovery.connection(host.database) as connection:
        bring_back_attachments(host, connection)
        report = verify_database.report_on(connection, host.filestore)
    keep(host, report)
    if report["database"]:
        raise Failure(f"what came back is no Odoo that could be served: {'; '.join(report['database'])}")
    return report


def databases(connection):
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return [name for (name,) in cursor.fetchall()]


def forget_recovery(connection):
    """Removes what pgBackRest wrote for the recovery, which names a directory that will be gone."""
    with connection.cursor() as cursor:
        for name in ("restore_command", "recovery_target_time", "recovery_target_action", "recovery_target_timeline"):
            cursor.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))


def let_everybody_in(connection, database):
    """A backup can be from a moment at which the service was handed over. Whether it still is, says a mark outside."""
    if database in databases(connection):
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("ALTER DATABASE {} CONNECTION LIMIT -1").format(sql.Identifier(database)))


def set_passwords(connection, role):
    """Passwords may have changed since the backup: Odoo's becomes the one it logs in with, the deployment's is closed."""
    configuration = configparser.RawConfigParser()
    configuration.read(ODOO_CONFIGURATION)
    password = configuration.get("options", "db_password")
    # Only the verifier is sent: a password in a statement ends up in the server's log.
    verifier = encrypt_password(password, role, connection, "scram-sha-256")
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolname IN (%s, %s)", (role, SETUP_ROLE))
        roles = [name for (name,) in cursor.fetchall()]
        if role in roles:
            cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(sql.Identifier(role)), (verifier,))
        if SETUP_ROLE in roles:
            cursor.execute(sql.SQL("ALTER ROLE {} NOLOGIN PASSWORD NULL").format(sql.Identifier(SETUP_ROLE)))


def bring_back_attachments(host, connection):
    """Fetches what the database refers to and the filestore lacks. What cannot be found, the verification reports."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.ir_attachment') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname ~ '^[0-9a-f]{2}/[0-9a-f]{40}$'")
        names = [name for (name,) in cursor.fetchall()]
    fetched, lacking = filestore.fetch(host, names)
    print(f"restore: {fetched} of {len(names)} attachments came from the bucket, which lacks {len(lacking)}", flush=True)


def keep(host, report):
    """Keeps the report where somebody can read it later."""
    host.state.mkdir(mode=0o700, exist_ok=True)
    path = host.state / f"verification-{time.strftime('%Y-%m-%dT%H-%M-%SZ', time.gmtime())}.json"
    path.write_text(json.dumps(report, indent=2))
    print(f"restore: verified, report in {path}", flush=True)
    for problem in [*report["database"], *report["attachments"]]:
        print(f"restore: WARNING: {problem}", flush=True)
