{
    "name": "Structured logs",
    "summary": "Writes Odoo's log as one JSON object per line",
    "author": "odoo-aws",
    "version": "1.0",
    "license": "LGPL-3",
    "depends": ["base"],
    # Loaded by server_wide_modules; there is nothing to install in a database.
    "installable": False,
}
