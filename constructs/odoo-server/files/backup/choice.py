"""Which backup leads to a moment, and along which timeline."""

from datetime import datetime, timezone

from . import repository
from .host import Failure


class Plan:
    """Which backup is brought back and how far it is rolled forward."""

    def __init__(self, backup, timeline, target):
        self.backup = backup
        self.timeline = timeline
        self.target = target

    @property
    def options(self):
        options = [f"--set={self.backup['label']}", f"--target-timeline={self.timeline}"]
        if self.target:
            moment = self.target.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f+00")
            return [*options, "--type=time", f"--target={moment}", "--target-action=promote"]
        return [*options, "--type=default"]

    def __str__(self):
        return f"backup {self.backup['label']}, rolled forward to {self.target or 'the end of the archive'}"


def choose(information, target=None, timeline=None):
    """The newest backup from which the target can be reached.

    A timeline ends where somebody restored an earlier moment. To the latest state leads the newest one, to a moment the
    one that was in service then; and to a timeline leads any backup that was made before its ancestors were left.
    """
    backups = [backup for backup in information["backup"] if not backup["error"]]
    if not backups:
        raise Failure("the repository has no backup that is in order")
    if target:
        backups = made_before(target, backups)
    archive = information["archive"][-1]["id"]
    timeline = timeline or timeline_at(target, repository.timelines(archive))
    left_at = repository.history_of(timeline, archive)
    for backup in reversed(backups):
        own = timeline_of(backup["archive"]["stop"])
        if own == timeline or repository.position_of(backup["lsn"]["stop"]) <= left_at.get(own, -1):
            return Plan(backup, timeline, target)
    raise Failure(f"no backup leads to timeline {timeline}: name another one with --timeline")


def made_before(target, backups):
    if target > datetime.now(timezone.utc):
        raise Failure(f"{target.isoformat()} is in the future")
    # Its end is told in whole seconds: it may have ended at any moment of that second, also after the target.
    before = [backup for backup in backups if backup["timestamp"]["stop"] + 1 <= target.timestamp()]
    if not before:
        first = datetime.fromtimestamp(backups[0]["timestamp"]["stop"], timezone.utc)
        raise Failure(f"no backup is from before {target.isoformat()}: the first one is from {first.isoformat()}")
    return before


def timeline_at(target, beginnings):
    """The timeline in service at a moment, or now. Nothing says when the first one began: it was the first."""
    begun = [timeline for timeline, began in beginnings.items() if target is None or began <= target.timestamp()]
    return max(begun, default=1)


def timeline_of(segment):
    return int(segment[:8], 16)


def refuse_other_version(information, version):
    found = information["db"][-1]["version"]
    if found != version:
        raise Failure(
            f"the backup is of PostgreSQL {found}, this server has {version}: restore it on a server with PostgreSQL"
            f" {found} and upgrade the cluster there, or load the newest dump below dumps/ of the backups"
        )
