"""Hands the service of this server over to another architecture, or takes it back.

    odoo-hand-over               Odoo is stopped for good, and everything it leaves is saved and counted
    odoo-hand-over --take-back   Odoo serves again
    odoo-hand-over --status      what there is to hand over, and whether it was

Each may be repeated, and goes on where an earlier one was interrupted. The last line of the output is JSON. Exit code 0:
done. 1: not done; once Odoo is stopped it stays stopped, whatever fails: run it again, or take it back.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import verify_database
from contents import CONTENTS

from . import dump, filestore, handover, metrics, s3
from .host import Failure, Host, alone, as_postgres, run

# What the database refers to.
FILES = f"({verify_database.FILES}) file (name, size, checksum)"

# In the order in which they are stopped, and the other way round started.
SERVICES = ("odoo-cron.service", "odoo-web.service")

# Odoo's start, with a large database.
START_SECONDS = 300

# For files: what is waited for is the disk.
THREADS = 8


def main():
    parser = argparse.ArgumentParser(prog="odoo-hand-over", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--take-back", action="store_const", dest="act", const=take_back)
    action.add_argument("--status", action="store_const", dest="act", const=status)
    parser.add_argument("--web-port", type=int, default=8069)
    parser.set_defaults(act=hand_over)
    options = parser.parse_args()
    host = Host()
    if options.act is status:
        print(json.dumps(status(host)), flush=True)
        return
    # They would be waited for, for an hour perhaps.
    run("systemctl", "stop", "odoo-backup@proof.service", "odoo-volume-proof@*.service")
    # A second one waits for the first, and then finds its work done.
    with alone("hand-over"):
        print(json.dumps(take_back(host, options.web_port) if options.act is take_back else hand_over(host)), flush=True)


def hand_over(host):
    """Where everything is, and how long it took."""
    if handover.is_handed_over(host) and handover.read(host).get("manifest"):
        keep_everybody_out(host)
        return handover.read(host)
    began = time.time()
    resumed = handover.is_handed_over(host)
    # As much as can be before anybody has to wait.
    damaged = [] if resumed else copy(host, everything=True).damaged
    stopping = time.time()
    # Before anything is stopped: from here on nothing starts Odoo again, on this server or on its successor.
    handover.mark(host, {"since": handover.read(host)["since"] if resumed else stopping})
    stop_odoo()
    keep_everybody_out(host)
    # Into the archive, and not within the minute that it may take otherwise: who takes a lost volume back misses nothing.
    psql(host, "SELECT pg_switch_wal()")
    stopped = time.time()
    print(f"hand-over: Odoo is stopped after {stopped - stopping:.0f} s", flush=True)
    # What changed since the copy that has just been made of everything; or, who knows when that was, everything again.
    manifest = save(host, damaged, everything=resumed)
    content = {
        **handover.read(host),
        **manifest,
        "seconds": {
            "copyBefore": round(stopping - began, 1),
            "stop": round(stopped - stopping, 1),
            "save": round(time.time() - stopped, 1),
        },
    }
    handover.mark(host, content)
    return content


def stop_odoo():
    """They are not started again: the mark keeps them from it. Nor is anything saved that another Odoo owns now."""
    run("systemctl", "stop", *SERVICES)


def keep_everybody_out(host):
    """Whoever else works on the database would go on while it is counted and dumped, and lose what he enters."""
    let_in(host, "0")
    psql(
        host,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )


def let_in(host, limit):
    """How many may connect; the administrator, who dumps the database, always may. Odoo started by hand may not either."""
    psql(host, f'ALTER DATABASE "{host.database}" CONNECTION LIMIT {limit}')


def psql(host, statement):
    run(*psql_of(host), f"--command={statement}", "--output=/dev/null")


def psql_of(host):
    return as_postgres("psql", "-XAtq", "--set=ON_ERROR_STOP=1", f"--host={host.socket_directory}", f"--dbname={host.database}")


def save(host, damaged, everything):
    """Attachments and database, at the same time; the manifest, which is in the bucket as well."""
    moment = time.gmtime()
    dump_key = dump.key_of(host, moment)
    with ThreadPoolExecutor() as pool, snapshot(host) as database:
        copying = pool.submit(copy, host, everything)
        counting = pool.submit(database.value, CONTENTS)
        # Compressed as little as is worth it: everybody waits for this one, and it is read once.
        size = dump.write(host, s3.client(), dump_key, "--compress=1", f"--snapshot={database.name}")
        print(f"hand-over: dumped, {size} bytes", flush=True)
        contents = counting.result()
        files = database.value(f"SELECT coalesce(jsonb_agg(jsonb_build_array(name, size)), '[]') FROM {FILES}")
        left_out = [*damaged, *copying.result().left_out]
    manifest = {
        "dump": dump_key,
        "dumpBytes": size,
        "contents": contents,
        "attachments": attachments(host, files, left_out),
    }
    key = f"{host.backups}handover/{time.strftime('%Y-%m-%dT%H-%M-%SZ', moment)}.json"
    s3.client().put_object(Bucket=host.backup_bucket, Key=key, Body=json.dumps(manifest).encode())
    return {"manifest": key, "dump": dump_key, "dumpBytes": size}


def copy(host, everything):
    with alone("filestore"):
        return filestore.attempt(host, everything)


def attachments(host, files, left_out):
    """Files that the database refers to, and those of them that are not what they should be: no copy can be better."""
    with ThreadPoolExecutor(THREADS) as pool:
        whole = pool.map(lambda file: is_whole(host.filestore / file[0], file[1]), files)
        faulty = {name for (name, _), found in zip(files, whole) if not found}
    left_out = {name for name, _ in files} & set(left_out)
    return {"count": len(files), "bytes": sum(size or 0 for _, size in files), "faulty": sorted(faulty | left_out)}


def is_whole(path, size):
    try:
        return size in (None, os.stat(path).st_size)
    except OSError:
        return False


def take_back(host, web_port):
    """Odoo serves again; as if it had never been stopped, but for the time."""
    let_in(host, "-1")
    # The last thing before Odoo: until then this server and its successors stay silent.
    handover.unmark(host)
    run("systemctl", "start", *reversed(SERVICES))
    deadline = time.monotonic() + START_SECONDS
    while not answers(web_port):
        if time.monotonic() >= deadline:
            raise Failure(f"Odoo does not answer {START_SECONDS} s after its start: see the journal of odoo-web")
        time.sleep(1)
    return {"takenBack": time.time()}


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/web/health", timeout=10).close()
        return True
    except (OSError, urllib.error.HTTPError):
        return False


def status(host):
    with snapshot(host) as database:
        found = database.value(
            "SELECT json_build_object('databaseBytes', pg_database_size(current_database()),"
            " 'base', (SELECT latest_version FROM ir_module_module WHERE name = 'base'),"
            " 'files', count(*), 'fileBytes', coalesce(sum(size), 0))"
            f" FROM {FILES}"
        )
    ages = {job: metrics.age(host, job) for job in metrics.JOBS}
    return {**found, "backupAges": ages, "handedOver": handover.is_handed_over(host)}


class Snapshot:
    """One moment of the database, for as long as it takes to count it and to dump it."""

    def __init__(self, psql):
        self.psql = psql
        self.ask("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.name = self.ask("SELECT pg_export_snapshot()", answered=True)

    def value(self, statement):
        """What a statement with one JSON value says."""
        return json.loads(self.ask(statement, answered=True))

    def ask(self, statement, answered=False):
        self.psql.stdin.write(f"{' '.join(statement.split())};\n")
        self.psql.stdin.flush()
        if not answered:
            return None
        line = self.psql.stdout.readline()
        if not line:
            raise Failure("PostgreSQL does not answer: psql's message is above")
        return line.strip()


@contextmanager
def snapshot(host):
    with subprocess.Popen(psql_of(host), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        yield Snapshot(psql)
        psql.stdin.close()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"hand-over: {failure}")
