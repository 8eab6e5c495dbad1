"""Stands in for boto3 with S3 and CloudWatch in a directory: STAND_IN_AWS/objects/BUCKET/KEY and STAND_IN_AWS/metrics.

Keeps what the backups rely on: user metadata, refusal of a body that does not have the checksum that was announced, 404
for what is missing. STAND_IN_DENY is the beginning of the keys for which every access is denied.
"""

import base64
import hashlib
import io
import json
import os
import threading
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import quote, unquote

from botocore.exceptions import ClientError

ROOT = Path(os.environ["STAND_IN_AWS"])
LOCK = threading.Lock()


def client(service, **_):
    return {"s3": S3, "cloudwatch": CloudWatch}[service]()


class CloudWatch:
    def put_metric_data(self, Namespace, MetricData):
        if "STAND_IN_NO_METRICS" in os.environ:
            raise ClientError({"Error": {"Code": "Throttling"}}, "PutMetricData")
        with open(ROOT / "metrics", "a", encoding="utf-8") as file:
            file.write(json.dumps({"namespace": Namespace, "data": MetricData}) + "\n")


class S3:
    def put_object(self, Bucket, Key, Body, Metadata=None, ChecksumSHA1=None, ContentType=None):
        allow(Key)
        content = Body if isinstance(Body, bytes) else Body.read()
        if ChecksumSHA1 and base64.b64encode(hashlib.sha1(content).digest()).decode() != ChecksumSHA1:
            raise ClientError({"Error": {"Code": "BadDigest"}}, "PutObject")
        with LOCK, open(ROOT / "puts", "a", encoding="utf-8") as file:
            file.write(f"{Key}\n")
        path = path_of(Bucket, Key)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.with_name(path.name + ".metadata").write_text(json.dumps(Metadata or {}))

    def upload_fileobj(self, Fileobj, Bucket, Key):
        self.put_object(Bucket, Key, b"".join(iter(lambda: Fileobj.read(1 << 16), b"")))

    def head_object(self, Bucket, Key):
        found = self.get_object(Bucket, Key, "HeadObject", "404")
        return {name: found[name] for name in ("ContentLength", "Metadata")}

    def get_object(self, Bucket, Key, operation="GetObject", missing="NoSuchKey"):
        allow(Key)
        path = path_of(Bucket, Key)
        if not path.exists():
            raise ClientError({"Error": {"Code": missing}}, operation)
        content = path.read_bytes()
        metadata = json.loads(path.with_name(path.name + ".metadata").read_text())
        return {"ContentLength": len(content), "Metadata": metadata, "Body": Body(content)}

    def delete_object(self, Bucket, Key):
        path_of(Bucket, Key).unlink(missing_ok=True)

    def get_paginator(self, _):
        return self

    def paginate(self, Bucket, Prefix):
        allow(Prefix)
        folder, prefix = ROOT / "objects" / Bucket, quote(Prefix, safe="")
        names = os.listdir(folder) if folder.exists() else []
        names = sorted(name for name in names if name.startswith(prefix) and not name.endswith(".metadata"))
        found = [described(folder / name) for name in names]
        # Two to a page, so that nobody reads the first page only.
        yield from ({"Contents": found[i : i + 2]} for i in range(0, len(found), 2))
        yield {}


class Body(io.BytesIO):
    def iter_chunks(self, size):
        return iter(lambda: self.read(size), b"")


def described(path):
    status = path.stat()
    modified = datetime.fromtimestamp(status.st_mtime, timezone.utc)
    return {"Key": unquote(path.name), "Size": status.st_size, "LastModified": modified}


def path_of(bucket, key):
    return ROOT / "objects" / bucket / quote(key, safe="")


def allow(key):
    if "STAND_IN_DENY" in os.environ and key.startswith(os.environ["STAND_IN_DENY"]):
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "Any")
