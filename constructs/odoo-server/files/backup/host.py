"""Where things are on this server, and how its programs are run."""

import contextlib
import fcntl
import os
import subprocess
import sys
from pathlib import Path

# The directory that the bundle was unpacked into.
BUNDLE = Path(__file__).resolve().parent.parent


LOCKS = Path(os.environ.get("RUNTIME_DIRECTORY", "/run/odoo-backup"))


# What a program quotes need not be text: with another passphrase pgBackRest quotes what it could not decrypt.
TEXT = {"encoding": "utf-8", "errors": "replace"}


class Failure(Exception):
    """Why a run failed. The text says what to do where that is not plain."""


class Host:
    """Names and places, from host.env and backup.env."""

    def __init__(self, environment=os.environ):
        self.name = environment["ENVIRONMENT"]
        self.data = Path(environment["DATA"])
        self.socket_directory = environment["SOCKET_DIRECTORY"]
        self.database = environment["DATABASE_NAME"]
        self.role = environment["DATABASE_ROLE"]
        self.odoo_uid, self.odoo_gid = map(int, environment["ODOO_USER"].split(":"))
        self.filestore_bucket = environment["FILESTORE_BUCKET"]
        self.backup_bucket = environment["BACKUP_BUCKET"]
        self.audit_bucket = environment["AUDIT_BUCKET"]
        # Where in the backup bucket its own are.
        self.backups = environment["BACKUPS"]
        # Where those of the server are that it was brought back from, and as of which moment: empty where it was not.
        self.copied_backups = environment.get("COPIED_BACKUPS", "")
        self.brought_back_to = environment.get("BROUGHT_BACK_TO", "")
        self.odoo_version = environment["ODOO_VERSION"]
        # Hours of work that a loss may cost at most, as promised.
        self.rpo_hours = float(environment["RPO_HOURS"])

    @property
    def filestore(self):
        return self.data / "odoo/data/filestore" / self.database

    @property
    def postgresql(self):
        return self.data / "postgresql"

    @property
    def clusters(self):
        """The cluster in service is clusters/VERSION/main."""
        return self.postgresql / "clusters"

    @property
    def proving(self):
        """Where a proof has its copy of the database; the only place of PostgreSQL that backups may write to."""
        return self.postgresql / "proving"

    @property
    def version(self):
        """Of PostgreSQL, as the cluster in service has it."""
        found = [path.parent.parent.name for path in self.clusters.glob("*/main/PG_VERSION")]
        if len(found) != 1:
            raise Failure(f"expected one cluster below {self.clusters}, found {len(found)}: provision this server first")
        return found[0]

    @property
    def state(self):
        """What the jobs remember. On the data volume, because servers come and go."""
        return self.data / "backup"


@contextlib.contextmanager
def alone(job):
    """Waits for another run of the same job: an hourly one for the daily one."""
    LOCKS.mkdir(exist_ok=True)
    with open(LOCKS / f"{job}.lock", "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run(*command):
    """Runs a program, its output going where this one's goes."""
    return finish(command, subprocess.run(command, stderr=subprocess.PIPE, **TEXT))


def output_of(*command):
    """Runs a program for what it prints."""
    return finish(command, subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **TEXT))


def as_postgres(*command):
    """The command that does something as the database's administrator."""
    return ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", *command)


def finish(command, done):
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        # The program's own words, of which the last usually says why.
        reason = " ".join(done.stderr.split())[-600:] or "it said nothing"
        raise Failure(f"{program_of(command)} ended with code {done.returncode}: {reason}")
    return done.stdout


def ask(host, *statements, database="postgres"):
    """What the PostgreSQL in service says to its administrator; each statement is a transaction of its own."""
    options = ("-XAtq", "--set=ON_ERROR_STOP=1", f"--host={host.socket_directory}", f"--dbname={database}")
    return output_of(*as_postgres("psql", *options, *(f"--command={statement}" for statement in statements))).strip()


def program_of(command):
    """What to call a command in a message: its program, without the one that only changes the user."""
    return Path(command[command.index("--") + 1] if command[0] == "setpriv" else command[0]).name
