"""pgBackRest with the credentials of a task of ECS, which it cannot get by itself: it knows those of EC2 alone.

    pgbackrest.py ARGUMENT...      as pgBackRest takes them

They are valid for some hours, so each start gets its own; PostgreSQL starts one for each segment of the log. They are handed over
in the environment, never as arguments, which every process sees.
"""

import json
import os
import sys
import urllib.request

ENDPOINT = "http://169.254.170.2"

PROGRAM = "/usr/bin/pgbackrest"


def main():
    found = credentials()
    os.environ["PGBACKREST_REPO1_S3_KEY"] = found["AccessKeyId"]
    os.environ["PGBACKREST_REPO1_S3_KEY_SECRET"] = found["SecretAccessKey"]
    os.environ["PGBACKREST_REPO1_S3_TOKEN"] = found["Token"]
    os.execv(PROGRAM, ["pgbackrest", *sys.argv[1:]])


def credentials():
    # By no proxy: the endpoint is the task's own.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address(os.environ), timeout=10) as answer:
        return json.load(answer)


def address(environment):
    full = environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    return full or ENDPOINT + environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]


if __name__ == "__main__":
    try:
        main()
    except (OSError, KeyError, ValueError) as error:
        sys.exit(f"pgbackrest: the credentials of the task could not be had: {type(error).__name__}")
