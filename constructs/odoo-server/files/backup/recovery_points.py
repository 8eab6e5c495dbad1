"""What can be restored, as an object in the backup bucket that can be read without the passphrase of the repository:

    { "writtenAt": "2026-11-30T01:10:00Z",
      "database": { "oldest": "...", "latest": "...",       any moment in between can be restored
        "backups": [ { "label": "20261130-003000F", "type": "full|incr|diff", "stop": "...", "bytes": 1 } ] },
      "filestore": { "copiedAt": "..." },                   every attachment that was written before is in the bucket
      "dumps": [ { "key": "server/dumps/...", "writtenAt": "...", "bytes": 1 } ],
      "proof": { "provenAt": "...", "restoredTo": "...", "verdict": "passed|failed", "report": "restore-tests/....json" },
      "volumeProof": the same of a recovery point of the data volume }

All times are UTC. A proof is null before the first one, `restoredTo` where nothing came back. Written as soon as there is something
to restore: a backup of the database and a copy of the filestore. Times, sizes and names, nothing of the database; `npm run backups`
reads it.
"""

import json
import time
from datetime import datetime, timezone

from . import archive, dump, metrics, repository, s3
from .host import Failure, alone

NAME = "recovery-points.json"

NOTHING = {
    "database": {"oldest": None, "latest": None, "backups": []},
    "filestore": {"copiedAt": None},
    "dumps": [],
    "proof": None,
    "volumeProof": None,
}


def publish(host, change):
    """Writes the listing with the parts of it that `change` returns.

    Fails nobody: what was saved is saved, and an old listing says how old it is.
    """
    try:
        # Jobs of several kinds run at the same time.
        with alone("recovery-points"):
            client = s3.client()
            known = before(host, client)
            listing = {**NOTHING, **known, **change(), "writtenAt": iso(time.time())}
            latest = latest_of(known["database"]["latest"], listing["database"]["oldest"], reached(host))
            listing["database"] = {**listing["database"], "latest": latest}
            metrics.remember(host, "recovery-points", listing)
            if listing["database"]["oldest"] and listing["filestore"]["copiedAt"]:
                body = json.dumps(listing, indent=2).encode()
                client.put_object(Bucket=host.backup_bucket, Key=host.backups + NAME, Body=body, ContentType="application/json")
    except Exception as error:  # noqa: BLE001, botocore, pgBackRest and the rest have no common ancestor
        print(f"backup: the listing of recovery points could not be written: {error}", flush=True)


def reached(host):
    """The latest moment that the archive is known to hold; nothing while PostgreSQL does not answer."""
    try:
        moment = archive.reach(host)
    except Failure as failure:
        print(f"backup: how far the archive reaches is not known: {failure}", flush=True)
        return None
    return moment and iso(moment)


def latest_of(before, oldest, reached):
    """Whatever could be restored once still can: it is the oldest moments that go."""
    return max(filter(None, (before, oldest, reached)), default=None)


def before(host, client):
    """The last listing; on a volume that was filled from the backup, the one that the lost volume's server has written."""
    kept = metrics.recall(host, "recovery-points")
    if not kept and (found := s3.get(client, host.backup_bucket, host.backups + NAME)):
        kept = json.loads(found["Body"].read())
    return kept or NOTHING


def of_database(host):
    """The part about the database, from the repository."""
    backups = [backup for backup in repository.information()["backup"] if not backup["error"]]
    stops = [backup["timestamp"]["stop"] for backup in backups]
    return {
        # It ended at some time of the second that is told.
        "oldest": iso(stops[0] + 1) if stops else None,
        "backups": [
            {
                "label": backup["label"],
                "type": backup["type"],
                "stop": iso(backup["timestamp"]["stop"]),
                "bytes": backup["info"]["repository"]["delta"],
            }
            for backup in backups
        ],
    }


def of_dumps(host):
    found = s3.listing(s3.client(), host.backup_bucket, dump.prefix_of(host))
    return [
        {"key": found["Key"], "writtenAt": iso(found["LastModified"].timestamp()), "bytes": found["Size"]} for found in found
    ]


def iso(seconds, timespec="seconds"):
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec=timespec).replace("+00:00", "Z")
