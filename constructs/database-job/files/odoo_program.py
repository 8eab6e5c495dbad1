"""Odoo as a program that does one thing to a database and ends."""

import os
import re
import subprocess

from job import JobError

# What tells why in Odoo's log: a line of that level, or the last one of a traceback, which says more; not the text below it.
# The errors of the database are called as the server calls them, DiskFull for example.
REASON = re.compile(r" (ERROR|CRITICAL) |^[\w.]*(Error|Exception)(:|$)|^psycopg2\.errors\.\w+:")

# Odoo goes on without a constraint that rows are against, and ends with 0.
LEFT_OUT = re.compile(r" WARNING \S+ odoo\.schema: (.* unable to (?:add|set) .*)")

# Variables that Odoo and what it starts need. Odoo 19 lets PG* and ODOO_* beat its configuration file, and the
# secrets of this job are none of its business, so everything else stays behind.
ODOO_ENVIRONMENT = ("HOME", "LANG", "LC_ALL", "PATH", "PYTHONPATH", "TMPDIR", "TZ")


def change_modules(job, database, install, update, data_dir):
    """Installs modules with what they depend on, and updates modules with what depends on them.

    An end without an error does not mean that it happened: Odoo passes over what it does not find.
    """
    command = [
        *job.arguments.odoo,
        f"--config={job.arguments.odoo_config}",
        f"--database={database}",
        *([f"--init={','.join(install)}"] if install else []),
        *([f"--update={','.join(update)}"] if update else []),
        # Understood by 18, where demo data is the default, and by 19 alike.
        "--without-demo=True",
        # None of the modules that a node adds: they would turn the log, which is read below, into JSON.
        "--load=base,web",
        "--stop-after-init",
        "--no-http",
        "--workers=0",
        "--max-cron-threads=0",
        f"--data-dir={data_dir}",
    ]
    run_odoo(job, command, f"changed {', '.join([*install, *update])}")


def neutralize_modules(job, database):
    """Applies what every installed module has for it, in one transaction. Of 18 and of 19 alike."""
    command = [
        *job.arguments.odoo,
        # The first argument, or Odoo serves instead.
        "neutralize",
        f"--config={job.arguments.odoo_config}",
        f"--database={database}",
    ]
    run_odoo(job, command, f"neutralized {database}")


def run_odoo(job, command, what):
    """`what` it did, for the error."""
    environment = {name: os.environ[name] for name in ODOO_ENVIRONMENT if name in os.environ}
    # Odoo has no option for it; libpq reads it.
    environment["PGSSLROOTCERT"] = job.arguments.ca_bundle
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    last_error = "see the log"
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            if REASON.search(line):
                last_error = line.strip()
            if left_out := LEFT_OUT.search(line):
                job.warn(f"Odoo left out what existing rows are against: {left_out[1].strip()}")
        code = process.wait()
    finally:
        process.kill()
        process.wait()
    if code != 0:
        raise JobError(f"odoo ended with code {code} while it {what}: {last_error}")
