"""Proves that a recovery point of the data volume can be served: looks at the volume that AWS Backup restored of it.

    python3 -m backup.volume_proof NAME      name of the request below the runtime directory

The request, NAME.request in the unit's environment, says which volume, of which restore job and which moment. What the
state machine of the restore test shall hear is in NAME.verdict. Exit code 0 means: proven.
"""

import json
import os
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import verify_database

from . import handover
from .examination import Damage, Examination, Stopped, stop_when_told
from .host import LOCKS, Failure, Host, alone, ask
from .proof_checks import CHECKS, Restored
from .recovery_points import iso
from .restored_volume import VolumeCluster, VolumeFilestore, mounted

# Attachments that are read to the end; of all others presence and size are looked at.
READ_AT_MOST = 10_000

# A daily recovery point, and a day on which it failed.
OLDEST_SECONDS = 48 * 3600

# By which the newest change may be older than the recovery point. The server makes one every five minutes.
BEHIND_SECONDS = 3600

# Rows that were there at a moment and still are. Odoo notes of each when it was made, in UTC.
ROWS_UNTIL = f"""
    SELECT coalesce(json_object_agg(name, (xpath('/row/count/text()',
        query_to_xml('SELECT count(*) FROM public.' || name || ' WHERE coalesce(create_date, ''-infinity'') <= to_timestamp('
            || {{moment}} || ') AT TIME ZONE ''UTC''', false, true, '')))[1]::text::bigint), '{{{{}}}}')
    FROM unnest(ARRAY{list(verify_database.COUNTED)}) name
    WHERE EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('public.' || name) AND attname = 'create_date')"""

# What a verdict may say; the report has it all.
VERDICT_CHARACTERS = 900


@dataclass(frozen=True)
class Request:
    """What AWS Backup restored."""

    volume: str
    restore_job: str
    # When the recovery point was made, in seconds since 1970.
    created: float

    @classmethod
    def of(cls, environment):
        created = datetime.fromisoformat(environment["RECOVERY_POINT"].replace("Z", "+00:00"))
        return cls(environment["VOLUME"], environment["RESTORE_JOB"], created.timestamp())


def prove(host, request):
    """Whether the recovery point can be served, and in a few words why (not)."""
    stop_when_told()
    # Neither beside the other proof nor while the service is handed over.
    with alone("hand-over"):
        # After a restore, or a backup, that is under way; backups that begin later go on beside this, and come first.
        with alone("database"):
            pass
        if handover.is_handed_over(host):
            return False, "this server has handed its service over"
        proof = VolumeProof(host, request)
        proof.run()
    passed = proof.keep()
    return passed, verdict_of(proof.findings, passed)


def verdict_of(findings, passed):
    failed = [f"{finding['check']}: {finding['details']}" for finding in findings if not finding["passed"]]
    if passed:
        return f"{len(findings)} checks passed"
    return ("; ".join(failed) or "the report could not be written")[:VERDICT_CHARACTERS]


class VolumeProof(Examination):
    """A look at a restored volume."""

    name = "volume-proof"
    job = "volume"
    listed = "volumeProof"
    suffix = "volume-server"
    order = ("volume", "recovery point", "restore", *(name for name in CHECKS if name != "recovery point"))
    about = """AWS Backup restored a recovery point of the data volume as a volume of its own, which was attached to the server for
this test. Its file system was mounted where nothing else sees it, and a PostgreSQL that nobody else reaches recovered on it as after
a power failure. What was there was compared with what an Odoo that can be served must be, and with the database in service.
Attachments were looked at on the restored volume itself. Afterwards it was detached, and AWS Backup deletes it."""

    def __init__(self, host, request):
        super().__init__(host, VolumeFilestore(READ_AT_MOST))
        self.request = request
        # What is not known before it is found out.
        self.newest = None

    def examine(self):
        self.check("volume", self.look_at_volume)

    def look_at_volume(self):
        with mounted(self.host, self.request.volume) as place, TemporaryDirectory(prefix="cluster-") as directory:
            # PostgreSQL has to get in.
            os.chmod(directory, 0o711)
            cluster = VolumeCluster(self.host, place, Path(directory) / "cluster")
            self.attachments.directory = place / self.host.filestore.relative_to(self.host.data)
            self.check("recovery point", partial(self.recovery_point, cluster))
            self.check("restore", partial(self.restore, cluster))
        return f"{self.request.volume}, its file system was mounted"

    def recovery_point(self, cluster):
        age = time.time() - self.request.created
        self.newest = cluster.newest_change()
        if age > OLDEST_SECONDS:
            raise Damage(f"of {iso(self.request.created)}, {age / 3600:.0f} hours old: there is no newer one")
        behind = self.request.created - self.newest
        if behind > BEHIND_SECONDS:
            raise Damage(f"the newest change on it is of {iso(self.newest)}, {behind / 3600:.1f} hours before it was made")
        return f"of {iso(self.request.created)}, with changes until {iso(self.newest)}"

    def restore(self, cluster):
        began = time.time()
        cluster.prepare()
        with cluster.server():
            seconds = time.time() - began
            with cluster.connection(self.host.database) as connection:
                restored = Restored(self.host, connection, self.attachments, mark=None, rows=self.rows())
                for name, look in {**CHECKS, "attachments": attachments}.items():
                    # There is no mark to look for: that one is judged by the log on the volume, before PostgreSQL starts.
                    if name != "recovery point":
                        self.check(name, partial(look, restored))
        return f"PostgreSQL recovered in {seconds:.0f} s"

    def rows(self):
        """What was in the database in service when the volume was; nothing where that is not known."""
        if self.newest is None:
            return None
        try:
            return json.loads(ask(self.host, ROWS_UNTIL.format(moment=self.newest), database=self.host.database))
        except Failure as failure:
            print(f"proof: the database in service could not be counted: {failure}", flush=True)
            return None

    def restored(self):
        return {
            "restoreJob": self.request.restore_job,
            "volume": self.request.volume,
            "recoveryPoint": iso(self.request.created),
            "newestChange": self.newest and iso(self.newest),
        }

    def facts(self, report):
        return (
            ("Recovery point", report["recoveryPoint"]),
            ("Newest change on it", report["newestChange"] or "not known"),
            ("Restored as", f"{report['volume']}, by the restore job {report['restoreJob']}"),
        )


def attachments(restored):
    restored.verified(verify_database.check_attachments)
    seen = restored.attachments
    return f"{seen.checked} files of {seen.bytes / (1 << 20):.1f} MiB looked at on the volume, {seen.read} of them read"


def main(name):
    try:
        passed, said = prove(Host(), Request.of(os.environ))
    except (Failure, Stopped) as reason:
        passed, said = False, str(reason)
    (LOCKS / f"{name}.verdict").write_text(f"{said}\n", encoding="utf-8")
    print(f"proof: {said}", flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
