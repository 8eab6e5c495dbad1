"""Odoo's system parameters, read and written as Odoo's own role."""

from job import query, row, rows

# Notes of this program: what it wrote last, to tell it from what somebody chose in Odoo. Kept among Odoo's system
# parameters, so that they are part of every dump, restore and copy.
NOTE = "odoo_aws."


class SystemParameters:
    """The table behind Settings, Technical, System Parameters; running nodes cache it until they are told."""

    def __init__(self, connection):
        self.connection = connection

    def get(self, key):
        found = row(self.connection, "SELECT value FROM ir_config_parameter WHERE key = %s", key)
        return found and found[0]

    def set(self, key, value):
        query(
            self.connection,
            "INSERT INTO ir_config_parameter (key, value, create_uid, create_date, write_uid, write_date)"
            " VALUES (%s, %s, 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC')"
            " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, write_uid = 1, write_date = EXCLUDED.write_date",
            key,
            value,
        )

    def remove(self, key):
        query(self.connection, "DELETE FROM ir_config_parameter WHERE key = %s", key)

    def note(self, name):
        return self.get(NOTE + name)

    def set_note(self, name, value):
        if self.note(name) != value:
            self.set(NOTE + name, value)

    def remove_note(self, name):
        self.remove(NOTE + name)

    def notes(self, group):
        """Notes of one group by the rest of their names."""
        prefix = f"{NOTE}{group}."
        found = rows(
            self.connection,
            "SELECT key, value FROM ir_config_parameter WHERE starts_with(key, %s) ORDER BY key",
            prefix,
        )
        return {key.removeprefix(prefix): value for key, value in found}
