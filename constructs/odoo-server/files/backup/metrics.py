"""What CloudWatch is told about the backups, and what is remembered between two runs."""

import json
import os
import time

import boto3

NAMESPACE = "Odoo/Server"

# Of proofs, in every architecture.
RESTORE_NAMESPACE = "Odoo/Restore"

# The value of the dimension Job, each with its own age.
JOBS = ("database", "filestore", "dump")


def publish(host, metrics, namespace=NAMESPACE):
    """Sends metrics as (name, unit, value, job or None), all in one call.

    Never fails: a run that saved everything is no failure because nobody could be told. Alarms take silence for one.
    """
    data = [
        {"MetricName": name, "Unit": unit, "Value": value, "Dimensions": dimensions(host, job)}
        for name, unit, value, job in metrics
    ]
    try:
        boto3.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
    except Exception as error:  # noqa: BLE001, botocore and urllib3 have no common ancestor
        print(f"backup: metrics could not be published: {error}", flush=True)


def dimensions(host, job):
    found = [{"Name": "Environment", "Value": host.name}]
    return [*found, {"Name": "Job", "Value": job}] if job else found


def remember(host, name, values):
    """Keeps values until the next run, whole or not at all."""
    host.state.mkdir(mode=0o700, exist_ok=True)
    unfinished = host.state / f"{name}.new"
    unfinished.write_text(json.dumps(values))
    os.replace(unfinished, host.state / f"{name}.json")


def recall(host, name):
    """What was kept, or nothing. A damaged file is an error: nobody may take it for a first run."""
    try:
        return json.loads((host.state / f"{name}.json").read_text())
    except FileNotFoundError:
        return {}


def age(host, job):
    """Seconds since the job last succeeded; before that, since this volume expects it to."""
    last = recall(host, job).get("succeeded") or recall(host, "since").get("time")
    return None if last is None else max(0, time.time() - last)


def begin(host):
    """From now on a backup that does not come is late."""
    if not recall(host, "since"):
        remember(host, "since", {"time": time.time()})
