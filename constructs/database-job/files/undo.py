"""The way back from a release: the database before it takes its place again, within seconds."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import databases
from databases import BEFORE, UNDONE
from job import DATABASE, JobError, query, rows
from serving import groups, hold_services

# Asking a network file system takes a millisecond a file, and waiting is all there is to it.
THREADS = 16


def undo_release(job):
    """Takes the served database out of service, complete as it is, and gives the one before the name again."""
    if not databases.exists(job, BEFORE):
        raise JobError(
            f"there is no database {BEFORE}: nothing was changed since the last way back, or it was dropped; restore the"
            " snapshot that was taken before the release"
        )
    hold_services(job)
    aside = f"{UNDONE}_{time.strftime('%Y%m%dt%H%M%S', time.gmtime())}"
    databases.put_in_service(job, BEFORE, aside)
    job.changed(f"the database before the last release is served again; what was served is kept as {aside}")
    report_missing_attachments(job)
    known = groups(job, DATABASE)
    if known and job.arguments.release not in known[-1]:
        job.warn("nodes of the image before the release serve it; deploy that image, and the settings that went with it")


def report_missing_attachments(job):
    """Odoo may have cleared away meanwhile what only this database refers to.

    Generated scripts and styles are made again as soon as nothing refers to the lost ones. Of others the bucket of the
    filestore keeps the versions.
    """
    with job.session_as_odoo(DATABASE) as connection:
        names = [name for (name,) in rows(connection, "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname <> ''")]
        filestore = Path(job.arguments.filestore, DATABASE)
        with ThreadPoolExecutor(THREADS) as pool:
            missing = [name for name, there in zip(names, pool.map(lambda name: (filestore / name).exists(), names)) if not there]
        if not missing:
            return
        query(
            connection,
            "DELETE FROM ir_attachment WHERE store_fname = ANY(%s) AND url LIKE '/web/assets/%%'",
            missing,
        )
        lost = [
            name
            for (name,) in rows(
                connection,
                "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname = ANY(%s) ORDER BY 1",
                missing,
            )
        ]
    if lost:
        job.warn(
            f"{len(lost)} attachments are missing, restore them from their versions in the filestore bucket:"
            f" {', '.join(lost[:10])}{' ...' if len(lost) > 10 else ''}"
        )
