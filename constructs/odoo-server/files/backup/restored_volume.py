"""A volume that AWS Backup restored of a recovery point of the data volume, while it is attached to this server.

It is a copy that nobody needs: the journal of its file system is replayed, and PostgreSQL recovers on it as after a power
failure. Only this process and its children see where it is mounted (PrivateMounts of the unit); when they end, it is nowhere.
"""

import os
import random
import re
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from verify_database import faults_of

from .examination import Damage
from .host import Failure, as_postgres, output_of, run
from .recovery import Throwaway

DEVICES = Path("/dev/disk/by-id")

# Nothing that is on it is run, or asked for by anybody.
MOUNT_OPTIONS = "nosuid,nodev,noexec,noatime"

CHECKPOINT = re.compile(r"^Time of latest checkpoint: +(.+)$", re.MULTILINE)
REDO = re.compile(r"^Latest checkpoint's REDO location: +(\S+)$", re.MULTILINE)
TIMELINE = re.compile(r"^Latest checkpoint's TimeLineID: +(\d+)$", re.MULTILINE)
COMMIT = re.compile(r" COMMIT (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC")


@contextmanager
def mounted(host, volume):
    """Where the file system of the volume is meanwhile."""
    device = device_of(host, volume)
    place = Path(tempfile.mkdtemp(prefix="volume-"))
    # PostgreSQL has to get in.
    place.chmod(0o755)
    try:
        run("mount", "--types=ext4", f"--options={MOUNT_OPTIONS}", str(device), str(place))
        try:
            yield place
        finally:
            # A PostgreSQL that was stopped while it started may still be there: it ends with the unit, and then lets go.
            run("umount", "--lazy", str(place))
    finally:
        place.rmdir()


def device_of(host, volume):
    device = DEVICES / f"nvme-Amazon_Elastic_Block_Store_{volume.replace('-', '')}"
    if not device.is_block_device():
        raise Failure(f"{volume} is not attached to this server: there is no {device}")
    if os.stat(device).st_rdev == os.stat(host.data).st_dev:
        raise Failure(f"{volume} is the data volume in service, and no copy of it")
    return device


class VolumeCluster(Throwaway):
    """The PostgreSQL of the volume, brought up on it as after a power failure; everything else of it is in a closed directory."""

    def __init__(self, host, place, directory):
        super().__init__(host, directory)
        self.cluster = self.only_cluster(place / "postgresql/clusters")

    def only_cluster(self, clusters):
        found = [path.parent for path in clusters.glob("*/main/PG_VERSION")]
        versions = [cluster.parent.name for cluster in found]
        if versions != [self.version]:
            raise Damage(f"PostgreSQL {', '.join(versions) or 'is not'} on it, this server has {self.version}")
        return found[0]

    @property
    def settings(self):
        return {**super().settings, "archive_mode": "off"}

    def prepare(self):
        for path in (self.directory, self.socket_directory):
            path.mkdir(mode=0o700)
            shutil.chown(path, "postgres", "postgres")
        # Another server may have made it, on which the user had another number.
        run("chown", "--recursive", "postgres:postgres", str(self.cluster))
        # Names a process of the server that made it, which is some other process here, or even the database in service.
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def newest_change(self):
        """When something was committed last that is on the volume, in seconds since 1970; asked before PostgreSQL starts.

        The moment of the last checkpoint, where nobody has committed anything since.
        """
        control = output_of(*self.program("pg_controldata", str(self.cluster)))
        checkpoint = datetime.strptime(CHECKPOINT.search(control)[1], "%a %b %d %H:%M:%S %Y").replace(tzinfo=timezone.utc)
        return max(checkpoint.timestamp(), self.last_commit(REDO.search(control)[1], TIMELINE.search(control)[1]) or 0)

    def last_commit(self, redo, timeline):
        reading = self.program(
            "pg_waldump", "--rmgr=Transaction", f"--path={self.cluster}/pg_wal", f"--start={redo}", f"--timeline={timeline}"
        )
        last = None
        # It always ends with an error: of the log that a power failure ends, nobody has written the end.
        with subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            for line in process.stdout:
                last = COMMIT.search(line) or last
        return last and datetime.fromisoformat(f"{last[1]}+00:00").timestamp()

    def program(self, name, *arguments):
        """A program of PostgreSQL, with moments in UTC."""
        return as_postgres("env", "LC_ALL=C", "TZ=UTC", f"/usr/lib/postgresql/{self.version}/bin/{name}", *arguments)


class VolumeFilestore:
    """The filestore on a restored volume, and how much of it was looked at."""

    def __init__(self, read_at_most):
        self.read_at_most = read_at_most
        # Known once the volume is mounted.
        self.directory = None
        self.checked = self.bytes = self.read = 0

    def faults_of(self, files):
        """What is wrong with which file: presence and size of all of them, the content of a sample, another one each time."""
        names = [name for name, _, _ in files]
        sample = set(random.sample(names, min(self.read_at_most, len(names))))
        self.checked, self.bytes, self.read = len(files), sum(size or 0 for _, size, _ in files), len(sample)
        return faults_of(self.directory, files, read=sample.__contains__)
