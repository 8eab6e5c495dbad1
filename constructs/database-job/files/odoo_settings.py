"""Brings what the environment file says about Odoo into Odoo's database: address, mail server, second factor, providers.

Settings are rows, so they are written as rows: as Odoo's own role, all in one transaction, in milliseconds, and without
starting Odoo when no module is missing. Odoo's shell would bring the ORM, but no transaction over modules and settings,
a start of several seconds on every deployment, and the same word to running nodes that has to be given here: they are
told by hand to forget what they cached, or they would go on with the old settings until they end.

What an administrator chose in Odoo is never written over. Notes (`system_parameters.py`) tell it from what an earlier
run wrote.
"""

import json

from administrator import ensure_administrator_address, reset_administrator
from job import DATABASE, JobError, query, row, rows
from sign_in import (
    close_sign_up,
    ensure_identity_providers,
    ensure_two_factor,
    retire_shipped_provider,
    warn_of_locked_out_users,
    warn_of_open_sign_up,
)
from system_parameters import SystemParameters
from wanted_modules import modules_for_settings

# What an environment file without a word about any of this comes to.
NOTHING_CONFIGURED = {
    "baseUrl": None,
    "mail": None,
    "twoFactor": "off",
    "administratorEmail": None,
    "resetAdministrator": None,
    "providers": [],
    "modules": [],
    "phases": [],
    "phase": None,
}

# How running nodes hear of changes: Odoo 18 counts sequences up, Odoo 19 adds rows. Parameters are in the cache
# `default` of 18 and `stable` of 19.
REGISTRY_CHANGED = {
    "18.0": "SELECT nextval('base_registry_signaling')",
    "19.0": "INSERT INTO orm_signaling_registry DEFAULT VALUES",
}
CACHES_CHANGED = {
    "18.0": "SELECT nextval('base_cache_signaling_default')",
    "19.0": "INSERT INTO orm_signaling_stable DEFAULT VALUES",
}


def ensure_settings(job):
    """Writes the settings of a database that is being served."""
    apply_settings(job, DATABASE, installed=())


def modules_in(job, database):
    with job.session_as_odoo(database) as connection:
        return installed_modules(connection)


def installed_modules(connection):
    return {name for (name,) in rows(connection, "SELECT name FROM ir_module_module WHERE state = 'installed'")}


def apply_settings(job, database, installed):
    """Writes every setting, all or none.

    `installed` are the modules that this job, not an administrator, installed: those that it was asked for, and those that
    came along.
    """
    version = job.arguments.odoo_version
    with job.session_as_odoo(database) as connection:
        settings = settings_for(job, connection)
        require_modules(job, connection, {*installed, *modules_for_settings(job, settings)})
        if installed:
            # Odoo says so itself, unless it was killed just before.
            query(connection, REGISTRY_CHANGED[version])
        # One transaction: from psycopg2 2.9 on, also of a connection that commits by itself.
        with connection:
            write_settings(job, connection, settings, installed)
        # After the commit, or a node could forget and read the old value again. On every run, because an earlier one
        # may have been killed before it came here.
        query(connection, CACHES_CHANGED[version])


def require_modules(job, connection, modules):
    installed = installed_modules(connection)
    job.report["modulesInstalled"] = len(installed)
    absent = sorted(modules - installed)
    if absent:
        raise JobError(
            f"modules {', '.join(absent)} are not installed, though Odoo was asked to: see its log above, and whether"
            " the image has them"
        )


def settings_for(job, connection):
    """What of the configuration is right for this database."""
    if SystemParameters(connection).get("database.is_neutralized") != "true":
        return job.settings
    # A copy that must reach nobody: Odoo has switched mail off in it, and codes could not be sent. Providers are those of
    # this environment, not of the one that was copied.
    job.warn("the database is neutralized: no mail server and no second factor is set")
    providers = job.settings["providers"]
    if providers and "auth_oauth" not in installed_modules(connection):
        job.warn("auth_oauth is not installed in the copy: no identity provider is set")
        providers = []
    return {**job.settings, "mail": None, "twoFactor": "off", "providers": providers}


def write_settings(job, connection, settings, installed):
    parameters = SystemParameters(connection)
    if "auth_signup" in installed:
        close_sign_up(job, parameters)
    if "auth_oauth" in installed:
        retire_shipped_provider(connection, parameters)
    ensure_base_url(job, parameters, settings["baseUrl"])
    ensure_mail_server(job, connection, parameters, settings["mail"])
    ensure_administrator_address(job, connection, settings["administratorEmail"])
    reset_administrator(job, connection, parameters, settings["resetAdministrator"], settings["administratorEmail"])
    ensure_two_factor(job, parameters, settings["twoFactor"])
    ensure_identity_providers(job, connection, parameters, settings["providers"])
    warn_of_locked_out_users(job, connection, settings["twoFactor"])
    warn_of_open_sign_up(job, parameters, settings["providers"])


def ensure_base_url(job, parameters, url):
    """The address in links of e-mails: that of the environment, until somebody sets another one.

    Odoo itself takes the address under which an administrator logged in last, whatever it was. The parameter that
    stops it is set with the first writing.
    """
    if url is None:
        return
    written = parameters.note("base_url")
    chosen = parameters.get("web.base.url.freeze") if written is None else parameters.get("web.base.url") != written
    if chosen or url == written:
        return
    parameters.set("web.base.url", url)
    parameters.set("web.base.url.freeze", "True")
    parameters.set_note("base_url", url)
    job.changed(f"web.base.url: {url}")


def ensure_mail_server(job, connection, parameters, mail):
    """Odoo's outgoing mail server, once: what becomes of it then is up to the administrators.

    The record says only which senders the server takes. Host, user and password are in Odoo's configuration, where
    they do not end up in dumps and follow a rotation. As long as the filter is the one written here, it follows the
    environment file.
    """
    if mail is None:
        return
    wanted = mail["fromFilter"]
    note = parameters.note("mail_server")
    if note is None:
        # Odoo 19 has servers of single users too, in a column that comes with `mail`.
        if row(connection, "SELECT 1 FROM ir_mail_server s WHERE active AND to_jsonb(s) ->> 'owner_user_id' IS NULL"):
            return
        (record,) = row(
            connection,
            "INSERT INTO ir_mail_server"
            " (name, from_filter, smtp_authentication, smtp_encryption, smtp_port, sequence, active, smtp_debug,"
            " create_uid, create_date, write_uid, write_date)"
            " VALUES ('Mail server of the environment', %s, 'cli', 'none', 25, 10, TRUE, FALSE,"
            " 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC') RETURNING id",
            wanted,
        )
        job.created("outgoing mail server")
    else:
        record, written = json.loads(note)
        if wanted == written or not row(
            connection,
            "UPDATE ir_mail_server SET from_filter = %s WHERE id = %s AND from_filter = %s RETURNING id",
            wanted,
            record,
            written,
        ):
            return
        job.changed("senders of the outgoing mail server")
    parameters.set_note("mail_server", json.dumps([record, wanted]))
