"""Writes objects of S3, however large, like `object_store.py` reads them."""

import base64
import hashlib
import http.client
import re
import time
import urllib.error
import urllib.parse
from contextlib import suppress

from job import JobError
from object_store import TRIES

# S3 takes 10,000 parts, and the disk of the task is far smaller than those. One is in memory at a time.
PART_BYTES = 64 << 20


def write(store, key, content):
    """Makes an object of bytes."""
    put(store, key, content)


def upload(store, key, path, part_bytes=PART_BYTES):
    """Makes an object of a file. It is there as a whole or not at all."""
    if path.stat().st_size <= part_bytes:
        put(store, key, path.read_bytes())
        return
    answer, _ = ask(store, "POST", key, "uploads=")
    upload_id = urllib.parse.quote(re.search("<UploadId>(.+)</UploadId>", answer)[1], safe="-_.~")
    try:
        parts = upload_parts(store, key, path, upload_id, part_bytes)
        answer, _ = ask(store, "POST", key, f"uploadId={upload_id}", completion(parts))
        # S3 has said 200 by then.
        if "<Error>" in answer:
            raise JobError(f"S3 did not complete s3://{store.bucket}/{key}: {' '.join(answer.split())[:300]}")
    except BaseException:
        # What is left of it costs money; the bucket clears it away after some days.
        with suppress(JobError, OSError):
            ask(store, "DELETE", key, f"uploadId={upload_id}", tries=1)
        raise


def upload_parts(store, key, path, upload_id, part_bytes):
    """Tags of the parts, in their order."""
    parts = []
    with open(path, "rb") as file:
        while part := file.read(part_bytes):
            parts.append(put(store, key, part, f"partNumber={len(parts) + 1}&uploadId={upload_id}"))
            print(f"database job: {file.tell() >> 20} MiB of s3://{store.bucket}/{key} are written", flush=True)
    return parts


def put(store, key, content, query=""):
    """The tag that S3 gave it."""
    # A bucket with Object Lock wants it.
    checksum = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    _, headers = ask(store, "PUT", key, query, content, {"content-md5": checksum})
    return headers["etag"]


def completion(parts):
    listed = "".join(
        f"<Part><PartNumber>{number}</PartNumber><ETag>{tag.replace('&', '&amp;')}</ETag></Part>"
        for number, tag in enumerate(parts, 1)
    )
    return f"<CompleteMultipartUpload>{listed}</CompleteMultipartUpload>".encode()


def ask(store, method, key, query="", body=b"", headers=None, tries=TRIES):
    """Text and headers of the answer. What breaks on the way is asked again: each of these may be repeated."""
    for attempt in range(1, tries + 1):
        try:
            with store.open(key, dict(headers or {}), method, query, body) as answer:
                return answer.read().decode(), answer.headers
        except (OSError, http.client.HTTPException) as error:
            if attempt == tries:
                raise JobError(f"s3://{store.bucket}/{key} cannot be written: {error or type(error).__name__}") from None
            print(f"database job: writing s3://{store.bucket}/{key} again: {error}", flush=True)
            time.sleep(attempt)
