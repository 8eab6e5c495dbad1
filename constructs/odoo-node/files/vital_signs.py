"""Says once a minute what only the database knows, as one line of JSON from which CloudWatch takes metrics: how long scheduled
jobs have been due, how many connections are in use, who waits for whom.

    vital_signs.py CONFIGURATION

It must cost the database nothing: two sessions a minute, one after the other, that may neither write nor take long, and that
nobody is kept waiting by. None is left open in Odoo's database, or the database job could not give that another name; and while
the job changes it, none is opened.

What cannot be found out is left out, with a `problem` in its place. Silence and problems are an alarm of their own.
"""

import configparser
import json
import sys
import time
from datetime import datetime, timezone

import psycopg2

EVERY_SECONDS = 60

# A server this busy has other alarms.
STATEMENT_SECONDS = 5

# Odoo's own limits of a scheduled job's time that mean none.
NO_LIMIT = (0, -1)

# As of PostgreSQL 14. Of sessions of other roles it shows no more than that they are there. Who waits is asked for among the
# locks, which everybody sees; not for advisory ones, at which this project's programs wait for each other during a release. Key
# and database of that lock are those of serving.py.
SERVER = """
    SELECT
        current_setting('max_connections')::int AS "maxConnections",
        (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL AND datid IS NOT NULL) AS "connections",
        (SELECT count(*) FROM pg_stat_activity WHERE datname = %(database)s AND usename <> current_user) AS "otherSessions",
        (SELECT extract(epoch FROM now() - min(xact_start))::float
            FROM pg_stat_activity WHERE datname = %(database)s) AS "longestTransactionSeconds",
        (SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory') AS "waitingSessions",
        (SELECT extract(epoch FROM now() - min(waitstart))::float
            FROM pg_locks WHERE NOT granted AND locktype <> 'advisory') AS "longestLockWaitSeconds",
        EXISTS (
            SELECT FROM pg_locks
            WHERE locktype = 'advisory' AND classid = 0 AND objid = 1868853104 AND objsubid = 1 AND mode = 'ExclusiveLock'
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        ) AS "changing"
"""

# A job is due at its time, or when something has asked for it. Odoo notes at once that it begins one (18.0 and 19.0), and
# moves the time on when it has ended it: what has begun since it was due runs, for as long as Odoo lets it, and is not late.
# One that fails is not late either, because Odoo moves its time on as well.
JOBS = """
    WITH due AS (
        SELECT
            cron_name,
            least(nextcall, (SELECT min(call_at) FROM ir_cron_trigger WHERE cron_id = ir_cron.id)) AS since,
            (SELECT max(create_date) FROM ir_cron_progress WHERE cron_id = ir_cron.id) AS begun
        FROM ir_cron
        WHERE active
    ), late AS (
        SELECT
            cron_name,
            CASE WHEN begun >= since THEN begun + %(limit)s * interval '1 second' ELSE since END AS since
        FROM due
    )
    SELECT cron_name, extract(epoch FROM (now() AT TIME ZONE 'UTC') - since)::float AS seconds
    FROM late
    WHERE since < now() AT TIME ZONE 'UTC'
    ORDER BY since
    LIMIT 1
"""

# By PostgreSQL's own count, which costs nothing and is no more than an estimate.
ROWS = "SELECT coalesce(sum(n_dead_tup), 0)::float, coalesce(sum(n_live_tup), 0)::float FROM pg_stat_user_tables"


def main(configuration):
    next_turn = time.monotonic()
    while True:
        print(json.dumps(line(configuration), ensure_ascii=False), flush=True)
        # A turn that took too long costs turns, and is not made up for.
        next_turn = max(next_turn + EVERY_SECONDS, time.monotonic() + 1)
        time.sleep(next_turn - time.monotonic())


def line(configuration):
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return {"time": now, "source": "vital signs", **vital_signs(configuration)}


def vital_signs(configuration):
    found = {}
    try:
        options = options_of(configuration)
        found.update(of_server(options))
        # Scheduled jobs wait for the job, and nobody can do anything about it.
        if not found["changing"]:
            found.update(of_odoo(options))
    except Exception as error:  # noqa: BLE001
        # Whatever it is, this program goes on: nobody would start it again.
        found["problem"] = in_one_line(error)
    return found


def of_server(options):
    with Session(options, "postgres") as cursor:
        cursor.execute(SERVER, {"database": options["db_name"]})
        values = dict(zip([column.name for column in cursor.description], cursor.fetchone()))
    return {name: rounded(value) for name, value in values.items()}


def of_odoo(options):
    limit = int(options["limit_time_real_cron"])
    with Session(options, options["db_name"]) as cursor:
        cursor.execute(JOBS, {"limit": 0 if limit in NO_LIMIT else limit})
        job, seconds = cursor.fetchone() or (None, 0)
        cursor.execute(ROWS)
        dead, live = cursor.fetchone()
    return {
        "cronLagSeconds": rounded(seconds),
        **({"overdueJob": job} if job else {}),
        "deadRowsPercent": rounded(100 * dead / max(dead + live, 1)),
    }


class Session:
    """One that cannot write, and ends with what was asked of it."""

    def __init__(self, options, database):
        self.connection = psycopg2.connect(
            host=options["db_host"],
            port=options["db_port"],
            dbname=database,
            user=options["db_user"],
            password=options["db_password"],
            sslmode=options["db_sslmode"],
            application_name="odoo-vital-signs",
            connect_timeout=5,
            tcp_user_timeout=10_000,
            options=f"-c default_transaction_read_only=on -c statement_timeout={STATEMENT_SECONDS}s",
        )
        self.connection.autocommit = True

    def __enter__(self):
        return self.connection.cursor()

    def __exit__(self, *_):
        self.connection.close()


def rounded(value):
    """Never in scientific notation, of which CloudWatch makes no metric; nothing to measure is a zero."""
    return round(value or 0, 1) if not isinstance(value, bool) else value


def options_of(configuration):
    # The same reader as Odoo's: no interpolation, so that a percent sign is a percent sign.
    parser = configparser.RawConfigParser()
    with open(configuration, encoding="utf-8") as file:
        parser.read_file(file)
    return parser["options"]


def in_one_line(error):
    return " ".join(str(error).split())


if __name__ == "__main__":
    main(*sys.argv[1:])
