"""Has Odoo make sure that the mail server of its configuration file is who it says, before it logs in there.

Odoo encrypts that connection and does not look at the server's certificate (18.0 and 19.0), so whoever stands in
between gets password and messages. This gives Python's smtplib, which Odoo uses, a context that does: names and issuers
by the system's list. Servers that administrators enter in Odoo are left to what is chosen there.
"""

import functools
import smtplib
import ssl

from odoo.tools import config


def verified(starttls):
    @functools.wraps(starttls)
    def starttls_verified(connection, *arguments, context=None, **options):
        if context is None and connection._host == config["smtp_server"]:
            context = ssl.create_default_context()
        return starttls(connection, *arguments, context=context, **options)

    return starttls_verified


smtplib.SMTP.starttls = verified(smtplib.SMTP.starttls)
