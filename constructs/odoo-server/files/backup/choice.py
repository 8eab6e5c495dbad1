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
    """The newest backup that leads to the target.

    A timeline ends where somebody restored an earlier moment. To the latest state leads the newest one, from any backup
    that was made before its ancestors were left; to a moment leads the one that was in service then, that is, the one of
    the backup before it.
    """
    backups = [backup for backup in information["backup"] if not backup["error"]]
    if not backups:
        raise Failure("the repository has no backup that is in order")
    if target:
        return choose_moment(backups, target, timeline)
    archive = information["archive"][-1]
    timeline = timeline or timeline_of(archive["max"])
    left_at = repository.history_of(timeline, archive["id"])
    for backup in reversed(backups):
        own = timeline_of(backup["archive"]["stop"])
        if own == timeline or repository.position_of(backup["lsn"]["stop"]) <= left_at.get(own, -1):
            return Plan(backup, timeline, None)
    raise Failure(f"no backup leads to timeline {timeline}: name another one with --timeline")


def choose_moment(backups, target, timeline):
    if target > datetime.now(timezone.utc):
        raise Failure(f"{target.isoformat()} is in the future")
    before = [
        backup
        for backup in backups
        if backup["timestamp"]["stop"] <= target.timestamp()
        and timeline in (None, timeline_of(backup["archive"]["stop"]))
    ]
    if not before:
        first = datetime.fromtimestamp(backups[0]["timestamp"]["stop"], timezone.utc)
        raise Failure(f"no backup is from before {target.isoformat()}: the first one is from {first.isoformat()}")
    return Plan(before[-1], timeline_of(before[-1]["archive"]["stop"]), target)


def timeline_of(segment):
    return int(segment[:8], 16)


def refuse_other_version(information, version):
    found = information["db"][-1]["version"]
    if found != version:
        raise Failure(
            f"the backup is of PostgreSQL {found}, this server has {version}: restore it on a server with PostgreSQL"
            f" {found} and upgrade the cluster there, or load the newest dump below server/dumps/ of the backup bucket"
        )
