"""The client of S3, and what its answers mean."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Transfers wait for the network, not for the processor.
THREADS = 8


def client():
    # S3 answers in milliseconds or not at all; the defaults would wait for minutes.
    patience = {"connect_timeout": 10, "read_timeout": 60, "retries": {"mode": "standard", "max_attempts": 4}}
    return boto3.client("s3", config=Config(max_pool_connections=THREADS, **patience))


def head(s3, bucket, key):
    """What S3 knows of an object, or nothing if there is none. Any other answer is an error, never an absence."""
    return unless_missing(lambda: s3.head_object(Bucket=bucket, Key=key))


def get(s3, bucket, key):
    """An object, or nothing if there is none."""
    return unless_missing(lambda: s3.get_object(Bucket=bucket, Key=key))


def unless_missing(call):
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
            return None
        raise


def listing(s3, bucket, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return (found for page in pages for found in page.get("Contents", []))
