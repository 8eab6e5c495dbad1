"""A release: what the image and the environment file change in the modules of a database that is in service.

Odoo commits after each module. A change that fails halfway would leave a database that fits neither the old code nor
the new, so it is made in a copy, which takes the place of the other one when it is complete and checked. Whatever happens
before that leaves what was served as it was; afterwards that is kept aside, for the way back.
"""

import contextlib
import tempfile
import time
from pathlib import Path

import databases
import psycopg2
from databases import BEFORE, CHANGING
from filestore import repair_attachments
from image_modules import ImageModules
from job import DATABASE, JobError, NeedsSnapshot, row
from module_notes import noted_checksums, present_modules, remember
from neutralization import neutralize
from odoo_database import verify
from odoo_program import change_modules
from odoo_settings import apply_settings, modules_in
from serving import hold_services, may_serve, record_release, refuse_older_code
from system_parameters import SystemParameters
from wanted_modules import check_progress, refuse_missing, wanted


class Change:
    """Modules to install, and modules to update because their content is another one than when they were loaded last."""

    def __init__(self, install, update):
        self.install = install
        self.update = update

    def __bool__(self):
        return bool(self.install or self.update)

    def __str__(self):
        parts = [("install", self.install), ("update", self.update)]
        return "; ".join(f"{verb} {', '.join(names)}" for verb, names in parts if names)


def ensure_release(job):
    """Brings the modules of the served database to what image and environment file say."""
    refuse_older_code(job)
    image = ImageModules(job)
    change = find_change(job, image)
    if change:
        if "snapshot" not in job.request:
            raise NeedsSnapshot(change)
        make_change(job, image, change)
    else:
        if not may_serve(job, DATABASE):
            # The same modules in another image: either may serve.
            record_release(job, DATABASE, DATABASE)
        remember(job, DATABASE, image)


def find_change(job, image):
    with job.session_as_odoo(DATABASE) as connection:
        found = present_modules(connection)
        parameters = SystemParameters(connection)
        check_progress(job, parameters, set(found))
        known = noted_checksums(parameters)
    install = [name for name in wanted(job) if name not in found]
    refuse_missing(image, install)
    lost = sorted(name for name in found if image.find(name) is None)
    if lost:
        raise JobError(
            f"the image lacks modules that are installed in the database: {', '.join(lost)}; put them into the image again,"
            " or uninstall them in Odoo under Apps with the image that has them, then deploy again"
        )
    update = [name for name, version in sorted(found.items()) if differs(image, name, version, known.get(name))]
    return Change(install, update)


def differs(image, name, version, known):
    """By content; of a module that this job has not seen yet, by version."""
    return image.checksum(name) != known if known else image.version(name) != version


def make_change(job, image, change):
    print(f"database job: {change}; protected by {job.request['snapshot']}", flush=True)
    refuse_full_disk(job)
    hold_services(job)
    clear_interrupted_change(job)
    before = databases.count_writes(job)
    try:
        copy_and_change(job, image, change)
        if databases.count_writes(job) != before:
            raise JobError(
                "somebody wrote into the database while it was being changed, past Odoo, and would lose that: find out who"
                " (pg_stat_activity), then deploy again; nothing was changed"
            )
    except Exception:
        # What was begun is of no use to anybody, and takes as much room as the original. A server that has gone meanwhile is
        # not what went wrong first; the next run drops it then.
        with contextlib.suppress(psycopg2.Error):
            databases.discard(job, CHANGING)
        raise
    # The one before that. It goes only now, when there is a newer way back.
    databases.drop(job, BEFORE)
    databases.put_in_service(job, CHANGING, BEFORE)
    job.changed(f"modules: {change}")
    job.report["before"] = BEFORE


def copy_and_change(job, image, change):
    databases.copy(job, DATABASE, CHANGING)
    # Of a copy of production, which is to be found neutralized again.
    beside = {**databases.comment_of(job, DATABASE), "since": time.time()}
    beside.pop("neutralized", None)
    databases.set_comment(job, CHANGING, beside)
    change_copy(job, image, change)
    record_release(job, DATABASE, CHANGING, alone=True)


def change_copy(job, image, change):
    before = modules_in(job, CHANGING)
    with tempfile.TemporaryDirectory() as data_dir:
        # The attachments of the original. Odoo adds to them, also for a copy that is given up then, which harms nothing.
        Path(data_dir, "filestore").mkdir()
        Path(data_dir, "filestore", CHANGING).symlink_to(Path(job.arguments.filestore, DATABASE))
        change_modules(job, CHANGING, change.install, change.update, data_dir)
    verify(job, CHANGING)
    refuse_stale_modules(job, image, change)
    if is_neutralized(job, CHANGING):
        # New modules bring scheduled jobs, and updated ones theirs back.
        neutralize(job, CHANGING, again=True)
    apply_settings(job, CHANGING, installed={*change.install, *modules_in(job, CHANGING)} - before)
    remember(job, CHANGING, image)


def is_neutralized(job, database):
    with job.session_as_odoo(database) as connection:
        return SystemParameters(connection).get("database.is_neutralized") == "true"


def clear_interrupted_change(job):
    """What a killed run left: a copy, and perhaps half an attachment, on which Odoo would fail for ever."""
    if databases.exists(job, CHANGING):
        repaired = repair_attachments(job, databases.comment_of(job, CHANGING).get("since", 0))
        if repaired:
            job.changed(f"removed {repaired} half-written attachments, which are written again")
        databases.drop_unfinished(job, CHANGING)


def refuse_full_disk(job):
    """While nobody has to wait yet."""
    # Without what an interrupted run left, which is dropped first.
    lack = databases.lack_of_room(job, databases.size_of(job, DATABASE), CHANGING)
    if lack:
        raise JobError(
            f"a copy of the database {lack}: deploy with more (overrides.database.storageGiB, in small storage.floorGiB), then"
            f" deploy the release; or drop {BEFORE} and what else nobody misses"
        )


def refuse_stale_modules(job, image, change):
    """Odoo ends well, too, when it has passed a module over."""
    with job.session_as_odoo(CHANGING) as connection:
        found = present_modules(connection)
    stale = [name for name in (*change.install, *change.update) if found.get(name) != image.version(name)]
    if stale:
        raise JobError(
            f"Odoo ended without an error, but did not bring these modules to the version in the image: {', '.join(stale)};"
            " see its log above"
        )
