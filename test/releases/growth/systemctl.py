"""Stands in for systemd with the units of Odoo, as far as the handover goes: start, stop, restart.

Honours ConditionPathExists of the real unit files. Configured by the environment: UNITS, the directory of the unit files,
DATA, where /srv/data is, and ODOO, a directory with what it remembers.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

state = Path(os.environ["ODOO"])


def main(action, *units):
    with open(state / "calls", "a", encoding="utf-8") as calls:
        calls.write(f"{action} {' '.join(units)}\n")
    for unit in units:
        if action in ("stop", "restart"):
            stop(unit)
        if action in ("start", "restart"):
            start(unit)


def start(unit):
    text = Path(os.environ["UNITS"], unit).read_text()
    for negated, path in re.findall(r"^ConditionPathExists=(!?)(.*)$", text, re.MULTILINE):
        if Path(path.replace("/srv/data", os.environ["DATA"])).exists() == bool(negated):
            return
    # Scheduled jobs are not what is tested here: that they may run is.
    (state / unit).write_text("cron")
    if unit == "odoo-web.service":
        command = [os.environ["PYTHON"], os.environ["BUSY_ODOO"], os.environ["WEB_PORT"], os.environ["FILESTORE"], str(state / "journal")]
        log = open(state / "log", "a", encoding="utf-8")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        (state / unit).write_text(str(process.pid))


def stop(unit):
    file = state / unit
    if not file.exists():
        return
    pid = file.read_text()
    if pid.isdigit():
        try:
            os.kill(int(pid), signal.SIGTERM)
            while Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_text():
                time.sleep(0.01)
        except ProcessLookupError:
            pass
    file.unlink()


main(*[argument for argument in sys.argv[1:] if not argument.startswith("--")])
