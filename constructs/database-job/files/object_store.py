"""Objects of S3, with the credentials of the task, in the Odoo image, which has no client of S3.

Signed requests (Signature Version 4, as the S3 API reference describes it) instead of addresses that are good for
themselves: whoever can look at a task sees what it was asked to do.
"""

import datetime
import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

from job import JobError

# Where ECS answers for the role of the task.
CREDENTIALS = "http://169.254.170.2"
EMPTY = hashlib.sha256(b"").hexdigest()
BLOCK = 1 << 20

# A connection may break in the middle of a large object; the next one goes on where it broke.
TRIES = 6
TIMEOUT_SECONDS = 60


class Missing(JobError):
    """S3 has no such object."""


class ObjectStore:
    """One bucket."""

    def __init__(self, bucket, region):
        self.bucket = bucket
        self.region = region

    def read_json(self, key):
        with self.open(key) as answer:
            return json.load(answer)

    def download(self, key, file):
        """Writes an object into a file; its bytes. It is the same object to the end, whatever happens on the way."""
        headers = {}
        size, failures = None, 0
        while size is None or file.tell() < size:
            begin = file.tell()
            if begin:
                headers["range"] = f"bytes={begin}-"
            try:
                with self.open(key, headers) as answer:
                    size = begin + int(answer.headers["content-length"])
                    headers["if-match"] = answer.headers["etag"]
                    while block := answer.read(BLOCK):
                        file.write(block)
                # The client of Python takes an early end of the connection for the end of the object.
                if file.tell() < size:
                    raise OSError("the connection ended")
            except (OSError, http.client.HTTPException) as error:
                # One that gets on is not given up, however often it breaks.
                failures = 1 if file.tell() > begin else failures + 1
                if failures >= TRIES:
                    raise JobError(f"s3://{self.bucket}/{key} cannot be read: {error or type(error).__name__}") from None
                print(f"database job: reading s3://{self.bucket}/{key} again from byte {file.tell()}: {error}", flush=True)
                time.sleep(failures)
        file.flush()
        return file.tell()

    def size(self, key):
        """Bytes of an object."""
        # The first byte, because the answer to HEAD does not say what is wrong.
        with self.open(key, {"range": "bytes=0-0"}) as answer:
            return int(answer.headers["content-range"].rpartition("/")[2])

    def has(self, key):
        try:
            self.open(key, {"range": "bytes=0-0"}).close()
            return True
        except Missing:
            return False

    def open(self, key, headers=None, method="GET", query="", body=b""):
        request = self.request(key, headers or {}, method, query, body)
        try:
            return urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
        except urllib.error.HTTPError as error:
            if error.code >= 500:
                raise
            if error.code == 404:
                raise Missing(f"s3://{self.bucket}/{key} does not exist") from None
            said = " ".join(error.read(500).decode(errors="replace").split())
            raise JobError(f"S3 answers {error.code} for s3://{self.bucket}/{key}: {said}") from None

    def request(self, key, headers, method, query, body):
        path = "/" + urllib.parse.quote(key, safe="/-_.~")
        # As the clients of AWS know it; for buckets elsewhere, whose names are in the path then.
        endpoint = os.environ.get("AWS_ENDPOINT_URL_S3")
        if endpoint:
            address = f"{endpoint}/{self.bucket}{path}"
        else:
            suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
            address = f"https://{self.bucket}.s3.{self.region}.{suffix}{path}"
        if query:
            address += f"?{query}"
        if body:
            # Or Python says that it is a form.
            headers = {"content-type": "application/octet-stream", **headers}
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = signed(address, headers, self.region, credentials(), now, method, hashlib.sha256(body).hexdigest())
        return urllib.request.Request(address, body or None, headers, method=method)


def credentials():
    """Asked for each time: they are good for some hours, and a large dump may take longer than what is left of them."""
    address = CREDENTIALS + os.environ.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "")
    address = os.environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def signed(address, headers, region, keys, now, method="GET", payload=EMPTY):
    """The headers of a request with its signature among them. Parameters of the address are in order, each with a value."""
    parts = urllib.parse.urlsplit(address)
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    headers = {**headers, "host": parts.netloc, "x-amz-content-sha256": payload, "x-amz-date": moment}
    if keys.get("Token"):
        headers["x-amz-security-token"] = keys["Token"]
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    canonical = f"{method}\n{parts.path}\n{parts.query}\n{lines}\n{names}\n{payload}"
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{keys['SecretAccessKey']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    credential = f"{keys['AccessKeyId']}/{scope}"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"
    )
    return headers
