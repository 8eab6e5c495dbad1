"""How far the archive of the write-ahead log reaches."""

import re
import time

from . import metrics
from .host import ask

CHANGE = "SELECT extract(epoch FROM clock_timestamp()), pg_current_xact_id()"

# Less the 40 bytes with which each segment begins: a change may be the last one in its segment, and the next one, in which
# nothing else is, would be waited for until somebody works.
SEGMENT_OF_CHANGE = "SELECT pg_walfile_name(pg_current_wal_insert_lsn() - 40)"

SEGMENT = re.compile(r"^[0-9A-F]{24}$")


def mark(host):
    """A change of its own in the database in service: when it was made, its transaction, and the segment of the log it is in.

    It is also what a restore to an earlier moment needs: the log has to go on with a transaction after that moment.
    """
    change, segment = ask(host, CHANGE, SEGMENT_OF_CHANGE).splitlines()
    moment, transaction = change.split("|")
    return {"time": float(moment), "transaction": transaction, "segment": segment}


def holds(host, marked):
    """Whether the archive is known to have the change."""
    last = ask(host, "SELECT last_archived_wal FROM pg_stat_archiver")
    # On another timeline the same number is another segment.
    return bool(SEGMENT.match(last)) and last[:8] == marked["segment"][:8] and last >= marked["segment"]


def reach(host):
    """The latest moment of which it is known that it can be restored, in seconds since 1970, or nothing.

    Called every few minutes: a mark that has reached the archive by the next time is such a moment.
    """
    state = metrics.recall(host, "archive")
    waiting = state.get("mark")
    if waiting and holds(host, waiting):
        state = {"until": waiting["time"]}
    if "mark" not in state:
        metrics.remember(host, "archive", {**state, "mark": mark(host)})
    return state.get("until")


def wait_until_held(host, marked, patience):
    """Seconds until the archive had the change, or nothing if it took longer than the patience."""
    while True:
        seconds = time.time() - marked["time"]
        if holds(host, marked):
            return seconds
        if seconds > patience:
            return None
        time.sleep(1)
