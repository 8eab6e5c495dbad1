"""The role in which restored backups are looked at: reads everything, changes nothing, has no password.

It signs in by IAM, so it is made where a server knows that: on RDS. It has to be in production to be in its backups.
"""

from job import execute, row

# RDS admits by IAM who is a member of this role.
IAM_ROLE = "rds_iam"

VERIFIER = "odoo_verifier"


def admit_verifier(job, database):
    """Lets the role read what there is in a database of Odoo's, and what Odoo makes later."""
    if row(job.lock, "SELECT 1 FROM pg_roles WHERE rolname = %s", IAM_ROLE) is None:
        return
    if row(job.lock, "SELECT 1 FROM pg_roles WHERE rolname = %s", VERIFIER) is None:
        execute(job.lock, "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", VERIFIER)
        job.created(f"role {VERIFIER}")
    execute(job.lock, "GRANT {} TO {}", IAM_ROLE, VERIFIER)
    # Nobody but the owner may otherwise: odoo_database.harden.
    execute(job.lock, "GRANT CONNECT ON DATABASE {} TO {}", database, VERIFIER)
    with job.session_as_odoo(database) as connection:
        execute(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", VERIFIER)
        execute(connection, "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}", VERIFIER)
