{
    "name": "Session guard",
    "summary": "Logs nobody out while the database is away",
    "author": "odoo-aws",
    "version": "1.0",
    "license": "LGPL-3",
    "depends": ["base"],
    # Loaded by server_wide_modules; there is nothing to install in a database.
    "installable": False,
}
