"""Restores the copy of the single server's backups, looks at what came back, and serves it until the drill is over.

    restore_drill.py --moment 2026-11-30T10:15:00Z --socket-directory DIRECTORY --ready FILE

Runs beside the programs of the server that it is made of, with names and places in the environment as they have them there
(host.py), and pgBackRest's options as well. Needs PostgreSQL, pgBackRest and root. Reads the copies and changes nothing of them;
what is restored is gone with the task. The file is made as soon as what came back can be used, whatever was found of it.

One line of the output is JSON, {"drillRestored": {"findings": [{"check", "passed", "details"}, ...], "times": {"validate", "serve"}}}.
Exit code 1: nothing came back that could be served.
"""

import argparse
import json
import re
import shutil
import signal
import sys
import time
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import verify_database
from backup import choice, repository
from backup.bucket_filestore import BucketFilestore
from backup.copied_recovery import CopiedRecovery
from backup.examination import Damage, Examination, Stopped, stop_when_told
from backup.host import Failure, Host
from backup.proof_checks import CHECKS, Restored
from backup.recovery_points import iso

# Attachments that are read to the end; of all others presence and size are looked at.
READ_AT_MOST = 10_000

# By which the newest change may be older than the moment. The server makes one every five minutes, and up to the moment all of
# the log is copied: where it ends earlier, a part of it is missing.
BEHIND_SECONDS = 900

# In the log of a recovery, with moments in UTC.
LAST_CHANGE = re.compile(r"last completed transaction was at log time ([0-9-]+ [0-9:.]+)\b")

# What an Odoo cannot be without. There is nothing to compare the others with: nothing is asked of the Region that may be lost.
NEVER_EMPTY = ("res_users", "res_partner", "res_company")


class DrillRecovery(CopiedRecovery):
    """Serves the other containers of the task, by a socket that nobody else sees."""

    stop_mode = "immediate"

    def __init__(self, host, socket_directory):
        super().__init__(host, host.version)
        self.shared = socket_directory
        # Of the newest change, in seconds since 1970, where the archive has ended before the moment.
        self.ended = None

    def prepare(self, size):
        super().prepare(size)
        # Not the closed one: Odoo is another user.
        self.socket_directory = self.shared
        shutil.chown(self.shared, "postgres", "postgres")

    @property
    def settings(self):
        return {
            **super().settings,
            "archive_mode": "off",
            # A container has 64 MiB of the other kind, and a parallel query takes more.
            "dynamic_shared_memory_type": "mmap",
            "log_timezone": "UTC",
        }

    def why_not_recovered(self):
        # Who goes on after that may find nothing more to replay, and PostgreSQL then knows no time.
        found = LAST_CHANGE.findall(self.log.read_text(errors="replace")) if self.log.exists() else []
        self.ended = datetime.fromisoformat(f"{found[-1]}+00:00").timestamp() if found else None
        return super().why_not_recovered()

    def until(self, restored):
        """Time of the newest change that came back, in seconds since 1970, or nothing."""
        [replayed] = restored.row("SELECT extract(epoch FROM pg_last_xact_replay_timestamp())::float")
        return replayed or self.ended


class Drill(Examination):
    """One restore of the copy, and what was found."""

    def __init__(self, host, moment):
        super().__init__(host, BucketFilestore(host, READ_AT_MOST))
        self.moment = moment
        self.times = {}

    def begin(self, phase):
        self.times[phase] = iso(time.time(), "milliseconds")

    def restore(self, socket_directory):
        """The files of the backup, and who recovers them."""
        information = repository.information()
        if information["status"]["code"] != repository.OK:
            raise Failure(f"s3://{self.host.backup_bucket}/{self.host.backups}pgbackrest has no backup")
        recovery = DrillRecovery(self.host, socket_directory)
        choice.refuse_other_version(information, recovery.version)
        plan = choice.choose(information, self.moment)
        recovery.bring_back(plan)
        return recovery, plan

    def serve(self, socket_directory, ready):
        """Restores, looks, says what was seen, and goes on until somebody ends it."""
        recovery, plan = self.restore(socket_directory)
        with recovery.server():
            self.note("restore", True, f"{plan}, in {time.time() - self.began:.0f} s")
            self.begin("validate")
            self.look_at(recovery)
            self.begin("serve")
            self.tell()
            ready.touch()
            while True:
                signal.pause()

    def look_at(self, recovery):
        looks = {
            **CHECKS,
            "recovery point": lambda restored: self.recovery_point(recovery.until(restored)),
            "rows": rows,
            "attachments": attachments,
        }
        with recovery.connection(self.host.database) as connection:
            restored = Restored(self.host, connection, self.attachments, mark=None, rows=None)
            for name, look in looks.items():
                self.check(name, partial(look, restored))

    def recovery_point(self, until):
        if until is None:
            raise Damage("no change came back that was made after the backup: a part of the log is missing")
        behind = self.moment.timestamp() - until
        if behind > BEHIND_SECONDS:
            raise Damage(
                f"the newest change is of {iso(until)}, {behind / 60:.0f} minutes before the moment: a part of the log is missing"
            )
        return f"every change until {iso(until)}"

    def tell(self):
        print(json.dumps({"drillRestored": {"findings": self.findings, "times": self.times}}), flush=True)


def rows(restored):
    found = restored.verified(verify_database.count_rows)["rows"]
    empty = [table for table in NEVER_EMPTY if not found.get(table)]
    if empty:
        raise Damage(f"no rows in {', '.join(empty)}")
    return f"{sum(found.values())} in {len(found)} tables"


def attachments(restored):
    """Nothing is ever deleted in the bucket, and a file is named after its content: there is no other state of it to look at."""
    restored.verified(verify_database.check_attachments)
    seen = restored.attachments
    return f"{seen.checked} files of {seen.bytes / (1 << 20):.1f} MiB looked at in the copy, {seen.read} of them read"


def main():
    options = parse()
    host = ContainerHost()
    drill = Drill(host, options.moment)
    stop_when_told()
    host.postgresql.mkdir(parents=True, exist_ok=True)
    try:
        drill.serve(options.socket_directory, options.ready)
    except Stopped:
        # The others are at their end.
        return 0
    except Exception as error:  # noqa: BLE001, whatever it is, it cannot be served
        drill.note("restore", False, said(error))
        drill.tell()
    return 1


def said(error):
    text = " ".join(str(error).split())
    return text if isinstance(error, (Failure, Damage)) else f"{type(error).__name__}: {text}"


class ContainerHost(Host):
    """There is no cluster in service that would say its version."""

    @property
    def version(self):
        return max((path.name for path in Path("/usr/lib/postgresql").iterdir()), key=float)


def parse():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--moment", type=moment, required=True)
    parser.add_argument("--socket-directory", type=Path, required=True)
    parser.add_argument("--ready", type=Path, required=True)
    return parser.parse_args()


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)


if __name__ == "__main__":
    sys.exit(main())
