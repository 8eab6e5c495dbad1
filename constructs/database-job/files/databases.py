"""Databases of the server, by the names that say what they are for, and how one takes the place of another.

What is served is called `odoo`, and no other name is ever served. Whatever changes it works on another database and gives
that one the name at the very end, so that a failure or a kill at any moment leaves what was served as it was.
"""

import contextlib
import json
import time

import psycopg2
import psycopg2.errors
from job import DATABASE, ROLE, JobError, query, row, rows
from psycopg2 import sql

# A first initialization, a copy that is being changed, and what came from elsewhere. Whatever a killed run left under
# these names was never served, and is dropped by the next one.
INITIALIZING = "odoo_initializing"
CHANGING = "odoo_changing"
INCOMING = "odoo_incoming"
# What was served before the last change.
BEFORE = "odoo_before"
# Begin of the names of what was served and taken out of service by hand. Only a person drops these.
UNDONE = "odoo_undone"

# Enough of them to make room; each is a transaction with few locks.
LARGEST_TABLES = (
    "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relowner = current_user::regrole"
    " ORDER BY pg_total_relation_size(oid) DESC LIMIT 5"
)

# Who reads along from outside, or an autovacuum that is ending, is gone by then.
PATIENCE_SECONDS = 30


def exists(job, name):
    return row(job.lock, "SELECT 1 FROM pg_database WHERE datname = %s", name) is not None


def create(job, name):
    """An empty database, as Odoo itself makes one (odoo/service/db.py): its indexes rely on the C collation, and only
    template0 allows another one than the server's."""
    statement(job, "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' LC_COLLATE 'C' TEMPLATE template0", name, ROLE)


