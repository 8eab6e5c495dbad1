"""Stands in for `odoo neutralize`: does to a database what the modules of Odoo 18.0 and 19.0 that matter here do to it (base,
mail, payment, iap, web), in one transaction, and ends as Odoo does. It is not Odoo and proves nothing about it.

The first argument selects the behaviour:

    ok              neutralizes
    nothing         ends with 0 and has done nothing
    mail-server     leaves one mail server active
    own-mail-server leaves the environment's own active, which has no host
    no-dummy        adds no mail server that catches everything
    cron            leaves one scheduled job active
    payment         leaves a payment provider enabled
    fetchmail       leaves an incoming mail server active
    webhook         leaves a webhook
    no-flag         does everything, but does not say so in the database
    fails           ends with 1, as on any error
    killed          the job is killed meanwhile
"""

import configparser
import json
import os
import sys
from pathlib import Path

import psycopg2

# Of each: what may be left out, the table, and what is done.
EFFECTS = (
    ("mail-server", "ir_mail_server", "UPDATE ir_mail_server SET active = FALSE"),
    (
        "no-dummy",
        "ir_mail_server",
        "INSERT INTO ir_mail_server (name, smtp_host, smtp_port, smtp_encryption, smtp_authentication, active)"
        " VALUES ('neutralization - disable emails', 'invalid', 1025, 'none', 'login', TRUE)",
    ),
    (
        "cron",
        "ir_cron",
        "UPDATE ir_cron SET active = FALSE WHERE id NOT IN (SELECT res_id FROM ir_model_data"
        " WHERE model = 'ir.cron' AND module = 'base' AND name = 'autovacuum_job')",
    ),
    (
        "webhook",
        "ir_act_server",
        "UPDATE ir_act_server SET webhook_url = 'neutralization - disable webhook' WHERE state = 'webhook'",
    ),
    (
        "no-flag",
        "ir_config_parameter",
        "INSERT INTO ir_config_parameter (key, value) VALUES ('database.is_neutralized', 'true')"
        " ON CONFLICT (key) DO UPDATE SET value = 'true'",
    ),
    ("-", "mail_template", "UPDATE mail_template SET mail_server_id = NULL"),
    ("fetchmail", "fetchmail_server", "UPDATE fetchmail_server SET active = FALSE"),
    (
        "payment",
        "payment_provider",
        "UPDATE payment_provider SET state = 'disabled' WHERE state NOT IN ('test', 'disabled')",
    ),
    ("-", "iap_account", "UPDATE iap_account SET account_token = account_token || '+disabled'"),
    ("-", "auth_oauth_provider", "UPDATE auth_oauth_provider SET enabled = FALSE"),
)


def main():
    if behavior == "nothing":
        return
    if behavior == "fails":
        print("2026-11-22 03:29:29,022 7 CRITICAL ? odoo.cli.neutralize: An error occurred during the neutralization.")
        sys.exit(1)
    parser = configparser.RawConfigParser()
    parser.read(options["config"])
    conf = parser["options"]
    with psycopg2.connect(
        host=conf["db_host"],
        port=conf["db_port"],
        user=conf["db_user"],
        password=conf["db_password"],
        sslmode=conf["db_sslmode"],
        dbname=options["database"],
    ) as connection:
        cursor = connection.cursor()
        for name, table, statement in EFFECTS:
            cursor.execute("SELECT to_regclass(%s)", (table,))
            if cursor.fetchone()[0] is not None and name != behavior:
                cursor.execute(statement)
        if behavior == "mail-server":
            cursor.execute("UPDATE ir_mail_server SET active = FALSE WHERE smtp_host IS NULL")
        if behavior == "own-mail-server":
            cursor.execute("UPDATE ir_mail_server SET active = TRUE WHERE smtp_host IS NULL")
        if behavior == "killed":
            os.kill(os.getppid(), 9)
            sys.exit(137)


behavior, command, *arguments = sys.argv[1:]
if command != "neutralize":
    # The same program changes modules, and another stand-in does that.
    other = Path(__file__).parents[2] / "constructs/database-job/odoo_stand_in.py"
    os.execv(sys.executable, [sys.executable, str(other), "ok", command, *arguments])
options = dict(argument.lstrip("-").partition("=")[::2] for argument in arguments)
report = {"command": command, "options": options, "environment": sorted(os.environ)}
print(json.dumps({"standIn": report}), flush=True)
main()
