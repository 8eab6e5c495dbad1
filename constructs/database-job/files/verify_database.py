#!/usr/bin/env python3
"""Looks whether a restored database and its filestore are an Odoo that can be served.

    verify_database.py --host HOST [--port 5432] [--database odoo] [--user odoo] [--filestore DIRECTORY]

The password comes from PGPASSWORD, like everything else that libpq reads from the environment. Knows nothing of where
the database runs. Without a filestore the attachments are counted only.

Prints a JSON report: counts, and two lists of problems. Those in `database` mean that this is no Odoo to be served;
those in `attachments` that it lacks some of its files. Exit code 0 means: neither.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psycopg2

# Whose rows are counted, as far as the installed modules have them.
COUNTED = (
    "res_users",
    "res_partner",
    "res_company",
    "ir_attachment",
    "mail_message",
    "product_template",
    "sale_order",
    "purchase_order",
    "stock_move",
    "account_move",
    "account_move_line",
    "crm_lead",
    "hr_employee",
)

ESSENTIAL_MODULES = ("base", "web")

# How many attachments a report names of each kind.
NAMED = 20

FAULTS = ("missing", "wrong size", "wrong content", "not readable")

# Every file that the database refers to: its name, its size, its SHA-1.
FILES = (
    "SELECT store_fname, max(file_size), max(checksum) FROM ir_attachment"
    " WHERE type = 'binary' AND store_fname IS NOT NULL GROUP BY store_fname ORDER BY store_fname"
)

# Reading and hashing leave Python's lock alone.
THREADS = 4


# How many rows there are, as one JSON value, so that psql can ask for it as well.
ROWS = f"""
    SELECT coalesce(json_object_agg(name, (xpath('/row/count/text()',
        query_to_xml('SELECT count(*) FROM public.' || name, false, true, '')))[1]::text::bigint), '{{}}')
    FROM unnest(ARRAY{list(COUNTED)}) name WHERE to_regclass('public.' || name) IS NOT NULL"""


class Verification:
    """One database, and what was found."""

    def __init__(self, connection, look_at=None):
        self.connection = connection
        self.look_at = look_at
        self.report = {"database": [], "attachments": []}

    def problem(self, kind, text):
        self.report[kind].append(text)

    def rows(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall()

    def row(self, statement, *values):
        return self.rows(statement, *values)[0]

    def has_table(self, name):
        return self.row("SELECT to_regclass(%s) IS NOT NULL", f"public.{name}")[0]


def report_on(connection, filestore=None):
    """The report on one database. Reads only."""
    verification = Verification(connection, filestore and partial(faults_of, Path(filestore)))
    started = time.monotonic()
    check_locale(verification)
    if verification.has_table("ir_module_module") and verification.has_table("ir_attachment"):
        check_modules(verification)
        check_extension(verification)
        count_rows(verification)
        check_attachments(verification)
    else:
        verification.problem("database", "it holds no Odoo")
    report = verification.report
    report["ok"] = not report["database"] and not report["attachments"]
    report["seconds"] = round(time.monotonic() - started, 1)
    return report


def check_locale(verification):
    encoding, collation = verification.row(
        "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    )
    if (encoding, collation) != ("UTF8", "C"):
        verification.problem("database", f"encoding and collation are {encoding} and {collation} instead of UTF8 and C")


def check_extension(verification):
    if not verification.rows("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"):
        verification.problem("database", "the extension pg_trgm is missing")


def check_modules(verification):
    states = dict(verification.rows("SELECT name, state FROM ir_module_module"))
    absent = [name for name in ESSENTIAL_MODULES if states.get(name) != "installed"]
    if absent:
        verification.problem("database", f"modules are not installed: {', '.join(absent)}")
    pending = sorted(name for name, state in states.items() if state and state.startswith("to "))
    if pending:
        verification.problem("database", f"a change of modules was not finished: {', '.join(pending)}")
    verification.report["modules"] = sum(state == "installed" for state in states.values())
    verification.report["version"] = verification.row(
        "SELECT max(latest_version) FROM ir_module_module WHERE name = 'base'"
    )[0]


def count_rows(verification):
    verification.report["rows"] = verification.row(ROWS)[0]


def check_attachments(verification):
    """What is wrong with the files that the database refers to, as far as somebody can look at them."""
    files = verification.rows(FILES)
    verification.report["files"] = {"referredTo": len(files)}
    if verification.look_at is None:
        return
    faults = verification.look_at(files)
    for fault in FAULTS:
        names = [name for name, found in faults.items() if found == fault]
        verification.report["files"][fault] = len(names)
        if names:
            verification.problem("attachments", f"{len(names)} {fault}: {first(names)}")


def first(names):
    return ", ".join(names[:NAMED]) + (" ..." if len(names) > NAMED else "")


def faults_of(filestore, files, read=lambda name: True):
    """What is wrong with which file. The content of those that `read` says no to is not looked at."""
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda file: fault_of(filestore, *file, read(file[0])), files)
        return {file[0]: fault for file, fault in zip(files, found) if fault}


def fault_of(filestore, name, size, checksum, read=True):
    """What is wrong with a file, or nothing."""
    try:
        if not read:
            return None if size in (None, os.stat(filestore / name).st_size) else "wrong size"
        with open(filestore / name, "rb") as file:
            digest = hashlib.sha1()
            while block := file.read(1 << 20):
                digest.update(block)
            if size is not None and file.tell() != size:
                return "wrong size"
    except FileNotFoundError:
        return "missing"
    except OSError:
        return "not readable"
    return content_fault(name, checksum, digest)


def content_fault(name, checksum, digest):
    """Odoo names a file by its content, and repeats that in a column of its own."""
    expected = {name.rpartition("/")[2], checksum} - {None, ""}
    return None if expected == {digest.hexdigest()} else "wrong content"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--host", required=True, help="name, or directory of a socket")
    parser.add_argument("--port", default="5432")
    parser.add_argument("--database", default="odoo")
    parser.add_argument("--user", default="odoo")
    parser.add_argument("--filestore", help="directory of this database's attachments")
    settings = parser.parse_args()
    connection = psycopg2.connect(
        host=settings.host,
        port=settings.port,
        dbname=settings.database,
        user=settings.user,
        connect_timeout=30,
        application_name="odoo-verification",
    )
    connection.set_session(readonly=True, autocommit=True)
    report = report_on(connection, settings.filestore)
    print(json.dumps(report, indent=2))
    return 0 if report["ok"] else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except psycopg2.Error as error:
        print(json.dumps({"ok": False, "database": [" ".join(str(error).split())], "attachments": []}))
        sys.exit(1)
