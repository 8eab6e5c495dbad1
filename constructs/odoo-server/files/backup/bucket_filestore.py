"""Looks at the attachments where a restore would get them from: in the bucket, and not on the server that proves it."""

import hashlib
import random
from concurrent.futures import ThreadPoolExecutor

from verify_database import content_fault

from . import s3


class BucketFilestore:
    """The copy of the filestore, and how much of it was looked at."""

    def __init__(self, host, read_at_most):
        self.bucket = host.filestore_bucket
        self.prefix = f"filestore/{host.database}/"
        self.read_at_most = read_at_most
        self.s3 = s3.client()
        self.checked = 0
        self.bytes = 0
        self.read = 0

    def faults_of(self, files):
        """What is wrong with which file: presence and size of all of them, the content of a sample, another one each time."""
        sizes = self.sizes_of({name for name, _, _ in files})
        faults = {name: fault for name, size, _ in files if (fault := size_fault(sizes.get(name), size))}
        sound = [file for file in files if file[0] not in faults]
        sample = random.sample(sound, min(self.read_at_most, len(sound)))
        with ThreadPoolExecutor(s3.THREADS) as pool:
            contents = pool.map(lambda file: self.content_fault_of(*file), sample)
            faults |= {file[0]: fault for file, fault in zip(sample, contents) if fault}
        self.checked, self.bytes, self.read = len(files), sum(sizes.values()), len(sample)
        return faults

    def sizes_of(self, names):
        """The bucket keeps what users have deleted: of everything in it only what was asked for is remembered."""
        listed = s3.listing(self.s3, self.bucket, self.prefix)
        sizes = ((found["Key"].removeprefix(self.prefix), found["Size"]) for found in listed)
        return {name: size for name, size in sizes if name in names}

    def content_fault_of(self, name, _, checksum):
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=self.prefix + name)["Body"]
            digest = hashlib.sha1()
            for block in body.iter_chunks(1 << 20):
                digest.update(block)
        except Exception:  # noqa: BLE001, botocore and urllib3 have no common ancestor
            return "not readable"
        return content_fault(name, checksum, digest)


def size_fault(found, expected):
    if found is None:
        return "missing"
    return None if expected in (None, found) else "wrong size"
