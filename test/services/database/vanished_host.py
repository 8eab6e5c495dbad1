"""Says how many seconds each connection to a host takes to be given up once the host has vanished.

    vanished_host.py HOST PORT

Prints `connected`, waits for a line, then prints the seconds of a connection that something is sent over (asked), of one
that is idle, and of a new one that libpq makes.
"""

import json
import socket
import sys
import threading
import time

import psycopg2

GIVEN_UP = {}


def main(host, port):
    asked, idle = (socket.create_connection((host, int(port))) for _ in range(2))
    idle.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    print("connected", flush=True)
    sys.stdin.readline()
    begin = time.monotonic()
    asked.sendall(b"SELECT 1")
    threads = [
        threading.Thread(target=measure, args=(name, wait, begin))
        for name, wait in {
            "asked": lambda: asked.recv(1),
            "idle": lambda: idle.recv(1),
            "new": lambda: psycopg2.connect(host=host, port=port),
        }.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(GIVEN_UP))


def measure(name, wait, begin):
    try:
        wait()
    except (OSError, psycopg2.OperationalError):
        GIVEN_UP[name] = round(time.monotonic() - begin, 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
