"""A database that comes from elsewhere: the single server that an environment has outgrown, or its recovery Region.

Works on `odoo_incoming` alone. Only what was compared with the place that it comes from, table by table and attachment by
attachment, gets the served name, in one transaction at the very end. Whatever happens before leaves `odoo` as it was, and
the next run begins anew.
"""

import json
import os
import random
import shutil
import tempfile
import time
from pathlib import Path

import databases
import verify_database
from contents import CONTENTS, differences
from databases import (
    BEFORE,
    INCOMING,
    UNDONE,
    alone,
    comment_of,
    create,
    exists,
    put_in_service,
    set_comment,
    size_of,
    statement,
)
from job import DATABASE, JobError, query, row, rows
from object_store import ObjectStore
from odoo_database import harden, verify
from restore import restore
from serving import hold_services

# Files whose content is read, of those that are all there with the right size. S3 compared the SHA-1 of each with its
# name when it took it; what is left to prove is that the mount shows it.
SAMPLE = 1000

# S3 Files shows what was written into its bucket when it hears of it; until then a file seems to be missing.
PATIENCE_SECONDS = 600

# Beside the dump.
SPARE_BYTES = 256 << 20

# How many differences a message names.
NAMED = 10


def receive_database(job):
    """The request: `dump` and `manifest` by their keys in the backup bucket; with `commit` it is served afterwards.

    Without a manifest, or with one that counts nothing, there is nothing to compare with but the files that the database
    refers to: a rehearsal.
    """
    request = job.request
    if request.get("commit") and already_received(job, request["manifest"]):
        job.report["received"] = {"already": True}
        return
    store = ObjectStore(job.arguments.backup_bucket, job.arguments.region)
    manifest = store.read_json(request["manifest"]) if request.get("manifest") else {}
    if manifest and manifest["dump"] != request["dump"]:
        raise JobError(f"{request['manifest']} belongs to {manifest['dump']}, not to {request['dump']}")
    refuse_other_release(job, manifest.get("releases"))
    refuse_full_disk(job, manifest.get("databaseBytes"))
    job.report["received"] = bring(job, manifest)
    if request.get("commit"):
        if "contents" not in manifest:
            raise JobError(f"{request['manifest']} is of a rehearsal: nothing was put in service")
        put_received_in_service(job, request["manifest"], manifest.get("releases"))


def already_received(job, manifest):
    """An earlier run may have got as far as that unheard. What it put in service may have been served since."""
    return exists(job, DATABASE) and comment_of(job, DATABASE).get("received") == manifest


def refuse_other_release(job, releases):
    """Of an environment that was served elsewhere meanwhile: older code must not serve it, nor newer change it on the way."""
    if releases and job.arguments.release not in releases[-1]:
        raise JobError(
            f"the database was served by release {releases[-1][-1]}, and here {job.arguments.release} is deployed: deploy the"
            " same one on both sides first"
        )


def refuse_full_disk(job, needed):
    lack = databases.lack_of_room(job, needed) if needed else None
    if lack:
        raise JobError(
            f"the database that is to be received {lack}: deploy with more (overrides.database.storageGiB), or drop {BEFORE} and"
            " what else nobody misses"
        )


def bring(job, manifest):
    """Restores and compares; what was found and how long each part took."""
    request = job.request
    stopwatch = Stopwatch()
    size = restore_from_dump(job, request["dump"], {}, stopwatch)
    verify(job, INCOMING)
    found = compare_contents(job, manifest.get("contents"))
    stopwatch.lap("comparison")
    files = compare_attachments(job, manifest.get("attachments"), request.get("patienceSeconds", PATIENCE_SECONDS))
    stopwatch.lap("attachments")
    return {
        "dumpBytes": size,
        "databaseBytes": size_of(job, INCOMING),
        "tables": len(found["tables"]),
        "rows": sum(found["tables"].values()),
        **files,
        "users": found["tables"].get("res_users"),
        "base": found["base"],
        "seconds": stopwatch.seconds,
    }


def restore_from_dump(job, key, beside, stopwatch=None):
    """Makes the incoming database from a dump in the backup bucket, with what stands beside it from the first moment on.

    The size of the dump.
    """
    stopwatch = stopwatch or Stopwatch()
    with tempfile.TemporaryDirectory() as directory:
        dump = Path(directory, "dump")
        size = fetch(ObjectStore(job.arguments.backup_bucket, job.arguments.region), key, dump)
        stopwatch.lap("download")
        create(job, INCOMING)
        set_comment(job, INCOMING, beside)
        harden(job, INCOMING)
        restore(job, str(dump), INCOMING)
    stopwatch.lap("restore")
    return size


