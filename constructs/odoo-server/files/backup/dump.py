"""A portable dump of the database, for moving to another architecture or another PostgreSQL. The bucket expires it."""

import subprocess
import time

from . import s3
from .host import Failure, as_postgres

def save(host):
    """Streams a dump into the backup bucket and reads all of it back; the bytes of the dump."""
    client = s3.client()
    key = key_of(host, time.gmtime())
    size = write(host, client, key)
    try:
        read_back(client, host.backup_bucket, key)
    except Exception:
        # Nobody shall find a dump that cannot be restored.
        client.delete_object(Bucket=host.backup_bucket, Key=key)
        raise
    return size


def prefix_of(host):
    return f"{host.backups}dumps/"


def key_of(host, moment):
    return f"{prefix_of(host)}{time.strftime('%Y-%m-%dT%H-%M-%SZ', moment)}.dump"


def write(host, client, key, *options):
    """Streams a dump into the backup bucket; its bytes."""
    command = as_postgres("pg_dump", "--format=custom", *options, f"--host={host.socket_directory}", host.database)
    with subprocess.Popen(command, stdout=subprocess.PIPE) as dumping:
        source = Checked(dumping)
        client.upload_fileobj(source, host.backup_bucket, key)
    return source.size


class Checked:
    """Output of a program as a file that ends only if the program ended well.

    Otherwise the upload would complete whatever arrived before the program failed.
    """

    def __init__(self, process):
        self.process = process
        self.size = 0

    def read(self, amount=-1):
        block = self.process.stdout.read(amount)
        self.size += len(block)
        if not block and amount != 0 and self.process.wait() != 0:
            raise Failure(f"pg_dump ended with code {self.process.returncode}: its message is above")
        return block


def read_back(client, bucket, key):
    """Lets pg_restore read the whole dump, as it would in order to restore it.

    A list of its contents alone would prove no more than its first kilobytes.
    """
    body = client.get_object(Bucket=bucket, Key=key)["Body"]
    command = as_postgres("pg_restore", "--file=/dev/null")
    with subprocess.Popen(command, stdin=subprocess.PIPE) as restoring:
        try:
            for block in body.iter_chunks(1 << 20):
                restoring.stdin.write(block)
            restoring.stdin.close()
        except BrokenPipeError:
            # It gave up; its code says so.
            pass
    if restoring.returncode != 0:
        raise Failure(f"the dump {key} cannot be read back: pg_restore ended with code {restoring.returncode}")
