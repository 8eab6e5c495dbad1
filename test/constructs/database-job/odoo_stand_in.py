"""Stands in for `odoo --init=MODULES --update=MODULES`: reads the same options, configuration and modules, connects the
same way, commits after each module, and leaves the few tables, states, files and exit codes that the job looks at, as
Odoo 18.0 and 19.0 do. What a module does to the database is in its `install.sql` and `update.sql`. It is not Odoo and
proves nothing about it.

The first argument selects the behaviour and, after an @, the series of Odoo if it is not 19.0:

    ok, slow, hangs        initializes or installs, after two seconds, or only after minutes
    half                   the job is killed while the database is initialized
    half-changed           the job is killed when the first of several modules is installed or updated
    fails-halfway          fails then, with that one committed
    passes-over            ends well without having updated anything
    attaches               writes an attachment with every update
    leaves-out             leaves out a constraint, which it only logs
    half-attachment        is killed, with the job, in the middle of one
    no-modules             has only base and web and, like Odoo, says nothing about the others
    no-web, pending, old   leaves a database that cannot be served
    import-error           fails
"""

import ast
import configparser
import hashlib
import importlib.util
import json
import os
import sys
import time
from pathlib import Path

import psycopg2
from passlib.hash import pbkdf2_sha512

BASE = """
    CREATE TABLE ir_model_data (module varchar, name varchar, model varchar, res_id int);
    CREATE TABLE ir_config_parameter (
        id serial PRIMARY KEY, key varchar NOT NULL UNIQUE, value text NOT NULL,
        create_uid int, create_date timestamp, write_uid int, write_date timestamp);
    CREATE TABLE ir_mail_server (
        id serial PRIMARY KEY, name varchar NOT NULL, from_filter varchar, smtp_host varchar, smtp_port int,
        smtp_authentication varchar NOT NULL, smtp_encryption varchar NOT NULL, smtp_debug bool, sequence int, active bool,
        create_uid int, create_date timestamp, write_uid int, write_date timestamp);
    CREATE TABLE res_partner (id int PRIMARY KEY, email varchar);
    CREATE TABLE res_users (
        id int PRIMARY KEY, login varchar, password varchar, partner_id int, active bool, share bool, totp_secret varchar);
    CREATE TABLE auth_totp_device (id serial PRIMARY KEY, user_id int);
    INSERT INTO res_partner VALUES (2, 'odoobot@example.com'), (3, %(admin_email)s);
    INSERT INTO res_users VALUES (1, '__system__', NULL, 2, FALSE), (2, 'admin', %(admin_password)s, 3, TRUE);
    INSERT INTO ir_model_data VALUES ('base', 'user_root', 'res.users', 1), ('base', 'user_admin', 'res.users', 2);
    INSERT INTO ir_config_parameter (key, value) VALUES ('web.base.url', 'http://localhost:8069');
    CREATE TABLE ir_attachment (store_fname varchar, type varchar, file_size int, checksum varchar);
"""
SIGNALING = {
    "18.0": "CREATE SEQUENCE base_registry_signaling; CREATE SEQUENCE base_cache_signaling_default;",
    "19.0": "CREATE TABLE orm_signaling_registry (id serial PRIMARY KEY, date timestamp DEFAULT now());"
    "CREATE TABLE orm_signaling_stable (id serial PRIMARY KEY, date timestamp DEFAULT now());",
}
# What the modules bring that the job has to do with. Each of the last three depends on the first two.
MODULES = {
    "mail": "ALTER TABLE res_partner ADD email_normalized varchar; ALTER TABLE ir_mail_server ADD owner_user_id int;"
    "UPDATE res_partner SET email_normalized = email;",
    "auth_signup": "INSERT INTO ir_config_parameter (key, value) VALUES ('auth_signup.invitation_scope', 'b2c');",
    "auth_totp_mail_enforce": "SELECT 'a module without tables'",
    "auth_totp_mail": "SELECT 'a module without tables'",
    "auth_oauth": """
        CREATE TABLE auth_oauth_provider (
            id serial PRIMARY KEY, name varchar NOT NULL, body jsonb NOT NULL, client_id varchar,
            auth_endpoint varchar NOT NULL, scope varchar, validation_endpoint varchar NOT NULL, data_endpoint varchar,
            css_class varchar, enabled bool, sequence int,
            create_uid int, create_date timestamp, write_uid int, write_date timestamp);
        INSERT INTO auth_oauth_provider (name, body, auth_endpoint, validation_endpoint, enabled)
            VALUES ('Odoo.com Accounts', '{"en_US": "Odoo.com"}', 'https://x', 'https://x', TRUE),
                   ('Google OAuth2', '{"en_US": "Google"}', 'https://y', 'https://y', NULL);
        INSERT INTO ir_model_data VALUES ('auth_oauth', 'provider_openerp', 'auth.oauth.provider', 1);
    """,
}
NOT_IN = {"18.0": (), "19.0": ("auth_totp_mail_enforce",)}


def main():
    connection = connect()
    cursor = connection.cursor()
    modules = options.get("init", "").split(",")
    if "base" in modules:
        initialize(cursor)
    install(cursor, [name for name in modules if name not in ("", "base")])
    update(cursor, [name for name in options.get("update", "").split(",") if name])
    if behavior == "no-web":
        cursor.execute("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'web'")
    if behavior == "pending":
        cursor.execute("UPDATE ir_module_module SET state = 'to install' WHERE name = 'sale'")


def connect():
    connection = psycopg2.connect(
        host=conf["db_host"],
        port=conf["db_port"],
        user=conf["db_user"],
        password=conf["db_password"],
        sslmode=conf["db_sslmode"],
        dbname=options["database"],
    )
    connection.autocommit = True
    return connection


