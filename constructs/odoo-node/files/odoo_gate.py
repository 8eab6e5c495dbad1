"""Runs Odoo while its database is there and fits its code, and never while that is being changed.

Odoo is not started before the database answers, and started again when it has ended because of an outage: Odoo 19.0 ends
when it has to replace a worker meanwhile, with scheduled jobs a second after its database, and at every start until that
is back (measured in November 2026). No container ends by an outage, so none is replaced. When Odoo ends although the
database is there, this program ends with its code.

Each Odoo holds an advisory lock, shared with its like; the database job takes the same one for itself alone: that of
scheduled jobs always, that of web processes while it changes modules. When the job waits for it, Odoo is asked to end, the
lock is given up, and Odoo starts again when the job is done. But not when the job has changed modules for another image: the
releases that may serve the database stand beside it, and code that is older never does.

The lock lives in a session of the server. When that is lost nobody knows who holds it, so scheduled jobs are ended at once.
Web processes go on, or no outage would be survived; the job sees what they write, and gives up.

    odoo_gate.py (web | cron) CONFIGURATION RELEASE COMMAND [ARGUMENT ...]
"""

import configparser
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time

import psycopg2
import psycopg2.extensions

# The same as the database job's, which takes them on the same database `postgres`.
LOCK_KEY = 0x6F646F6F
SERVICE_KEY = 0x6F646F70

# How often the database, the lock and the database job are looked for.
POLL_SECONDS = 1
# A server that does not answer a question this small is as good as away.
ANSWER_SECONDS = 5
# What running requests and jobs get to end by themselves; less than the two minutes after which Fargate kills the whole
# container. What is killed later is rolled back by PostgreSQL, like after any crash.
STOP_SECONDS = 90

# Everybody sees who waits for a lock. The key is shown as two halves, of which the first is 0.
JOB_WAITS = """
    SELECT EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND objsubid = 1
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND mode = 'ExclusiveLock' AND NOT granted
    )
"""


# Of a database that is not there, nothing.
RELEASES = "SELECT (SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s)"


class Gate:
    """What both kinds of Odoo have in common; `key` is that of their lock."""

    key = None

    def __init__(self, configuration, release, command):
        self.configuration = configuration
        self.release = release
        self.command = command
        self.stopping = False
        self.state = None
        self.session = None

    def run(self):
        """Until told to end, or until Odoo ends by itself although the database is there: the code to end with."""
        while not self.stopping:
            try:
                code = self.serve()
                if code is not None:
                    return code
            except psycopg2.Error as error:
                self.announce("the database is away", " ".join(str(error).split()))
            finally:
                self.leave()
            self.pause()
        return 0

    def serve(self):
        """Odoo from when it may start: its code if it was not an outage that ended it, otherwise None."""
        self.enter()
        while not self.stopping:
            if not self.take_turn():
                self.pause()
                continue
            code = self.run_odoo()
            if code is not None:
                self.leave()
                # Fails when it was the database that ended Odoo.
                self.enter()
                return code
            self.give_turn_up()
        return None

    def enter(self):
        self.session = self.connect()

    def leave(self):
        if self.session:
            self.session.close()
        self.session = None

    def take_turn(self):
        """Whether the lock is held and this code fits the database."""
        if not self.ask("SELECT pg_try_advisory_lock_shared(%s)", self.key):
            self.announce("waiting for the database job")
            return False
        if self.fits():
            return True
        self.announce("the database is of another release than this image: an upgrade has changed it, or an undo", "not started")
        self.give_turn_up()
        return False

    def fits(self):
        comment = self.ask(RELEASES, self.options()["db_name"])
        try:
            return self.release in json.loads(comment or "{}")["releases"][-1]
        except (ValueError, LookupError, TypeError):
            # Of a database that this project has not made, or not yet.
            return True

    def give_turn_up(self):
        if self.session:
            self.ask("SELECT pg_advisory_unlock_shared(%s)", self.key)

    def must_end(self):
        """Asked again and again while Odoo runs."""
        return self.ask(JOB_WAITS, self.key)

    def ask(self, question, *values):
        with self.session.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchone()[0]

    def options(self):
        # The same reader as Odoo's: no interpolation, so that a percent sign is a percent sign.
        parser = configparser.RawConfigParser()
        with open(self.configuration, encoding="utf-8") as file:
            parser.read_file(file)
        return parser["options"]

    def connect(self):
        options = self.options()
        session = psycopg2.connect(
            host=options["db_host"],
            port=options["db_port"],
            # Locks belong to a database, and this one is there before Odoo's.
            dbname="postgres",
            user=options["db_user"],
            password=options["db_password"],
            sslmode=options["db_sslmode"],
            application_name="odoo-gate",
            # Not a standby, which takes no writes and whose locks are not the primary's.
            target_session_attrs="read-write",
        )
        session.autocommit = True
        return session

    def run_odoo(self):
        """Odoo until it must end or ends by itself; its code in the latter case, otherwise None."""
        self.announce("Odoo starts")
        # A group of its own, so that its workers can be ended with it.
        odoo = subprocess.Popen(self.command, start_new_session=True)
        try:
            while not self.stopping and not self.must_end():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    code = odoo.wait(POLL_SECONDS)
                    self.announce("Odoo ended by itself", f"code {code}")
                    # A signal as a shell reports it.
                    return code if code >= 0 else 128 - code
            self.announce("Odoo ends")
            # Once: Odoo takes a second request for an order to drop everything.
            odoo.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                odoo.wait(STOP_SECONDS)
            return None
        finally:
            # Whatever is left of it; and all of it when the lock is lost, which another may hold already.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(odoo.pid, signal.SIGKILL)
            odoo.wait()

    def pause(self):
        if not self.stopping:
            time.sleep(POLL_SECONDS)

    def stop(self, *_):
        self.stopping = True

    def announce(self, state, detail=""):
        """Says what changed, and nothing while it stays so."""
        if state != self.state:
            print("odoo gate:", f"{state}: {detail}" if detail else state, flush=True)
            self.state = state


class CronGate(Gate):
    key = LOCK_KEY


class WebGate(Gate):
    key = SERVICE_KEY

    def must_end(self):
        try:
            if self.session is None:
                self.enter()
                # Somebody may hold the lock by now, and may have changed the database already.
                return not self.take_turn()
            return super().must_end()
        except psycopg2.Error:
            self.leave()
            return False


def wait_for_answer(session):
    """In place of libpq's own waiting, which has no end when a server hangs and lets no signal through."""
    deadline = time.monotonic() + ANSWER_SECONDS
    while (state := session.poll()) != psycopg2.extensions.POLL_OK:
        waits = [session.fileno()]
        reads, writes = (waits, []) if state == psycopg2.extensions.POLL_READ else ([], waits)
        if not any(select.select(reads, writes, [], max(0, deadline - time.monotonic()))):
            raise psycopg2.OperationalError(f"no answer within {ANSWER_SECONDS} s")


if __name__ == "__main__":
    role, configuration, release, *command = sys.argv[1:]
    gate = {"web": WebGate, "cron": CronGate}[role](configuration, release, command)
    signal.signal(signal.SIGTERM, gate.stop)
    psycopg2.extensions.set_wait_callback(wait_for_answer)
    sys.exit(gate.run())
