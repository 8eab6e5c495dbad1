"""Takes a database from elsewhere, and puts it in service once everything about it is known to be right."""

import contextlib

import psycopg2
from administrator import replace_initial_password
from databases import BEFORE, DATABASE, INCOMING, discard, drop, drop_unfinished, exists, put_in_service
from filestore import check_attachments
from job import JobError
from maintainer import admit_maintainer
from neutralization import neutralize
from neutralized import require_neutralized
from odoo_database import verify
from odoo_settings import apply_settings
from receive_dump import receive_database, restore_from_dump
from server_transfer import restore_from_server
from serving import hold_services
from verifier import admit_verifier


def receive(job):
    """A copy of another environment's, neutralized; or the database of the single server that this one has outgrown."""
    drop_unfinished(job, INCOMING)
    try:
        if job.request.get("neutralize"):
            receive_copy(job)
        else:
            receive_database(job)
    finally:
        # What did not get as far as that takes room from what is served, and as a copy may still reach whom production reaches.
        with contextlib.suppress(psycopg2.Error):
            discard(job, INCOMING)


def receive_copy(job):
    """Until the last step it works on a name that is never served, so that a failure leaves what is served as it was."""
    if exists(job, BEFORE):
        # Or the server would hold three of them.
        drop(job, BEFORE)
    fetch(job)
    verify(job, INCOMING)
    admit_verifier(job, INCOMING)
    admit_maintainer(job, INCOMING)
    neutralize(job, INCOMING)
    apply_settings(job, INCOMING, installed=[])
    replace_initial_password(job, INCOMING)
    check_attachments(job, INCOMING)
    # Settings were written since.
    with job.session_as_odoo(INCOMING) as connection:
        require_neutralized(connection)
    # What nodes have loaded and cached is of another database.
    hold_services(job)
    put_in_service(job, INCOMING, BEFORE)
    job.changed(f"{DATABASE} is the received database, {BEFORE} what was served")


def fetch(job):
    source = job.request.get("source")
    if source is not None:
        restore_from_server(job, source["host"], source["port"], INCOMING)
    elif "dump" in job.request:
        restore_from_dump(job, job.request["dump"], {"copyOf": job.request["copyOf"]})
    else:
        raise JobError("the request names neither a server nor a dump to receive from")
