"""Stands in for an Odoo with a worker; says in a file when it runs.

odoo_stand_in.py FILE (obeys | busy | deaf)

SIGUSR1 makes it end by itself with code 7.
"""

import os
import signal
import sys
import time

path, behaviour = sys.argv[1:]


def say(what):
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{what} {os.getpid()} {time.time()}\n")


def end(*_):
    say("asked")
    # A second request would be an order to drop everything, as with Odoo.
    signal.signal(signal.SIGTERM, lambda *_: say("asked twice"))
    if behaviour == "busy":
        time.sleep(1.5)
    if behaviour != "deaf":
        say("ended")
        os.killpg(0, signal.SIGKILL)


if os.fork() == 0:
    # A worker, which lives as long as nobody ends it.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        say("works")
        time.sleep(0.05)

signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGUSR1, lambda *_: sys.exit(7))
say("started")
while True:
    time.sleep(1)
