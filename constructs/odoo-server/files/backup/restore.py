"""Turns the database of this server back, or forward to the latest state that was saved.

    odoo-restore --list                          the moments that can be restored
    odoo-restore --to 2026-11-22T10:15:00Z       as of a moment
    odoo-restore                                 the latest state

The cluster is brought back beside the one in service and takes its place only when it is recovered, complete and
verified. The other one is moved aside and never deleted. Odoo is stopped meanwhile, and starts again however it ends.

Exit code 0: restored, nothing is missing. 2: restored and in service, but some attachments are missing or damaged. 1: not
restored, everything is as it was.
"""

import argparse
import signal
import sys
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from . import choice, handover, repository
from .completion import complete
from .host import Failure, Host, alone, as_postgres, ask, output_of, run
from .recovery import Recovery, clear_proof, exchange

# In the order in which they are stopped, and the other way round started.
SERVICES = ("odoo-cron.service", "odoo-web.service")


def main():
    parser = argparse.ArgumentParser(prog="odoo-restore", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--to", type=moment, metavar="TIME", help="a moment with its time zone")
    parser.add_argument("--timeline", type=int, help="follow this timeline, where the database was turned back before")
    parser.add_argument(
        "--replace-newer", action="store_true", help="give up what was changed after the moment that is restored"
    )
    parser.add_argument("--list", action="store_true", help="show what can be restored, and change nothing")
    options = parser.parse_args()
    if options.list:
        return show(repository.information())
    return restore(Host(), options)


def moment(text):
    """A moment in time. One without a zone is refused: it would be off by hours somewhere."""
    try:
        # Python 3.10 and older do not know the Z.
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time such as 2026-11-22T10:15:00Z") from None
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no time zone: add Z for UTC, or an offset such as +01:00")
    return found


def show(information):
    for backup in information["backup"]:
        stop = datetime.fromtimestamp(backup["timestamp"]["stop"], timezone.utc)
        timeline = choice.timeline_of(backup["archive"]["stop"])
        print(f"{stop:%Y-%m-%dT%H:%M:%SZ}  {backup['type']:4}  timeline {timeline}  {backup['label']}")
    print("Any moment after the first of them can be restored, up to about a minute ago.")
    return 0


def restore(host, options):
    handover.refuse_if_handed_over(host)
    version = host.version
    # Before anything is stopped: most mistakes are found here.
    choice.refuse_other_version(repository.information(), version)
    choice.choose(repository.information(), options.to, options.timeline)
    with odoo_stopped(), alone("database"):
        clear_proof(host)
        refuse_newer(host, version, options)
        plan = choice.choose(repository.information(), options.to, options.timeline)
        with postgresql_stopped(version):
            recovery = Recovery(host, version)
            recovery.bring_back(plan)
            with recovery.server():
                report = complete(host, recovery)
            aside = put_in_service(recovery, version)
            print(f"restore: done; the database as it was before is in {aside}: remove it when nobody misses anything")
    # A new timeline begins, to which no backup leads yet.
    run("systemctl", "start", "--no-block", "odoo-backup@database-full.service")
    return 0 if report["ok"] else 2


def refuse_newer(host, version, options):
    """Archives what was changed last, so that nothing is lost by turning back, and refuses to turn back by accident."""
    running = is_active(f"postgresql@{version}-main.service")
    if running:
        archive_everything(host)
    if options.replace_newer or (running and not options.to):
        return
    changed = last_change(host, version)
    if options.to is None or changed > options.to:
        state = "" if running else ", and PostgreSQL does not run, so that its last changes cannot be archived"
        raise Failure(
            f"the database in service was changed until {changed.isoformat()}{state}: add --replace-newer to give that up"
        )


def archive_everything(host):
    """Switches to a new WAL segment and waits until the old one is in the archive.

    With a transaction of its own as the last one: recovery to a moment wants to see a transaction after it.
    """
    ask(host, "SELECT pg_current_xact_id()")
    repository.pgbackrest("check")


def last_change(host, version):
    """When the cluster in service was last changed, as far as it tells; at least its latest checkpoint."""
    if is_active(f"postgresql@{version}-main.service"):
        return datetime.now(timezone.utc)
    program = f"/usr/lib/postgresql/{version}/bin/pg_controldata"
    text = output_of(
        *as_postgres("env", "LC_ALL=C", "TZ=UTC", program, f"--pgdata={host.clusters / version / 'main'}")
    )
    fields = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    written = datetime.strptime(fields["Time of latest checkpoint"].strip(), "%a %b %d %H:%M:%S %Y")
    return written.replace(tzinfo=timezone.utc)


@contextmanager
def odoo_stopped():
    """Nothing of Odoo runs, nothing is backed up or proven; whoever visits sees the page for maintenance."""
    # All of them, not those that are active: an earlier restore may have been killed.
    timers = sorted(path.name for path in Path("/etc/systemd/system").glob("odoo-backup-*.timer"))
    stopped = [*timers, *SERVICES]
    run("systemctl", "stop", *stopped, "odoo-backup@*.service", "odoo-volume-proof@*.service")
    try:
        yield
    finally:
        run("systemctl", "start", *reversed(stopped))


@contextmanager
def postgresql_stopped(version):
    """PostgreSQL is stopped, because two of it would not fit in memory; and runs afterwards, with whatever is in place."""
    unit = f"postgresql@{version}-main.service"
    run("systemctl", "stop", unit)
    try:
        yield
    finally:
        run("systemctl", "start", unit)


def put_in_service(recovery, version):
    """Starts PostgreSQL with what was brought back, or, if it does not start, puts the other cluster back."""
    unit = f"postgresql@{version}-main.service"
    aside = recovery.put_in_place()
    try:
        run("systemctl", "start", unit)
    except Failure:
        # It is being tried again and again meanwhile.
        run("systemctl", "stop", unit)
        exchange(aside, recovery.host.clusters / version / "main")
        raise
    recovery.clear_away()
    return aside


def is_active(unit):
    try:
        run("systemctl", "is-active", "--quiet", unit)
        return True
    except Failure:
        return False


if __name__ == "__main__":
    # What was stopped is started again also when somebody stops this.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        sys.exit(main())
    except Exception as error:  # noqa: BLE001, whatever it was, everything is as it was before
        kind = "" if isinstance(error, Failure) else f"{type(error).__name__}: "
        print(f"restore: not restored: {kind}{error}", file=sys.stderr)
        sys.exit(1)
