"""The role in which the weekly look refreshes statistics and sees what goes on: reads what the verifier reads, changes no row, has no password.

Another role than the verifier, which restored copies are looked at with and which may change nothing at all.
"""

import psycopg2
from job import execute, row
from verifier import IAM_ROLE, VERIFIER

MAINTAINER = "odoo_maintainer"

# The less, the better; but since PostgreSQL 16 nobody hands on what he was not given himself, and RDS gives the second.
STATISTICS = ("pg_read_all_stats", "pg_monitor")

# Before it, only the owner may analyze a table.
MAINTAIN_SINCE = 170000


def admit_maintainer(job, database):
    """Lets the role look at a database of Odoo's, and at what Odoo makes later. After the verifier."""
    if row(job.lock, "SELECT 1 FROM pg_roles WHERE rolname = %s", IAM_ROLE) is None:
        return
    if row(job.lock, "SELECT 1 FROM pg_roles WHERE rolname = %s", MAINTAINER) is None:
        execute(job.lock, "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", MAINTAINER)
        job.created(f"role {MAINTAINER}")
    for granted in (IAM_ROLE, VERIFIER):
        execute(job.lock, "GRANT {} TO {}", granted, MAINTAINER)
    show_sessions(job)
    execute(job.lock, "GRANT CONNECT ON DATABASE {} TO {}", database, MAINTAINER)
    with job.session_as_odoo(database) as connection:
        execute(connection, "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", MAINTAINER)
        execute(connection, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO {}", MAINTAINER)
        if connection.server_version >= MAINTAIN_SINCE:
            execute(connection, "GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO {}", MAINTAINER)
            execute(connection, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT MAINTAIN ON TABLES TO {}", MAINTAINER)


def show_sessions(job):
    """No release fails for want of it: the look says itself what it cannot see."""
    refused = None
    for role in STATISTICS:
        try:
            execute(job.lock, "GRANT {} TO {}", role, MAINTAINER)
            return
        except psycopg2.errors.InsufficientPrivilege as error:
            refused = error
    job.warn(f"{MAINTAINER} cannot see what other sessions do: {' '.join(str(refused).split())}")
