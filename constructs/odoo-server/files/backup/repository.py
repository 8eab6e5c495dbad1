"""pgBackRest and its repository in the backup bucket."""

import json
import os
import re
from contextlib import contextmanager

from .host import Failure, as_postgres, output_of, run

STANZA = "odoo"

# Status codes of `pgbackrest info`.
OK = 0
NO_STANZA = 1
NO_BACKUP = 2

# What says from which timeline another one came.
HISTORY = re.compile(r"^([0-9A-F]{8})\.history$")

# A WAL segment in the archive: its cluster, its name, and what pgBackRest adds.
SEGMENT = re.compile(r"^([^/]+)/[0-9A-F]{16}/([0-9A-F]{24})-[0-9a-f]{40}(\.[a-z0-9]+)?$")


@contextmanager
def below(backups):
    """Whatever asks pgBackRest meanwhile asks the repository of these backups, a cluster that recovers included."""
    os.environ["PGBACKREST_REPO1_PATH"] = f"/{backups}pgbackrest"
    try:
        yield
    finally:
        del os.environ["PGBACKREST_REPO1_PATH"]


def pgbackrest(command, *options):
    run(*as_postgres("pgbackrest", f"--stanza={STANZA}", "--log-level-console=info", *options, command))


def information():
    """What the repository holds. Fails when it cannot be read; an empty one says so in its status."""
    text = output_of(*as_postgres("pgbackrest", f"--stanza={STANZA}", "--output=json", "info"))
    # With another passphrase it quotes what it could not decrypt, control characters included.
    [stanza] = json.loads(text, strict=False)
    if stanza["status"]["code"] not in (OK, NO_STANZA, NO_BACKUP):
        # The stanza as a whole says "other"; why, only its repositories know.
        reasons = " ".join(repository["status"]["message"] for repository in stanza["repo"])
        raise Failure(f"the backup repository cannot be read: {' '.join(reasons.split())}")
    return stanza


def back_up(host, kind):
    """Saves the database and proves that it was saved; the bytes that this took in the repository.

    The first backup ever is a full one, whatever was asked for.
    """
    before = {backup["label"] for backup in information()["backup"]}
    pgbackrest("backup", f"--type={kind}")
    pgbackrest("check")
    made = [backup for backup in information()["backup"] if backup["label"] not in before]
    if not made:
        raise Failure("pgBackRest reported success, but the repository has no new backup")
    if made[-1]["error"]:
        raise Failure(f"backup {made[-1]['label']} has pages with wrong checksums: see the log of pgBackRest for the files")
    if made[-1]["type"] == "full":
        verify()
    return made[-1]["info"]["repository"]["delta"]


def verify():
    """Reads everything in the repository back and compares checksums.

    pgBackRest ends with code 0 whatever it finds and says nothing when all is well. It does not notice a WAL segment that
    is missing altogether (both seen with 2.45), hence the second check.
    """
    found = output_of(*as_postgres("pgbackrest", f"--stanza={STANZA}", "--output=text", "verify"))
    if found.strip():
        raise Failure(f"the backup repository is damaged: {' '.join(found.split())}")
    gap = first_gap(segments())
    if gap:
        raise Failure(f"the archive lacks WAL after segment {gap}: no moment after it can be restored before the next full backup")


def segments():
    """Every WAL segment in the archive, sorted, each with the cluster that it belongs to."""
    listing = output_of(*as_postgres("pgbackrest", "--output=json", "--recurse", "repo-ls", f"archive/{STANZA}"))
    return sorted(match.groups()[:2] for match in map(SEGMENT.search, json.loads(listing)) if match)


def first_gap(found):
    """The segment after which one is missing, or nothing. Each timeline of each cluster is a row of its own."""
    for (cluster, segment), (next_cluster, following) in zip(found, found[1:]):
        same_row = cluster == next_cluster and segment[:8] == following[:8]
        if same_row and number_of(following) != number_of(segment) + 1:
            return segment
    return None


def number_of(segment):
    """Where a segment is in its timeline; its name counts segments of 16 MiB, 256 to a file of old."""
    return int(segment[8:16], 16) * 256 + int(segment[16:24], 16)


def timelines(archive):
    """When each timeline after the first began, in seconds since 1970: when its history reached the archive."""
    listing = output_of(*as_postgres("pgbackrest", "--output=json", "repo-ls", f"archive/{STANZA}/{archive}"))
    histories = ((HISTORY.match(name), details) for name, details in json.loads(listing).items())
    return {int(match[1], 16): details["time"] for match, details in histories if match}


def history_of(timeline, archive):
    """Timelines that a timeline descends from, each with the WAL position at which it was left."""
    if timeline == 1:
        return {}
    path = f"archive/{STANZA}/{archive}/{timeline:08X}.history"
    text = output_of(*as_postgres("pgbackrest", "repo-get", path))
    entries = (line.split() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {int(parent): position_of(left_at) for parent, left_at, *_ in entries}


def position_of(lsn):
    """A WAL position such as 2/16B3748, as a number."""
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)
