"""The role and the database of Odoo: created, initialized, looked at. Secure before anything serves it."""

import tempfile
from pathlib import Path

import databases
import psycopg2
from administrator import replace_initial_password
from databases import CHANGING, INITIALIZING
from earlier_server import refuse_to_forget
from filestore import publish_attachments
from image_modules import ImageModules
from job import DATABASE, ROLE, JobError, execute, query, row, rows
from maintainer import admit_maintainer
from module_notes import remember
from odoo_program import change_modules
from odoo_settings import apply_settings, modules_in
from serving import record_release
from verifier import admit_verifier
from wanted_modules import refuse_missing, wanted
from psycopg2 import sql
from psycopg2.extensions import encrypt_password

# What `-i base` brings at least. `web` carries the login page and is installed by itself once `base` is.
ESSENTIAL_MODULES = ("base", "web")


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
    if databases.exists(job, DATABASE):
        verify(job, DATABASE)
        harden(job, DATABASE)
        replace_initial_password(job, DATABASE)
    else:
        initialize(job)


def initialize(job):
    """Builds the database aside and gives it its name at the very end, in one statement."""
    refuse_to_forget(job)
    modules = wanted(job)
    image = ImageModules(job)
    refuse_missing(image, modules)
    databases.drop_unfinished(job, INITIALIZING)
    databases.create(job, INITIALIZING)
    harden(job, INITIALIZING)
    with tempfile.TemporaryDirectory() as data_dir:
        change_modules(job, INITIALIZING, ["base", *modules], [], data_dir)
        verify(job, INITIALIZING)
        publish_attachments(job, Path(data_dir, "filestore", INITIALIZING))
    apply_settings(job, INITIALIZING, installed={*modules, *modules_in(job, INITIALIZING)})
    remember(job, INITIALIZING, image)
    replace_initial_password(job, INITIALIZING)
    record_release(job, INITIALIZING, INITIALIZING)
    databases.put_in_service(job, INITIALIZING, None)
    job.created(f"database {DATABASE}")


def harden(job, database):
    """What has to hold in a new database as well as in a restored one."""
    with job.session(database) as connection:
        execute(connection, "CREATE EXTENSION IF NOT EXISTS pg_trgm")
        execute(connection, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    admit_verifier(job, database)
    admit_maintainer(job, database)


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
    if pending and database in (INITIALIZING, CHANGING):
        raise JobError(
            f"Odoo ended without an error, but did not get through with the modules {', '.join(pending)}: mostly because the image"
            " lacks a module that they depend on; see its log above"
        )
    if pending:
        raise JobError(
            f"modules are being changed in database {database}: {', '.join(pending)}; let it end, or cancel it under"
            " Apps, then deploy again"
        )
    if absent:
        raise JobError(f"database {database} lacks the installed modules {', '.join(absent)}: see Odoo's log above")

    version = next(latest for name, _, latest in modules if name == "base")
    if not version.startswith(f"{job.arguments.odoo_version}."):
        raise JobError(
            f"database {database} belongs to Odoo {version}, this deployment runs {job.arguments.odoo_version}: a change"
            " between major versions needs an upgrade of the data first; set the version back and deploy again"
        )
    job.report["baseVersion"] = version