def fetch(store, key, dump):
    size = store.size(key)
    free = shutil.disk_usage(dump.parent).free
    if free < size + SPARE_BYTES:
        raise JobError(
            f"the dump has {size >> 20} MiB and the task's disk {free >> 20} MiB free: give the task more ephemeral storage"
        )
    with open(dump, "wb") as file:
        return store.download(key, file)


def compare_contents(job, expected):
    """Every table's rows and every sequence; and the planner's statistics, which are in no dump."""
    with job.session_as_odoo(INCOMING) as connection:
        query(connection, "ANALYZE")
        [found] = row(connection, CONTENTS)
        [users] = row(connection, "SELECT count(*) FROM res_users WHERE active")
    if not users:
        raise JobError("the database has no user who could log in: it is not the one that was expected")
    problems = differences(expected, found) if expected else []
    if problems:
        raise JobError(
            f"the database differs from the one that it comes from in {len(problems)} places:"
            f" {'; '.join(problems[:NAMED])}; nothing was put in service"
        )
    return found


def compare_attachments(job, expected, patience):
    """Every file that the database refers to, in the filestore as Odoo will see it.

    Those that were lost before, where the database comes from, can be missing here as well.
    """
    with job.session_as_odoo(INCOMING) as connection:
        files = rows(connection, verify_database.FILES)
    lost_before = set(expected["faulty"]) if expected else set()
    if expected and len(files) != expected["count"]:
        raise JobError(f"the database refers to {len(files)} files instead of {expected['count']}")
    sample = {name for name, _, _ in random.sample(files, min(SAMPLE, len(files)))}
    filestore = Path(job.arguments.filestore, DATABASE)
    deadline = time.monotonic() + patience
    looked_at = files
    while True:
        faults = verify_database.faults_of(filestore, looked_at, sample.__contains__)
        faults = {name: fault for name, fault in faults.items() if name not in lost_before}
        if not faults or time.monotonic() >= deadline:
            break
        print(f"database job: {len(faults)} of {len(files)} files are not in the filestore yet", flush=True)
        looked_at = [file for file in files if file[0] in faults]
        time.sleep(min(10, patience))
    if faults:
        named = ", ".join(f"{name} ({fault})" for name, fault in list(faults.items())[:NAMED])
        raise JobError(f"{len(faults)} of {len(files)} files are not in the filestore: {named}; nothing was put in service")
    if lost_before:
        job.warn(f"{len(lost_before)} files were missing or damaged where the database comes from already: {verify_database.first(sorted(lost_before))}")
    return {"files": len(files), "fileBytes": sum(size or 0 for _, size, _ in files), "filesRead": len(sample)}


def put_received_in_service(job, manifest, releases):
    """What was served here before, if anything, is of an earlier attempt or of before a loss, and may hold what is nowhere else."""
    set_comment(job, INCOMING, {"received": manifest, **({"releases": releases} if releases else {})})
    aside = name_aside()
    if exists(job, DATABASE):
        warn_of(job, aside)
    hold_services(job)
    put_in_service(job, INCOMING, aside)
    job.created(f"database {DATABASE}, received as {os.path.basename(manifest)}")


def withdraw_database(job):
    """After a growth that was undone: a deployment by mistake must find nothing here that it could serve."""
    if exists(job, DATABASE):
        aside = name_aside()
        alone(job, [DATABASE], lambda: statement(job, "ALTER DATABASE {} RENAME TO {}", DATABASE, aside))
        warn_of(job, aside)


def name_aside():
    return f"{UNDONE}_{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}"


def warn_of(job, aside):
    job.warn(f"the database that was served here before is {aside} now, for somebody to look at and drop")


class Stopwatch:
    """How long each part took, printed as it ends."""

    def __init__(self):
        self.since = time.monotonic()
        self.seconds = {}

    def lap(self, name):
        now = time.monotonic()
        self.seconds[name] = round(now - self.since, 1)
        self.since = now
        print(f"database job: {name} took {json.dumps(self.seconds[name])} s", flush=True)