def initialize(cursor):
    cursor.execute("CREATE TABLE ir_module_module (name varchar NOT NULL UNIQUE, state varchar, latest_version varchar)")
    update_list(cursor)
    cursor.execute("UPDATE ir_module_module SET state = 'to install' WHERE name IN ('base', 'web')")
    if behavior == "half":
        kill_the_job()
    if behavior == "import-error":
        print("2026-11-22 03:29:29,022 7 CRITICAL odoo odoo.service.server: Failed to initialize database `odoo`.")
        print("Traceback (most recent call last):\nodoo.tools.convert.ParseError: while parsing x.xml:19\n", flush=True)
        sys.exit(255)
    if behavior == "slow":
        time.sleep(2)
    if behavior == "hangs":
        time.sleep(300)
    cursor.execute(
        BASE,
        {
            "admin_email": "admin@example.com" if version == "18.0" else None,
            "admin_password": pbkdf2_sha512.using(rounds=1000).hash("admin"),
        },
    )
    cursor.execute(SIGNALING[version])
    cursor.execute("INSERT INTO ir_attachment VALUES (%s, 'binary', %s, %s)", write_attachment(b"an attachment"))
    cursor.execute(
        "UPDATE ir_module_module SET state = 'installed', latest_version = %s WHERE name IN ('base', 'web')",
        (f"{version}.1.3",),
    )


def write_attachment(content):
    name = hashlib.sha1(content).hexdigest()
    file = Path(options["data-dir"], "filestore", options["database"], name[:2], name)
    if file.exists():
        if file.read_bytes() != content:
            print("odoo.exceptions.UserError: The attachment collides with an existing file.", flush=True)
            sys.exit(255)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return f"{name[:2]}/{name}", len(content), name


def update_list(cursor):
    """Odoo looks for new modules whenever it changes any."""
    for directory in sorted(path for place in addons() for path in place.iterdir()):
        if directory.name not in NOT_IN[version]:
            cursor.execute(
                "INSERT INTO ir_module_module VALUES (%s, 'uninstalled') ON CONFLICT DO NOTHING", (directory.name,)
            )


def addons():
    """Where modules are: in Odoo's own package if there is one, then as configured."""
    package = importlib.util.find_spec("odoo")
    own = [Path(place, "addons") for place in package.submodule_search_locations] if package else []
    return [place for place in [*own, Path(conf["addons_path"])] if place.is_dir()]


def install(cursor, wanted):
    if wanted and behavior != "no-modules":
        update_list(cursor)
        # What brings `mail` brings sign-up.
        if set(wanted) & {*MODULES, "portal"}:
            wanted = ["mail", "auth_signup", *wanted]
        cursor.execute(
            "UPDATE ir_module_module SET state = 'to install' WHERE state = 'uninstalled' AND name = ANY(%s)", (wanted,)
        )
        cursor.execute("SELECT name FROM ir_module_module WHERE state = 'to install'")
        known = [*MODULES, *wanted]
        for (name,) in sorted(cursor.fetchall(), key=lambda found: known.index(found[0])):
            if name in MODULES:
                cursor.execute(MODULES[name])
            loaded(cursor, name, "install.sql")


def update(cursor, wanted):
    if not wanted or behavior == "passes-over":
        return
    update_list(cursor)
    cursor.execute(
        "UPDATE ir_module_module SET state = 'to upgrade'"
        " WHERE state = 'installed' AND (name = ANY(%s) OR 'base' = ANY(%s)) RETURNING name",
        (wanted, wanted),
    )
    for (name,) in sorted(cursor.fetchall()):
        if behavior == "half-attachment":
            half = Path(options["data-dir"], "filestore", options["database"], write_attachment(f"of {name}".encode())[0])
            half.write_bytes(b"of")
            kill_the_job()
        if behavior == "leaves-out":
            print("2026-11-30 07:10:59,030 7 WARNING odoo odoo.schema: Table 'acme_order': unable to set NOT NULL on column 'state' ")
        if behavior == "attaches":
            cursor.execute("INSERT INTO ir_attachment VALUES (%s, 'binary', %s, %s)", write_attachment(f"of {name}".encode()))
        loaded(cursor, name, "update.sql")


def loaded(cursor, name, script):
    """What Odoo commits after each module."""
    directory = next(place / name for place in addons() if (place / name).is_dir())
    if (directory / script).exists():
        cursor.execute((directory / script).read_text())
    manifest = ast.literal_eval((directory / "__manifest__.py").read_text())
    cursor.execute(
        "UPDATE ir_module_module SET state = 'installed', latest_version = %s WHERE name = %s",
        (f"{version}.{manifest.get('version', '1.0')}", name),
    )
    if behavior == "half-changed":
        kill_the_job()
    if behavior == "fails-halfway":
        print("2026-11-30 03:29:29,022 7 CRITICAL odoo odoo.service.server: Failed to initialize database.")
        print("Traceback (most recent call last):\nodoo.tools.convert.ParseError: while parsing y.xml:7")
        print("Error while validating view near:\n", flush=True)
        # As Odoo does: the states tell nothing of it.
        cursor.execute("UPDATE ir_module_module SET state = 'installed' WHERE state = 'to upgrade'")
        sys.exit(255)


def kill_the_job():
    """As if this process were killed too."""
    os.kill(os.getppid(), 9)
    sys.exit(137)


chosen, *arguments = sys.argv[1:]
behavior, _, version = chosen.partition("@")
version = version or ("18.0" if behavior == "old" else "19.0")
options = dict(argument.lstrip("-").partition("=")[::2] for argument in arguments)
parser = configparser.RawConfigParser()
parser.read(options["config"])
conf = parser["options"]
print(json.dumps({"standIn": {"options": options, "environment": sorted(os.environ)}}), flush=True)
main()
