"""How running nodes notice that there is another database behind the name: by numbers that Odoo compares on every request.

They know the numbers of the database that they have loaded. Another one could happen to have the same, and they would go on
with what they cached of the first.
"""

from databases import exists
from job import DATABASE, query, row, rows
from psycopg2 import sql

# Odoo 18 counts in sequences, Odoo 19 in the ids of tables.
SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE sequencename ~ '^base_(registry|cache)_signaling'"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^orm_signaling_'"


def outdo_signals(job, incoming):
    """Gives a database numbers that nobody who serves has seen."""
    served = {}
    if exists(job, DATABASE):
        with job.session_as_odoo(DATABASE) as connection:
            served = {name: value for name, _, value in signals(connection)}
    with job.session_as_odoo(incoming) as connection:
        for name, kind, value in signals(connection):
            number = max(value, served.get(name, 0)) + 1
            if kind == "sequence":
                query(connection, "SELECT setval(%s, %s)", name, number)
            else:
                table = sql.Identifier(name)
                query(connection, sql.SQL("INSERT INTO {} (id) VALUES (%s)").format(table), number)
                query(connection, "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", name, number)


def signals(connection):
    found = []
    for kind, names, reading in (
        ("sequence", SEQUENCES, "SELECT last_value FROM {}"),
        ("table", TABLES, "SELECT coalesce(max(id), 0) FROM {}"),
    ):
        for (name,) in rows(connection, names):
            (value,) = row(connection, sql.SQL(reading).format(sql.Identifier(name)))
            found.append((name, kind, value))
    return found
