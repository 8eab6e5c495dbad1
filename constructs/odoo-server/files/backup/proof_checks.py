"""What is looked at in a database that came back from the backup, in the order of the report."""

import verify_database

from . import filestore
from .examination import Damage
from .host import alone
from .recovery_points import iso

# Share of the rows of a table that may be fewer than were counted before: users delete things meanwhile.
DELETED_MEANWHILE = 0.01


class Restored:
    """A database that came back, and what it must be."""

    def __init__(self, host, connection, attachments, mark, rows):
        self.host = host
        self.connection = connection
        self.attachments = attachments
        self.mark = mark
        self.rows = rows
        # When the last transaction was made that came back, in seconds since 1970.
        self.until = None

    def row(self, statement, *values):
        return verify_database.Verification(self.connection).row(statement, *values)

    def verified(self, check):
        """The report of one check of the verification after a restore."""
        verification = verify_database.Verification(self.connection, self.attachments.faults_of)
        check(verification)
        problems = [*verification.report["database"], *verification.report["attachments"]]
        if problems:
            raise Damage("; ".join(problems))
        return verification.report


def recovery_point(restored):
    """A transaction in the future has no status, and asking for it is an error."""
    [until] = restored.row("SELECT extract(epoch FROM pg_last_xact_replay_timestamp())::float")
    restored.until = until
    if restored.mark is None:
        raise RuntimeError("nothing was noted in the database in service")
    status = restored.row(
        "SELECT CASE WHEN %s::xid8 < pg_snapshot_xmax(pg_current_snapshot()) THEN pg_xact_status(%s::xid8) END",
        *[restored.mark["transaction"]] * 2,
    )[0]
    if status != "committed":
        raise Damage(f"a change of {iso(restored.mark['time'])} did not come back, although the archive said that it has it")
    return f"every change until {iso(restored.until)}"


def locale(restored):
    restored.verified(verify_database.check_locale)
    return "UTF8, C"


def extension(restored):
    restored.verified(verify_database.check_extension)
    return "installed"


def modules(restored):
    return f"{restored.verified(verify_database.check_modules)['modules']} installed"


def release(restored):
    [base] = restored.row("SELECT max(latest_version) FROM ir_module_module WHERE name = 'base'")
    if not str(base).startswith(f"{restored.host.odoo_version}."):
        raise Damage(f"module base is {base}, the environment deploys Odoo {restored.host.odoo_version}")
    return f"module base {base}"


def users(restored):
    """Who could log in. Number 1 is Odoo itself."""
    [count] = restored.row("SELECT count(*) FROM res_users WHERE active AND id <> 1 AND share IS NOT TRUE")
    if count == 0:
        raise Damage("nobody can log in")
    return f"{count} can log in"


def rows(restored):
    if restored.rows is None:
        raise RuntimeError("nobody has counted the database in service")
    found = restored.verified(verify_database.count_rows)["rows"]
    problems = [
        f"{table} has {found.get(table, 0)} rows instead of {before}" if table in found else f"table {table} is missing"
        for table, before in restored.rows.items()
        if found.get(table, -1) < int(before * (1 - DELETED_MEANWHILE))
    ]
    if problems:
        raise Damage("; ".join(problems))
    return f"{sum(found.values())} in {len(found)} tables, compared with the database in service"


def attachments(restored):
    """After a copy, as after each backup: the newest rows refer to files that the next copy would have taken along."""
    with alone("filestore"):
        filestore.attempt(restored.host, everything=False)
    restored.verified(verify_database.check_attachments)
    seen = restored.attachments
    return f"{seen.checked} files of {seen.bytes / (1 << 20):.1f} MiB looked at in the bucket, {seen.read} of them read"


CHECKS = {
    "recovery point": recovery_point,
    "encoding and collation": locale,
    "extension pg_trgm": extension,
    "modules": modules,
    "release": release,
    "users": users,
    "rows": rows,
    "attachments": attachments,
}
