"""Sends a message in the steps in which Odoo 18 and 19 do, by what their configuration file says of mail.

    send_like_odoo.py ODOO_CONF MODULES FROM TO

As Odoo with a mail server record that authenticates by "Command Line Interface": the same parser of the file, Python's
smtplib, STARTTLS before anything else where smtp_ssl is on, a login where there is a user. MODULES are the project's
server-wide modules as in the file, separated by commas, loaded from the folder in ADDONS. Prints what came of it as JSON.
"""

import configparser
import importlib
import json
import os
import smtplib
import sys
import types
from email.message import EmailMessage


def main(file, modules, sender, receiver):
    parser = configparser.RawConfigParser()
    parser.read([file])
    options = dict(parser.items("options"))
    load(modules, options)
    try:
        with smtplib.SMTP(options["smtp_server"], int(options["smtp_port"]), timeout=20) as connection:
            if options["smtp_ssl"] == "True":
                connection.starttls()
            if options.get("smtp_user"):
                connection.login(options["smtp_user"], options["smtp_password"])
            connection.ehlo_or_helo_if_needed()
            connection.send_message(message(options, sender, receiver))
    except smtplib.SMTPSenderRefused as error:
        return {"refused": error.smtp_code, "error": type(error).__name__}
    except smtplib.SMTPResponseException as error:
        return {"refused": error.smtp_code, "error": type(error).__name__}
    except (smtplib.SMTPException, OSError) as error:
        return {"refused": None, "error": type(error).__name__}
    return {"sent": True}


def load(modules, options):
    """Loads modules as Odoo does, with as much of Odoo as they ask for."""
    sys.modules["odoo"] = types.ModuleType("odoo")
    sys.modules["odoo.tools"] = types.ModuleType("odoo.tools")
    sys.modules["odoo.tools"].config = options
    sys.path.insert(0, os.environ["ADDONS"])
    for name in filter(None, modules.split(",")):
        importlib.import_module(name)


def message(options, sender, receiver):
    message = EmailMessage()
    message["From"] = sender or options["email_from"]
    message["To"] = receiver
    message["Subject"] = "Invoice"
    message.set_content("Grüße")
    return message


print(json.dumps(main(*sys.argv[1:])))
