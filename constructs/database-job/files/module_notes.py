"""What the job noted of modules in the database, where it is part of every dump, restore and copy."""

import json

from job import rows
from system_parameters import SystemParameters
from wanted_modules import note_progress


def present_modules(connection):
    """Installed modules with the versions that they had then; none that somebody imported, whose code is data."""
    return dict(
        rows(
            connection,
            "SELECT name, latest_version FROM ir_module_module m WHERE state = 'installed'"
            # A column that comes with `base_import_module`.
            " AND coalesce(to_jsonb(m) ->> 'imported', 'false') <> 'true'",
        )
    )


def noted_checksums(parameters):
    return json.loads(parameters.note("checksums") or "{}")


def remember(job, database, image):
    """Notes which content the installed modules have now, and what the environment file asked for."""
    with job.session_as_odoo(database) as connection, connection:
        parameters = SystemParameters(connection)
        checksums = {name: image.checksum(name) for name in sorted(present_modules(connection))}
        parameters.set_note("checksums", json.dumps(checksums))
        note_progress(job, parameters)
