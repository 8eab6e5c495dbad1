"""Watches Odoo and restarts a unit of it that has stopped answering, which systemd cannot see: its process still runs.

    health.py --state FILE --maintenance FLAG --busy-seconds SECONDS

Probes the web and the websocket port and looks at the state of the units. The state file says what came out, as JSON:
`healthy`, the `reasons` if not, how many `restarts` there were, and the `time`.

The server itself is not replaced for the sake of a sick Odoo: a module that breaks it would break the next one too.
"""

import argparse
import http.client
import json
import os
import subprocess
import time

WEB = "odoo-web.service"
CRON = "odoo-cron.service"


def main():
    options = arguments()
    watches = {WEB: Watch(options), CRON: Watch(options)}
    restarts = 0
    while True:
        maintenance = os.path.exists(options.maintenance)
        units = {unit: state(options, unit) for unit in watches}
        troubles = {WEB: web_trouble(options, units[WEB]), CRON: cron_trouble(options, units[CRON])}
        for unit, watch in watches.items():
            reason = watch.overdue(troubles[unit], units[unit], maintenance)
            if reason:
                restarts += 1
                print(f"<4>health: restarting {unit}, restart {restarts} of this watch: {reason}", flush=True)
                subprocess.run([options.systemctl, "restart", "--no-block", unit], check=False)
        reasons = [f"{unit}: {trouble.reason}" for unit, trouble in troubles.items() if trouble]
        if maintenance:
            reasons.append("the database is away")
        write(options.state, {"healthy": not reasons, "reasons": reasons, "restarts": restarts, "time": int(time.time())})
        time.sleep(options.interval)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--state", required=True)
    parser.add_argument("--maintenance", required=True)
    # The longest request that Odoo allows: until then all its web workers may be rightly busy, and none answers.
    parser.add_argument("--busy-seconds", type=float, required=True)
    parser.add_argument("--web-port", type=int, default=8069)
    parser.add_argument("--websocket-port", type=int, default=8072)
    parser.add_argument("--systemctl", default="systemctl")
    parser.add_argument("--interval", type=float, default=10)
    parser.add_argument("--timeout", type=float, default=10)
    parser.add_argument("--patience-seconds", type=float, default=60)
    # The first registry of a large database takes minutes to load.
    parser.add_argument("--grace-seconds", type=float, default=300)
    return parser.parse_args()


class Trouble:
    """Why a unit is not well. `silent`: it takes connections and does not answer, as if it were only busy."""

    def __init__(self, reason, silent=False):
        self.reason = reason
        self.silent = silent


class Watch:
    """How long a unit has been in trouble, and whether that is long enough."""

    def __init__(self, options):
        self.options = options
        self.since = None
        self.dead_since = None

    def overdue(self, trouble, unit, maintenance):
        """The reason to restart the unit now, or nothing."""
        now = time.monotonic()
        # Without its database Odoo cannot be well; and what somebody has stopped, or systemd is starting, is left alone.
        if not trouble or maintenance or not self.should_run(unit, now):
            self.since = self.dead_since = None
            return None
        self.since = self.since or now
        self.dead_since = None if trouble.silent else self.dead_since or now
        if self.dead_since and now - self.dead_since >= self.options.patience_seconds:
            return self.restart(now - self.dead_since, trouble)
        if now - self.since >= self.options.busy_seconds + self.options.patience_seconds:
            return self.restart(now - self.since, trouble)
        return None

    def should_run(self, unit, now):
        if unit["ActiveState"] == "failed":
            return True
        started = int(unit["ActiveEnterTimestampMonotonic"]) / 1_000_000
        return unit["ActiveState"] == "active" and now - started >= self.options.grace_seconds

    def restart(self, seconds, trouble):
        self.since = self.dead_since = None
        return f"for {seconds:.0f} s: {trouble.reason}"


def state(options, unit):
    properties = "ActiveState,ActiveEnterTimestampMonotonic"
    shown = subprocess.run(
        [options.systemctl, "show", f"--property={properties}", unit], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return dict(line.split("=", 1) for line in shown.splitlines() if line)


def web_trouble(options, unit):
    if unit["ActiveState"] != "active":
        return Trouble(unit["ActiveState"])
    web = probe(options, options.web_port, "/web/health")
    websocket = probe(options, options.websocket_port, "/websocket/health")
    if web and websocket and web.silent and websocket.silent:
        # Long requests never keep the websocket process busy: this is not load.
        return Trouble(f"{web.reason}, nor on port {options.websocket_port}")
    return web or websocket


def cron_trouble(options, unit):
    """It listens nowhere. What can be seen is whether it runs, and does not end again and again."""
    if unit["ActiveState"] != "active":
        return Trouble(unit["ActiveState"])
    seconds = time.monotonic() - int(unit["ActiveEnterTimestampMonotonic"]) / 1_000_000
    if seconds < options.patience_seconds / 2:
        # It may be the first start or the hundredth; restarting it once more would help neither.
        return Trouble(f"running for {seconds:.0f} s only", silent=True)
    return None


def probe(options, port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=options.timeout)
    try:
        connection.request("GET", path)
        status = connection.getresponse().status
    except TimeoutError:
        return Trouble(f"no answer on port {port} within {options.timeout:.0f} s", silent=True)
    except (OSError, http.client.HTTPException) as error:
        return Trouble(f"port {port}: {error or type(error).__name__}")
    finally:
        connection.close()
    # 404 is an answer too: without the module bus there is no health check of websockets.
    return Trouble(f"port {port} answers {status}") if status >= 500 else None


def write(file, verdict):
    with open(f"{file}.new", "w", encoding="utf-8") as new:
        json.dump(verdict, new)
    os.replace(f"{file}.new", file)


if __name__ == "__main__":
    main()
