"""Makes sure that a copy of production reaches nobody.

`odoo neutralize` does what every module has for it, and ends with code 0 also where it found nothing to do: a module whose
files are not in the image is passed over without a word. So its files are looked for first, and what counts is what stands
in the database afterwards.
"""

import uuid

from databases import comment_of, set_comment
from image_modules import ImageModules, own_directories
from job import JobError, rows
from neutralized import require_neutralized, table_exists
from odoo_program import neutralize_modules
from system_parameters import SystemParameters

# Odoo S.A.'s license of its Enterprise modules, wherever an image has them.
ENTERPRISE = "OEEL-1"

# What Odoo leaves as it is, though a copy must not keep it: what would go out the moment somebody switches a mail server or a
# scheduled job on, and what opens production. By the table that has to exist; docs/staging.md says why of each.
LEFT_OVER = (
    ("mail_mail", "waiting e-mails cancelled", "UPDATE mail_mail SET state = 'cancel' WHERE state = 'outgoing'"),
    (
        "sms_sms",
        "waiting text messages cancelled",
        "UPDATE sms_sms SET state = 'canceled' WHERE state IN ('outgoing', 'process')",
    ),
    (
        "snailmail_letter",
        "waiting letters cancelled",
        "UPDATE snailmail_letter SET state = 'canceled' WHERE state = 'pending'",
    ),
    (
        "mailing_mailing",
        "waiting mailings back to draft",
        "UPDATE mailing_mailing SET state = 'draft' WHERE state IN ('in_queue', 'sending')",
    ),
    (
        "ir_mail_server",
        "passwords of mail servers removed",
        "UPDATE ir_mail_server SET smtp_pass = NULL WHERE smtp_pass IS NOT NULL",
    ),
    (
        "fetchmail_server",
        "passwords of mailboxes removed",
        "UPDATE fetchmail_server SET password = NULL WHERE password IS NOT NULL",
    ),
    ("auth_oauth_provider", "identity providers off", "UPDATE auth_oauth_provider SET enabled = FALSE WHERE enabled"),
    ("res_users_apikeys", "API keys removed", "DELETE FROM res_users_apikeys"),
    ("auth_totp_device", "trusted browsers removed", "DELETE FROM auth_totp_device"),
)

# Production's address, and a second factor that may come by an e-mail that is not sent any more. With them go the notes
# that would have them kept as an administrator's own choice, and those of the modules that production's environment file
# asked for, which this one need not name.
PARAMETERS = ("web.base.url", "web.base.url.freeze", "report.url", "auth_totp.policy")
NOTES = ("base_url", "two_factor", "modules", "phases")


def neutralize(job, database, again=False):
    """Neutralizes a database that nothing serves, verifies it, and says so beside it; an error otherwise.

    `again` after a change of its modules: what is left then is the copy's own, with the sessions and keys of who tests in it.
    """
    with job.session_as_odoo(database) as connection:
        require_module_files(job, connection)
    neutralize_modules(job, database)
    with job.session_as_odoo(database) as connection:
        if not again:
            # One transaction.
            with connection:
                remove_what_is_left(job, connection)
        job.report["neutralized"] = require_neutralized(connection)
    set_comment(job, database, {**comment_of(job, database), "neutralized": True})


def require_module_files(job, connection):
    image = ImageModules(job)
    own = own_directories()
    without = []
    absent = []
    for name, license in rows(
        connection,
        "SELECT name, coalesce(license, '') FROM ir_module_module m"
        " WHERE state IN ('installed', 'to upgrade', 'to remove')"
        # Made in Odoo itself, with Studio for example: rows, and no files.
        " AND NOT coalesce((to_jsonb(m) ->> 'imported')::bool, FALSE) ORDER BY name",
    ):
        folder = image.find(name)
        if folder is None:
            absent.append(name)
        elif folder.parent not in own and license != ENTERPRISE and not (folder / "data" / "neutralize.sql").is_file():
            without.append(name)
    if absent:
        raise JobError(
            f"modules {', '.join(absent)} are installed in the database but are not in the image, so that odoo neutralize"
            " would pass over them without a word: deploy an image that has them, then try again"
        )
    job.report["modulesWithoutNeutralization"] = without
    if without:
        job.warn(
            f"modules {', '.join(without)} are not Odoo's own and have no data/neutralize.sql: what they do to the outside"
            " is not known here"
        )


def remove_what_is_left(job, connection):
    for table, what, statement in LEFT_OVER:
        if table_exists(connection, table):
            with connection.cursor() as cursor:
                cursor.execute(statement)
                if cursor.rowcount:
                    job.changed(f"{what}: {cursor.rowcount}")
    parameters = SystemParameters(connection)
    for key in PARAMETERS:
        parameters.remove(key)
    for name in NOTES:
        parameters.remove_note(name)
    # As Odoo does when it restores a copy. Odoo S.A. knows a database by the first, and the second signs links and sessions:
    # who knows the copy's could make those of production.
    for key in ("database.uuid", "database.secret"):
        parameters.set(key, str(uuid.uuid4()))
