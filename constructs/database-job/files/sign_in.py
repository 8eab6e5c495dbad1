"""Odoo's own settings of who may log in and how: second factor, identity providers, sign-up."""

from job import query, row, rows

# Odoo has no policy for administrators alone: its employees are all internal users, who include them.
TWO_FACTOR_POLICY = {"off": None, "employees": "employee_required", "everyone": "all_required"}


def ensure_two_factor(job, parameters, choice):
    """Demands the second factor. Never loosens what an administrator chose, and takes back only what it set itself."""
    wanted = TWO_FACTOR_POLICY[choice]
    current = parameters.get("auth_totp.policy")
    written = parameters.note("two_factor")
    if wanted is None:
        if written is not None and current == written:
            parameters.remove("auth_totp.policy")
            job.changed("second factor: not demanded any more")
        parameters.remove_note("two_factor")
    elif current != wanted and not (current == "all_required" and written != current):
        parameters.set("auth_totp.policy", wanted)
        parameters.set_note("two_factor", wanted)
        job.changed(f"second factor: {wanted}")


def warn_of_locked_out_users(job, connection, choice):
    """Who has neither an app nor an address gets no code."""
    if choice == "off":
        return
    logins = rows(
        connection,
        "SELECT login FROM res_users u JOIN res_partner p ON p.id = u.partner_id"
        " WHERE u.active AND coalesce(u.totp_secret, '') = '' AND coalesce(p.email, '') = ''"
        " AND (%s OR NOT coalesce(u.share, FALSE)) ORDER BY login",
        choice == "everyone",
    )
    if logins:
        job.warn(f"users with neither an authenticator app nor an e-mail address, who cannot log in: {len(logins)}")


def ensure_identity_providers(job, connection, parameters, providers):
    """One record per configured provider, kept as configured; one that is not configured any more is switched off.

    Never deleted: users are linked to it, and would have to be invited again should it come back.
    """
    notes = parameters.notes("identity_provider")
    for position, provider in enumerate(providers, start=1):
        wanted = (
            provider["label"],
            provider["label"],
            provider["clientId"],
            provider["authorizationEndpoint"],
            provider["userinfoEndpoint"],
            provider["scope"],
            position,
            True,
        )
        record = notes.get(provider["id"])
        if record is None or not update_provider(job, connection, record, provider["id"], wanted):
            parameters.set_note(f"identity_provider.{provider['id']}", insert_provider(connection, wanted))
            job.created(f"identity provider {provider['id']}")
    for name in notes.keys() - {provider["id"] for provider in providers}:
        disable_provider(job, connection, notes[name], name)
    if providers and parameters.get("auth_oauth.authorization_header") is None:
        # Microsoft takes the access token in the header only; in an address it would end up in logs.
        parameters.set("auth_oauth.authorization_header", "1")


def update_provider(job, connection, record, name, wanted):
    """False when somebody deleted the record."""
    current = row(
        connection,
        "SELECT name, body ->> 'en_US', client_id, auth_endpoint, validation_endpoint, scope, sequence, enabled"
        " FROM auth_oauth_provider WHERE id = %s",
        record,
    )
    if current and current != wanted:
        query(
            connection,
            "UPDATE auth_oauth_provider SET name = %s, body = jsonb_build_object('en_US', %s::text), client_id = %s,"
            " auth_endpoint = %s, validation_endpoint = %s, scope = %s, sequence = %s, enabled = %s,"
            " write_uid = 1, write_date = now() AT TIME ZONE 'UTC' WHERE id = %s",
            *wanted,
            record,
        )
        job.changed(f"identity provider {name}")
    return current is not None


def insert_provider(connection, wanted):
    (record,) = row(
        connection,
        "INSERT INTO auth_oauth_provider (name, body, client_id, auth_endpoint, validation_endpoint, scope, sequence,"
        " enabled, css_class, create_uid, create_date, write_uid, write_date)"
        " VALUES (%s, jsonb_build_object('en_US', %s::text), %s, %s, %s, %s, %s, %s,"
        " 'fa fa-fw fa-sign-in text-primary', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC') RETURNING id",
        *wanted,
    )
    return str(record)


def disable_provider(job, connection, record, name):
    # The table goes with the module, should somebody uninstall it.
    if row(connection, "SELECT to_regclass('auth_oauth_provider')")[0] is None:
        return
    if row(connection, "UPDATE auth_oauth_provider SET enabled = FALSE WHERE id = %s AND enabled RETURNING id", record):
        job.changed(f"identity provider {name}: switched off")


def retire_shipped_provider(connection, parameters):
    """After an installation of `auth_oauth`: no button but the configured ones.

    The module comes with one of Odoo S.A. switched on. Where it was installed before, its records went with it, and
    other ones may have their numbers now.
    """
    for name in parameters.notes("identity_provider"):
        parameters.remove_note(f"identity_provider.{name}")
    query(
        connection,
        "UPDATE auth_oauth_provider SET enabled = FALSE WHERE id IN (SELECT res_id FROM ir_model_data"
        " WHERE module = 'auth_oauth' AND name = 'provider_openerp' AND model = 'auth.oauth.provider')",
    )


def close_sign_up(job, parameters):
    """After an installation of `auth_signup`, which lets anybody make a portal user: only who is invited.

    With an identity provider, anybody would be whoever has an account there.
    """
    parameters.set("auth_signup.invitation_scope", "b2b")
    job.changed("sign-up: by invitation only")


def warn_of_open_sign_up(job, parameters, providers):
    if providers and parameters.get("auth_signup.invitation_scope") == "b2c":
        job.warn(
            "anybody with an account at an identity provider can make a portal user: choose 'On invitation' under"
            " Settings, Customer Account, unless that is meant"
        )