def drop(job, name):
    statement(job, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def discard(job, name):
    """Drops what was begun and is of no use to anybody, also where it has filled the disk.

    Before a server drops a database it writes down where it stands, and ends, with all that it serves, if there is no room
    for that. A table gives its room back at once.
    """
    if not exists(job, name):
        return
    with contextlib.suppress(psycopg2.Error), job.session_as_odoo(name) as connection:
        for (table,) in rows(connection, LARGEST_TABLES):
            # The server has quoted the name.
            query(connection, sql.SQL("DROP TABLE {} CASCADE").format(sql.SQL(table)))
    drop(job, name)


def drop_unfinished(job, name):
    if exists(job, name):
        discard(job, name)
        job.changed(f"dropped {name}, which an earlier run did not finish")


def copy(job, source, target):
    """A second database with the same content, settings and privileges.

    File by file, while nobody is connected. The other way would send all of it through the write-ahead log, and with it
    to the standby and the archive.
    """
    alone(
        job,
        [source],
        lambda: statement(job, "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY", target, ROLE, source),
    )
    # What the server keeps outside a database does not come along.
    grant_the_same(job, source, target)
    set_the_same(job, source, target)


def grant_the_same(job, source, target):
    statement(job, "REVOKE ALL ON DATABASE {} FROM PUBLIC", target)
    grants = rows(
        job.lock,
        "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END, is_grantable"
        " FROM pg_database, aclexplode(datacl) WHERE datname = %s",
        source,
    )
    for privilege, grantee, grantable in grants:
        option = sql.SQL(" WITH GRANT OPTION" if grantable else "")
        # Privileges are keywords, and the server has quoted the name.
        grant = sql.SQL("GRANT {} ON DATABASE {} TO {}{}")
        query(job.lock, grant.format(sql.SQL(privilege), sql.Identifier(target), sql.SQL(grantee), option))


def set_the_same(job, source, target):
    settings = rows(
        job.lock,
        "SELECT CASE setrole WHEN 0 THEN NULL ELSE setrole::regrole::text END, setting"
        " FROM pg_db_role_setting, unnest(setconfig) setting"
        " WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)",
        source,
    )
    for role, setting in settings:
        name, _, value = setting.partition("=")
        setting_name = sql.Identifier(*name.split("."))
        whose = sql.SQL(f"ALTER ROLE {role} IN DATABASE" if role else "ALTER DATABASE")
        # By way of this connection: a list such as search_path would be quoted as a single value otherwise.
        query(job.lock, "SELECT set_config(%s, %s, false)", name, value)
        try:
            query(job.lock, sql.SQL("{} {} SET {} FROM CURRENT").format(whose, sql.Identifier(target), setting_name))
        except psycopg2.errors.InsufficientPrivilege:
            job.warn(f"{name} = {value} was set for the database by somebody with more rights, who has to set it again")
        query(job.lock, sql.SQL("RESET {}").format(setting_name))


def put_in_service(job, incoming, aside):
    """Gives a database the served name, and the one that had it, if any, another: in one transaction."""
    refuse_live_copy(job, incoming)
    names = [(DATABASE, aside)] if exists(job, DATABASE) else []
    names.append((incoming, DATABASE))
    renaming = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    # Sent together, they are one transaction, though the connection commits by itself.
    renamings = sql.SQL(";").join(renaming.format(*map(sql.Identifier, pair)) for pair in names)
    alone(job, [old for old, _ in names], lambda: query(job.lock, renamings))


def refuse_live_copy(job, name):
    """The comment of a copy says so from the moment it is made, and that it is neutralized only once that was read from it."""
    comment = comment_of(job, name)
    if "copyOf" in comment and comment.get("neutralized") is not True:
        raise JobError(f"{name} is a copy of {comment['copyOf']} that was not found neutralized: it is not put in service")


def alone(job, databases, act):
    """Ends every session of these databases, then acts on them; again while somebody is quicker."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        end_sessions(job, databases)
        try:
            return act()
        except psycopg2.errors.ObjectInUse:
            # The server itself waits 5 s for sessions that are ending, autovacuum's among them.
            if time.monotonic() >= deadline:
                raise JobError(
                    f"somebody connects to {' and '.join(databases)} again and again: {strangers(job, databases)}; end that"
                    " program, then try again"
                ) from None


def end_sessions(job, databases):
    for (pid,) in rows(job.lock, "SELECT pid FROM pg_stat_activity WHERE datname = ANY(%s)", databases):
        # Of somebody with more rights than this job. Who stays is named by whoever has to be alone.
        with contextlib.suppress(psycopg2.errors.InsufficientPrivilege):
            query(job.lock, "SELECT pg_terminate_backend(%s, 5000)", pid)


def strangers(job, databases):
    found = rows(
        job.lock,
        "SELECT DISTINCT coalesce(usename, '?') || ' (' || coalesce(nullif(application_name, ''), 'no name') || ')'"
        " FROM pg_stat_activity WHERE datname = ANY(%s) ORDER BY 1",
        databases,
    )
    return ", ".join(name for (name,) in found) or "it is gone now"


def size_of(job, name):
    """Bytes on disk."""
    return row(job.lock, "SELECT pg_database_size(%s)", name)[0]


def lack_of_room(job, needed, without=""):
    """What another database of so many bytes would lack, or nothing; `without` is one that goes before.

    Beforehand, because a full PostgreSQL stops, and on RDS stays away for an hour.
    """
    if job.arguments.storage_gib is None:
        return None
    gib = 2**30
    room = 0.9 * job.arguments.storage_gib
    used = float(row(job.lock, "SELECT sum(pg_database_size(oid)) FROM pg_database WHERE datname <> %s", without)[0]) / gib
    if used + needed / gib <= room:
        return None
    return (
        f"takes {needed / gib:.1f} GiB beside the {used:.1f} in use, and nine tenths of the storage are {room:.1f}"
    )


def count_writes(job):
    """Rows written since the server began to count: complete, because a session's are counted when it has ended."""
    end_sessions(job, [DATABASE])
    with job.session(DATABASE) as connection:
        return row(connection, "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables")[0]


def comment_of(job, name):
    """What this program keeps beside a database, readable from any other, where it goes along with every renaming."""
    (comment,) = row(
        job.lock, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", name
    )
    try:
        content = json.loads(comment or "{}")
    except ValueError:
        # Somebody's own words.
        return {}
    return content if isinstance(content, dict) else {}


def set_comment(job, name, content):
    query(job.lock, sql.SQL("COMMENT ON DATABASE {} IS %s").format(sql.Identifier(name)), json.dumps(content))


def statement(job, text, *identifiers):
    query(job.lock, sql.SQL(text).format(*map(sql.Identifier, identifiers)))
