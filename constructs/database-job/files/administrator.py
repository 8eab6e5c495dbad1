"""The login `admin` of a new database: never with the password `admin`, always with a way in for the operator."""

from job import query, row
from passlib.context import CryptContext

# The scheme and the rounds of Odoo 18 and 19 (odoo/addons/base/models/res_users.py, MIN_ROUNDS).
PASSWORDS = CryptContext(["pbkdf2_sha512", "plaintext"], deprecated=["plaintext"], pbkdf2_sha512__rounds=600_000)

# Addresses that it has in a new database: none in 19, this one in 18. Nobody reads example.com.
NOBODYS_ADDRESSES = ("", "admin@example.com")


def find_administrator(connection):
    """Ids of user and partner, and the hash of the password."""
    return row(
        connection,
        "SELECT u.id, u.partner_id, u.password FROM res_users u JOIN ir_model_data d ON d.res_id = u.id"
        " WHERE d.module = 'base' AND d.name = 'user_admin' AND d.model = 'res.users'",
    )


def replace_initial_password(job, database):
    """Replaces `admin` as the administrator's password, and only that: one that somebody chose stays."""
    with job.session_as_odoo(database) as connection:
        administrator = find_administrator(connection)
        if administrator is None:
            return
        user, _, password = administrator
        if password is None or not PASSWORDS.verify("admin", password):
            return
        set_password(job, connection, user)
    job.changed("password of the administrator, which was the initial one")


def set_password(job, connection, user):
    hashed = PASSWORDS.hash(job.secrets["ADMIN_PASSWORD"])
    query(connection, "UPDATE res_users SET password = %s WHERE id = %s", hashed, user)


def ensure_administrator_address(job, connection, address):
    """Gives the administrator an address where there is none that anybody reads."""
    administrator = address and find_administrator(connection)
    if not administrator:
        return
    _, partner, _ = administrator
    (current,) = row(connection, "SELECT coalesce(email, '') FROM res_partner WHERE id = %s", partner)
    if current in NOBODYS_ADDRESSES:
        set_address(connection, partner, address)
        job.changed("e-mail address of the administrator")


def set_address(connection, partner, address):
    query(connection, "UPDATE res_partner SET email = %s WHERE id = %s", address, partner)
    # Comes with `mail`.
    if has_column(connection, "res_partner", "email_normalized"):
        query(connection, "UPDATE res_partner SET email_normalized = email WHERE id = %s", partner)


def has_column(connection, table, column):
    return row(
        connection,
        "SELECT 1 FROM information_schema.columns"
        " WHERE table_schema = current_schema AND table_name = %s AND column_name = %s",
        table,
        column,
    )


def reset_administrator(job, connection, parameters, label, address):
    """The operator's way back in, once per label: first password, no authenticator app, the configured address.

    A changed password ends the administrator's sessions.
    """
    if label is None or label == parameters.note("administrator_reset"):
        return
    administrator = find_administrator(connection)
    if administrator is None:
        job.warn("the user that Odoo knows as base.user_admin was deleted: there is nobody to reset")
        return
    user, partner, _ = administrator
    set_password(job, connection, user)
    query(connection, "UPDATE res_users SET active = TRUE WHERE id = %s", user)
    # Comes with `auth_totp`, which installs itself and may have been uninstalled.
    if has_column(connection, "res_users", "totp_secret"):
        query(connection, "UPDATE res_users SET totp_secret = NULL WHERE id = %s", user)
        # Browsers that are trusted without a code.
        query(connection, "DELETE FROM auth_totp_device WHERE user_id = %s", user)
    if address:
        set_address(connection, partner, address)
    parameters.set_note("administrator_reset", label)
    job.changed("administrator: reset")
