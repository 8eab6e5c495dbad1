"""What the server asks of AWS, in the name of its instance role.

    aws.py instance                      prints the id of this instance
    aws.py attach VOLUME                 attaches the volume, waiting until its last server has let go of it
    aws.py associate ALLOCATION          takes over the Elastic IP address
    aws.py secret ARN [FIELD]            prints the value of a secret, or one field of its JSON document
    aws.py registry-password IMAGE       prints the password of the ECR registry that the image is in
    aws.py log GROUP STREAM FILE         sends the end of a file to CloudWatch Logs

With boto3, because Ubuntu 24.04 has it as a package and the AWS command line not.
"""

import base64
import json
import sys
import time
import urllib.request

import boto3
from botocore.exceptions import ClientError

METADATA = "http://169.254.169.254/latest"

# A server that is told to stop lets go of its volume when PostgreSQL has stopped; a dead one when EC2 notices.
ATTACH_SECONDS = 900
# What else passes takes seconds: a new role that a service does not know yet, an instance that is just starting.
PATIENCE_SECONDS = 60

# The most that one call takes is 10,000 events and 1 MiB.
LOG_LINES = 1_000


def instance():
    token = fetch("PUT", "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "300"})
    return fetch("GET", "meta-data/instance-id", {"X-aws-ec2-metadata-token": token})


def fetch(method, path, headers):
    request = urllib.request.Request(f"{METADATA}/{path}", method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read().decode()


def attach(volume):
    ec2 = boto3.client("ec2")
    here = instance()
    # The device is a formality: the kernel names NVMe disks as it likes, and the host finds this one by its id.
    patiently(
        lambda: ec2.attach_volume(VolumeId=volume, InstanceId=here, Device="/dev/sdf"),
        ATTACH_SECONDS,
        {"VolumeInUse", "IncorrectState"},
    )


def associate(allocation):
    ec2 = boto3.client("ec2")
    patiently(
        lambda: ec2.associate_address(AllocationId=allocation, InstanceId=instance(), AllowReassociation=True),
        PATIENCE_SECONDS,
        {"IncorrectInstanceState"},
    )


def secret(arn, field=None):
    client = boto3.client("secretsmanager")
    text = patiently(
        lambda: client.get_secret_value(SecretId=arn)["SecretString"], PATIENCE_SECONDS, {"AccessDeniedException"}
    )
    return text if field is None else json.loads(text)[field]


def registry_password(image):
    region = image.split(".")[3]
    [data] = boto3.client("ecr", region_name=region).get_authorization_token()["authorizationData"]
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]


def log(group, stream, file):
    with open(file, encoding="utf-8", errors="replace") as lines:
        texts = [line.rstrip("\n") for line in lines][-LOG_LINES:]
    client = boto3.client("logs")
    name = f"{stream}/{instance()}/{int(time.time())}"
    client.create_log_stream(logGroupName=group, logStreamName=name)
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": text[:8_000]} for text in texts if text]
    if events:
        client.put_log_events(logGroupName=group, logStreamName=name, logEvents=events)


def patiently(call, seconds, passing):
    """Repeats a call while it fails for a reason that passes."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in passing or time.monotonic() >= deadline:
                raise
        time.sleep(5)


COMMANDS = {
    "instance": instance,
    "attach": attach,
    "associate": associate,
    "secret": secret,
    "registry-password": registry_password,
    "log": log,
}

if __name__ == "__main__":
    try:
        result = COMMANDS[sys.argv[1]](*sys.argv[2:])
    except ClientError as error:
        sys.exit(f"aws: {error}")
    if result is not None and sys.argv[1] not in ("attach", "associate"):
        print(result)
