{
    "name": "Verified mail server",
    "summary": "Checks the certificate of the mail server in Odoo's configuration file",
    "author": "odoo-aws",
    "version": "1.0",
    "license": "LGPL-3",
    "depends": ["base"],
    # Loaded by server_wide_modules; there is nothing to install in a database.
    "installable": False,
}
