"""Makes a restored copy of production harmless, and lets one look at Odoo on it from inside.

    prepare_drill.py --odoo-config FILE --host-prefix NAME-drill- --ca-bundle FILE --odoo-version 19.0
                     --login LOGIN --password-file FILE [--wait-for FILE]

Runs inside the Odoo image, before Odoo, beside the parts of the database job that it is made of, and reaches the database as
Odoo's configuration says. A host whose name does not begin as those of drills do is refused before anything is asked of it:
what this does to a database is not to be done to production. A file to wait for is there once the database can be used; who runs
the task ends it where that takes too long.

Exit code 0: the copy reaches nobody, and its administrator has a new password, which is in the file. 1: it may not be served.
"""

import argparse
import configparser
import os
import secrets
import sys
import time
from pathlib import Path

import psycopg2
from administrator import PASSWORDS, find_administrator, has_column
from job import DATABASE, ROLE, Job, JobError, query
from neutralization import neutralize

# What browsers load is kept among the attachments, which are not here: Odoo makes it anew where it has none.
ASSETS = "DELETE FROM ir_attachment WHERE starts_with(url, '/web/assets/') AND res_model = 'ir.ui.view'"


def main():
    options = parse()
    odoo = configuration(options.odoo_config)
    options.host, options.port, options.settings = odoo["db_host"], odoo["db_port"], {}
    if not options.host.startswith(options.host_prefix):
        sys.exit(f"prepare drill: {options.host} is no database of a drill, whose names begin with {options.host_prefix}")
    while options.wait_for and not options.wait_for.exists():
        time.sleep(1)
    job = Job(options, {"kind": "drill"}, {"DATABASE_PASSWORD": odoo["db_password"]})
    try:
        job.lock = job.connect(DATABASE, ROLE, odoo["db_password"])
        neutralize(job, DATABASE)
        query(job.lock, ASSETS)
        write(options.password_file, admit(job, options.login))
    except (JobError, psycopg2.Error, OSError) as error:
        sys.exit(f"prepare drill: {' '.join(str(error).split())}")


def configuration(file):
    # A password may have a percent sign.
    parser = configparser.RawConfigParser()
    parser.read(file)
    return parser["options"]


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--odoo-config", required=True)
    parser.add_argument("--host-prefix", required=True)
    parser.add_argument("--ca-bundle", required=True)
    parser.add_argument("--odoo-version", required=True)
    parser.add_argument("--odoo", nargs="+", default=["odoo"], help="command that starts Odoo")
    parser.add_argument("--login", required=True)
    parser.add_argument("--password-file", required=True)
    parser.add_argument("--wait-for", type=Path)
    return parser.parse_args()


def admit(job, login):
    """The administrator of this copy, under another login, by a password alone; returns that."""
    administrator = find_administrator(job.lock)
    if administrator is None:
        raise JobError("the user that Odoo knows as base.user_admin was deleted: nobody can log in to look at the copy")
    user, *_ = administrator
    password = secrets.token_urlsafe(24)
    query(
        job.lock,
        "UPDATE res_users SET active = TRUE, login = %s, password = %s WHERE id = %s",
        login,
        PASSWORDS.hash(password),
        user,
    )
    # Comes with `auth_totp`.
    if has_column(job.lock, "res_users", "totp_secret"):
        query(job.lock, "UPDATE res_users SET totp_secret = NULL WHERE id = %s", user)
    return password


def write(file, password):
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as opened:
        opened.write(password)


if __name__ == "__main__":
    main()
