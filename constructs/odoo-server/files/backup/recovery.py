"""Brings a cluster back from the repository, aside: complete, recovered and verified before it takes anybody's place.

Whatever happens meanwhile, the directory `restoring` holds nothing but an unfinished copy of a backup, and `proving` nothing but
one that a proof looks at. They are the only ones that are ever deleted.
"""

import ctypes
import os
import re
import shutil
import time
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import psycopg2

from . import repository
from .host import BUNDLE, Failure, as_postgres, run

# Until the archive is replayed. A day of a busy server's WAL takes minutes.
RECOVERY_SECONDS = 4 * 3600

# In what those are told who ask too early.
NOT_YET = "the database system is"

# Free space beyond the size of the database, for the WAL that recovery fetches.
MARGIN_BYTES = 1 << 30


class ArchiveEnds(Failure):
    """The archive ends before the moment: nothing in it was changed later."""


class Recovery:
    """The directory in which a cluster is brought back, and the server that recovers it."""

    # Share of the volume that is left free whatever the restore takes.
    kept_free = 0

    stop_mode = "fast"

    # Of pgBackRest, beside those of the plan.
    restore_options = ()

    def __init__(self, host, version, directory=None):
        self.host = host
        self.version = version
        self.directory = directory or host.postgresql / "restoring"
        self.cluster = self.directory / "data"
        self.socket_directory = self.directory / "socket"

    def bring_back(self, plan):
        """The files of the backup; the way to the target is left to the server."""
        self.prepare(plan.backup["info"]["size"])
        print(f"restore: {plan}", flush=True)
        started = time.monotonic()
        # A spool of its own: pgBackRest empties it, and the archiver of a cluster in service may be waiting for what is in it.
        # And locks of its own: fetching WAL takes the one that the archiver needs, and keeps it for as long as it recovers.
        places = (f"--{kind}-path={self.directory / kind}" for kind in ("spool", "lock"))
        repository.pgbackrest("restore", f"--pg1-path={self.cluster}", *places, *plan.options, *self.restore_options)
        print(f"restore: files are back after {time.monotonic() - started:.0f} s", flush=True)

    def clear_away(self):
        """What is left after the cluster has moved out."""
        shutil.rmtree(self.directory)

    def prepare(self, size):
        if self.directory.exists():
            self.clear_away()
        disk = shutil.disk_usage(self.host.postgresql)
        kept = int(disk.total * self.kept_free)
        needed = int(size * 1.1) + MARGIN_BYTES + kept
        if disk.free < needed:
            left = f", {kept >> 20} MiB of which stay free" if kept else ""
            raise Failure(
                f"{self.host.data} has {disk.free >> 20} MiB free and the restore needs {needed >> 20} MiB beside the database"
                f" in service{left}: make the data volume larger, which its file system follows within ten minutes"
            )
        for path in (self.directory, self.cluster, self.socket_directory, self.directory / "spool", self.directory / "lock"):
            path.mkdir(mode=0o700)
            shutil.chown(path, "postgres", "postgres")

    @contextmanager
    def server(self):
        """Recovers the cluster and serves it to root alone: on a socket in a closed directory, archiving nothing.

        What it would archive waits until the cluster is in service. A restore that fails leaves no timeline behind.
        """
        self.write("postgresql.conf", (BUNDLE / "postgresql/odoo.conf").read_text())
        self.write("pg_hba.conf", "local all all trust\n")
        self.write("pg_ident.conf", "")
        try:
            self.recover()
            yield
        finally:
            if self.is_running():
                self.control("stop", f"--mode={self.stop_mode}", "--timeout=600")

    def recover(self):
        started = time.monotonic()
        try:
            self.control("start", f"--timeout={RECOVERY_SECONDS}", f"--log={self.log}", f"--options={self.options}")
            self.wait_until_recovered(started + RECOVERY_SECONDS)
        except Failure:
            raise self.why_not_recovered() from None
        print(f"restore: recovered after {time.monotonic() - started:.0f} s", flush=True)

    def wait_until_recovered(self, deadline):
        """Until the server lets somebody in, which it does not before it has reached the target."""
        while True:
            try:
                with self.connection("postgres"):
                    return
            except psycopg2.OperationalError as error:
                refused_for_good = NOT_YET not in str(error)
                if refused_for_good or not self.is_running() or time.monotonic() > deadline:
                    raise Failure("the server ended, took too long, or lets nobody in") from None
            time.sleep(1)

    def is_running(self):
        try:
            self.control("status")
            return True
        except Failure:
            return False

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text)
        shutil.chown(path, "postgres", "postgres")

    @property
    def log(self):
        return self.directory / "recovery.log"

    @property
    def options(self):
        return " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())

    @property
    def settings(self):
        """On the command line, where nothing that is set in the cluster itself can overrule them."""
        return {
            "config_file": self.directory / "postgresql.conf",
            "hba_file": self.directory / "pg_hba.conf",
            "ident_file": self.directory / "pg_ident.conf",
            "unix_socket_directories": self.socket_directory,
            "listen_addresses": "",
            "archive_mode": "on",
            "archive_command": "",
            # Nobody may connect before the target is reached; and less memory than the backup's server had is enough.
            "hot_standby": "off",
        }

    def control(self, *arguments):
        program = f"/usr/lib/postgresql/{self.version}/bin/pg_ctl"
        run(*as_postgres(program, f"--pgdata={self.cluster}", "--silent", *arguments))

    def why_not_recovered(self):
        log = self.log.read_text(errors="replace") if self.log.exists() else ""
        if "recovery ended before configured recovery target was reached" in log:
            return ArchiveEnds(
                "the archive ends before the moment asked for: nothing that was changed later can be restored, so restore the"
                " latest state instead"
            )
        # Those who asked too early are refused with a word as strong.
        fatal = [line for line in log.splitlines() if re.search("FATAL|PANIC", line) and NOT_YET not in line]
        return Failure(f"PostgreSQL could not recover: {(fatal or log.splitlines() or ['it wrote no log'])[-1]}")

    @contextmanager
    def connection(self, database):
        connection = psycopg2.connect(host=str(self.socket_directory), user="postgres", dbname=database)
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def put_in_place(self):
        """Gives the cluster the place in service, and returns where the one is that had it before, if any.

        In one step: at every moment one of the two is complete in that place.
        """
        place = self.host.clusters / self.version / "main"
        os.sync()
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            os.rename(self.cluster, place)
            return None
        aside = self.host.postgresql / "aside" / datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%SZ") / "main"
        aside.parent.mkdir(parents=True)
        os.rename(self.cluster, aside)
        exchange(aside, place)
        return aside


class Throwaway(Recovery):
    """A copy to look at, beside a PostgreSQL that serves: with little memory, and nothing that is worth keeping."""

    # The alarm server-data-disk-full rings at 90 %.
    kept_free = 0.1

    stop_mode = "immediate"

    restore_options = ("--process-max=1",)

    def __init__(self, host, directory=None):
        super().__init__(host, host.version, directory or copy_of_proof(host))

    @property
    def settings(self):
        return {
            **super().settings,
            "autovacuum": "off",
            "fsync": "off",
            "full_page_writes": "off",
            "maintenance_work_mem": "64MB",
            "max_connections": "10",
            # As much WAL is kept while it is replayed, and the margin of the disk has to do for it.
            "max_wal_size": "512MB",
            "shared_buffers": "128MB",
            "work_mem": "16MB",
        }


def copy_of_proof(host):
    return host.proving / "restored"


def clear_proof(host):
    """Removes what a proof has left that was killed. Nobody is at it who does not have the lock of the database."""
    if copy_of_proof(host).exists():
        shutil.rmtree(copy_of_proof(host))


def exchange(one: Path, other: Path):
    """Swaps two directories in one step (renameat2 with RENAME_EXCHANGE, for which Python has no function)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), str(one), None, str(other))
    os.sync()


