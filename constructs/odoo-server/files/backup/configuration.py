"""What else a new server could not make by itself: certificates, and settings of PostgreSQL that somebody added by hand.

The secrets of Secrets Manager are not among it: they are where a new server gets them from.
"""

import hashlib
import subprocess

from . import s3
from .host import Failure

NAME = "configuration.tar"

# Below the data volume.
SAVED = ("certificates", "postgresql/configuration")

# The same files make the same archive, on whatever server.
TAR = ("tar", "--sort=name", "--numeric-owner", "--format=gnu")


def save(host):
    """Uploads the configuration if it changed; the bytes uploaded."""
    present = [path for path in SAVED if (host.data / path).is_dir()]
    if not present:
        return 0
    archive = tar("--create", f"--directory={host.data}", *present)
    digest = hashlib.sha256(archive).hexdigest()
    client = s3.client()
    key = host.backups + NAME
    saved = s3.head(client, host.backup_bucket, key)
    if saved and saved["Metadata"].get("sha256") == digest:
        return 0
    client.put_object(Bucket=host.backup_bucket, Key=key, Body=archive, Metadata={"sha256": digest})
    return len(archive)


def bring_back(host, backups):
    """Unpacks the configuration that is saved with backups, over nothing that is there; whether there was any."""
    key = backups + NAME
    answer = s3.get(s3.client(), host.backup_bucket, key)
    if answer is None:
        return False
    archive = answer["Body"].read()
    if hashlib.sha256(archive).hexdigest() != answer["Metadata"].get("sha256"):
        raise Failure(f"s3://{host.backup_bucket}/{key} is damaged: get an older version of it, or remove it to go on without")
    tar("--extract", f"--directory={host.data}", "--skip-old-files", archive=archive)
    return True


def tar(*options, archive=None):
    done = subprocess.run([*TAR, *options], input=archive, capture_output=True)
    if done.returncode != 0:
        raise Failure(f"tar ended with code {done.returncode}: {done.stderr.decode().strip()}")
    return done.stdout
