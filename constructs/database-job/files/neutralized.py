"""Reads from a database whether it can reach anybody."""

from job import JobError, row, rows

# What must not be found, the table that may be missing, and what finds it: one text for each. Written so that an empty
# value counts as found: the mail server of the environment has no host, for example.
CHECKS = (
    (
        "the flag database.is_neutralized is not set",
        "ir_config_parameter",
        "SELECT '-' WHERE NOT EXISTS"
        " (SELECT 1 FROM ir_config_parameter WHERE key = 'database.is_neutralized' AND value = 'true')",
    ),
    (
        # Without one, Odoo takes the server of its configuration file.
        "the mail server that reaches nobody is missing",
        "ir_mail_server",
        "SELECT '-' WHERE NOT EXISTS (SELECT 1 FROM ir_mail_server WHERE active AND smtp_host = 'invalid')",
    ),
    (
        "active mail servers",
        "ir_mail_server",
        "SELECT concat_ws(' ', name, smtp_host) FROM ir_mail_server"
        " WHERE active IS NOT FALSE AND smtp_host IS DISTINCT FROM 'invalid'",
    ),
    (
        "active scheduled jobs",
        "ir_cron",
        "SELECT coalesce(to_jsonb(c) ->> 'cron_name', 'number ' || id) FROM ir_cron c WHERE active IS NOT FALSE AND NOT EXISTS"
        " (SELECT 1 FROM ir_model_data d WHERE d.model = 'ir.cron' AND d.module = 'base' AND d.name = 'autovacuum_job'"
        " AND d.res_id = c.id)",
    ),
    (
        "webhooks",
        "ir_act_server",
        "SELECT 'number ' || id FROM ir_act_server"
        " WHERE state = 'webhook' AND webhook_url IS DISTINCT FROM 'neutralization - disable webhook'",
    ),
    (
        "payment providers",
        "payment_provider",
        "SELECT 'number ' || id FROM payment_provider WHERE state IS NULL OR state NOT IN ('disabled', 'test')",
    ),
    (
        "incoming mail servers",
        "fetchmail_server",
        "SELECT name FROM fetchmail_server WHERE active IS NOT FALSE",
    ),
)

# No Odoo is without these, so that a missing one is an error.
ESSENTIAL_TABLES = ("ir_config_parameter", "ir_mail_server", "ir_cron")


def require_neutralized(connection):
    """Every check must find nothing; returns what was checked."""
    checked = []
    problems = []
    for what, table, statement in CHECKS:
        if table not in ESSENTIAL_TABLES and not table_exists(connection, table):
            continue
        checked.append(what)
        found = [text for (text,) in rows(connection, statement)]
        if found:
            problems.append(f"{what}: {', '.join(found[:5])}{' and others' if len(found) > 5 else ''}")
    if problems:
        raise JobError(f"the copy is NOT neutralized, and is not served: {'; '.join(problems)}")
    return checked


def table_exists(connection, table):
    return row(connection, "SELECT to_regclass(%s)", f"public.{table}")[0] is not None
