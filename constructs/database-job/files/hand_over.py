"""Hands the database of an environment that lives in its recovery Region over to its own Region, or takes it back.

What keeps this side silent afterwards stands beside the database, where every node and every job looks before it does
anything: whatever is deployed, scaled or started by hand here, it serves nobody until the database is taken back.
"""

import json
import tempfile
import time
from pathlib import Path

import verify_database
from contents import CONTENTS
from databases import comment_of, count_writes, exists, set_comment, size_of
from job import DATABASE, JobError, query, row, rows
from object_store import ObjectStore
from object_upload import upload, write
from restore import run
from serving import groups, hold_services

# In the comment on the database: since when, and which manifest was written then.
HANDED_OVER = "handedOver"


def refuse_handed_over(job):
    """Before anything is done to a database that went home: what is entered here from then on would be lost."""
    if not exists(job, DATABASE):
        return
    mark = comment_of(job, DATABASE).get(HANDED_OVER)
    if mark:
        raise JobError(
            f"this database was handed over at {mark['at']} to the Region that the environment came from, and serves nobody"
            " here: npm run failback -- --env NAME --undo takes it back; to recover once more, delete the stack"
            " NAME-Recovery-Data first (docs/recovery.md)"
        )


def hand_over(job):
    """The request: `dump` and `manifest`, keys in the backup bucket that are written; with `commit` nobody serves it afterwards.

    Without `commit` it is a rehearsal while users work, whose rows nobody counts.
    """
    if not exists(job, DATABASE):
        raise JobError(f"there is no database {DATABASE} to hand over: see what serves this environment")
    request = job.request
    store = ObjectStore(job.arguments.backup_bucket, job.arguments.region)
    if not request.get("commit"):
        job.report["handedOver"] = save(job, store)
        return
    # Nobody has written since, so that what an earlier run has saved unheard is right.
    resumed = comment_of(job, DATABASE).get(HANDED_OVER, {}).get("manifest") == request["manifest"]
    silence(job)
    if resumed and store.has(request["manifest"]):
        job.report["handedOver"] = summary(store.read_json(request["manifest"]))
        return
    before = count_writes(job)
    job.report["handedOver"] = save(job, store)
    if count_writes(job) != before:
        raise JobError(
            "somebody wrote into the database while it was being saved, past Odoo, and would lose that: find out who"
            " (pg_stat_activity), then hand over again"
        )


def silence(job):
    """Every node is seen to have ended its Odoo, and none starts it again: until this run ends because of the lock, then of the mark."""
    hold_services(job)
    beside = comment_of(job, DATABASE)
    if HANDED_OVER not in beside:
        # Only releases of the last group may serve, and this one has none.
        beside["releases"] = [*groups(job, DATABASE), []]
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    set_comment(job, DATABASE, {**beside, HANDED_OVER: {"at": at, "manifest": job.request["manifest"]}})


def take_back(job):
    """Nodes find it within a second, and serve it again."""
    beside = comment_of(job, DATABASE) if exists(job, DATABASE) else {}
    if beside.pop(HANDED_OVER, None):
        beside["releases"] = known_releases(job)
        set_comment(job, DATABASE, beside)
        job.changed(f"{DATABASE} is served here again")


def known_releases(job):
    """Without the group that nobody belongs to."""
    return [group for group in groups(job, DATABASE) if group]


def save(job, store):
    """Dump and manifest of one moment, both in the bucket, the manifest last; what is said of them."""
    request, started = job.request, time.monotonic()
    with tempfile.TemporaryDirectory() as directory, job.session_as_odoo(DATABASE) as reading:
        query(reading, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = row(reading, "SELECT pg_export_snapshot()")
        dump = Path(directory, "dump")
        # Compressed as little as is worth it: everybody waits for this one, and it is read once.
        options = [f"--snapshot={snapshot}", "--format=custom", "--compress=1", f"--file={dump}"]
        run(job, ["pg_dump", f"--dbname={DATABASE}", *options])
        manifest = {
            "dump": request["dump"],
            "dumpBytes": dump.stat().st_size,
            "databaseBytes": size_of(job, DATABASE),
            "releases": known_releases(job),
            "attachments": attachments(job, reading),
        }
        if request.get("commit"):
            [manifest["contents"]] = row(reading, CONTENTS)
        upload(store, request["dump"], dump)
    write(store, request["manifest"], json.dumps(manifest).encode())
    return {**summary(manifest), "seconds": round(time.monotonic() - started, 1)}


def attachments(job, reading):
    """Files that the database refers to, and those of them that the filestore has lost already: no copy can be better."""
    files = rows(reading, verify_database.FILES)
    faults = verify_database.faults_of(Path(job.arguments.filestore, DATABASE), files, lambda name: False)
    return {"count": len(files), "bytes": sum(size or 0 for _, size, _ in files), "faulty": sorted(faults)}


def summary(manifest):
    """For the report, which is one line of a log."""
    return {name: manifest[name] for name in ("dump", "dumpBytes", "databaseBytes")}
