import type { Windows } from '../../config/environment.ts';
import { clock, dayAndClock } from '../../config/week-time.ts';
import { RECOVERED_BACKUPS, SERVER_BACKUPS } from '../backup/backup-prefixes.ts';
import { maintenanceTime } from '../database-maintenance/maintenance-time.ts';
import type { BundleFile } from './host-bundle.ts';
import { DATA, type HostSettings, SOCKET_DIRECTORY } from './host-settings.ts';
import { PROOF_MINUTES, proofTime, VOLUME_MINUTES, volumeTestTime } from './proof-time.ts';

/** pgBackRest's name for the server's cluster. */
const STANZA = 'odoo';

/** Where in the backup bucket a server keeps its own. */
export function ownBackups(broughtBack = false): string {
  return broughtBack ? RECOVERED_BACKUPS : SERVER_BACKUPS;
}

/** Rendered configuration of the backups: pgBackRest's, and when each job runs. */
export function backupFiles(settings: HostSettings): BundleFile[] {
  return [
    { path: 'pgbackrest.conf', text: pgbackrestConf(settings) },
    ...Object.entries(schedule(settings)).map(([job, timer]) => ({
      path: `systemd/odoo-backup-${job}.timer`,
      text: timerUnit(job, timer),
    })),
  ];
}

/** What PostgreSQL needs to hand every change to pgBackRest, at most a minute after it was made. */
export const ARCHIVE_PARAMETERS = {
  wal_level: 'replica',
  archive_mode: 'on',
  archive_command: `pgbackrest --stanza=${STANZA} archive-push %p`,
  archive_timeout: '60s',
} as const;

/** Values that only the host knows are placeholders. */
function pgbackrestConf({ pointInTimeDays, server, broughtBack }: HostSettings): string {
  return `[global]
repo1-type=s3
repo1-path=/${ownBackups(broughtBack)}pgbackrest
repo1-s3-bucket={{BACKUP_BUCKET}}
repo1-s3-endpoint={{ENDPOINT}}
repo1-s3-region={{REGION}}
repo1-s3-key-type=auto
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass={{BACKUP_PASSPHRASE}}
# A cluster has about a thousand files, most of them tiny: one object for many.
repo1-bundle=y
# The oldest full backup goes only when the next one is this old as well: every moment in between can be restored.
repo1-retention-full-type=time
repo1-retention-full=${pointInTimeDays}
repo1-retention-history=${pointInTimeDays}
compress-type=zst
process-max=${Math.max(1, Math.floor(server.vcpu / 2))}
start-fast=y
# Never with a limit on the queue: beyond it pgBackRest would drop WAL, and with it what users did.
archive-async=y
spool-path=/var/spool/pgbackrest
log-path=/var/log/pgbackrest
# Not in /tmp, which units have for themselves.
lock-path=/var/lib/pgbackrest/lock
log-level-file=detail

[global:restore]
process-max=${server.vcpu}

[${STANZA}]
pg1-path=${DATA}/postgresql/clusters/{{POSTGRESQL_VERSION}}/main
pg1-socket-path=${SOCKET_DIRECTORY}
`;
}

/** What a timer starts, and when: a systemd calendar expression. */
interface Timer {
  readonly description: string;
  readonly calendar: string;
}

/**
 * The timers by the job that each starts.
 *
 * Full backup, dump and complete comparison follow one another in the daily window; the hourly backup keeps half an hour
 * away from them, and the weekly proof from all of these. The weekly look at the database is away from both proofs.
 */
function schedule({ windows, businessHours }: HostSettings): Record<string, Timer> {
  const daily = (minutesLater: number): string =>
    `*-*-* ${minutesAfter(windows.backup, minutesLater).join(':')}:00 UTC`;
  return {
    'database-full': { description: 'Daily full backup of the database', calendar: daily(0) },
    'database-incremental': {
      description: 'Hourly backup of the database',
      calendar: `*-*-* *:${twoDigits(hourlyMinute(windows))}:00 UTC`,
    },
    dump: { description: 'Daily portable dump of the database', calendar: daily(15) },
    'filestore-all': {
      description: 'Daily comparison of the filestore with its copy',
      calendar: daily(20),
    },
    proof: {
      description: 'Weekly proof that the latest backup can be restored',
      calendar: `Sun *-*-* ${clock(proofTime(windows, hourlyMinute(windows)))}:00 UTC`,
    },
    maintenance: {
      description: 'Weekly look at the database',
      calendar: `${weekDayAndClock(serverMaintenanceTime(windows, businessHours))}:00 UTC`,
    },
    filestore: { description: 'Copy of new files', calendar: '*-*-* *:00/5:00' },
    status: { description: 'Metrics of backups and of Odoo, every minute', calendar: '*-*-* *:*:00' },
  };
}

/** Minute of each hour at which the hourly backup begins. */
export function hourlyMinute({ backup }: Windows): number {
  return Number(minutesAfter(backup, 30)[1]);
}

/** When the database is looked at, in minutes after Monday 00:00 UTC: not while its backups are proven. */
function serverMaintenanceTime(windows: Windows, businessHours: string): number {
  const minute = hourlyMinute(windows);
  return maintenanceTime(windows, businessHours, [
    { from: proofTime(windows, minute), minutes: PROOF_MINUTES },
    { from: volumeTestTime(windows, minute), minutes: VOLUME_MINUTES },
  ]);
}

/** `Sun *-*-* 05:00` */
function weekDayAndClock(time: number): string {
  const [day = '', ...clockTime] = dayAndClock(time).split(':');
  return `${day.charAt(0).toUpperCase()}${day.slice(1)} *-*-* ${clockTime.join(':')}`;
}

/** Hour and minute, both of two digits, so many minutes after the beginning of a window. */
function minutesAfter(window: string, minutes: number): [hour: string, minute: string] {
  const [hour = 0, minute = 0] = window.split(/[:-]/).map(Number);
  const total = (hour * 60 + minute + minutes) % (24 * 60);
  return [twoDigits(Math.floor(total / 60)), twoDigits(total % 60)];
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** A server that was off when a daily or weekly job was due catches up; what comes every few minutes just comes again. */
function timerUnit(job: string, { description, calendar }: Timer): string {
  // The metrics need less than the jobs: a unit of their own.
  const unit = job === 'status' ? 'odoo-backup-status' : `odoo-backup@${job}`;
  const isRare = /\*-\*-\* \d\d:/.test(calendar);
  return `[Unit]
Description=${description}

[Timer]
OnCalendar=${calendar}
AccuracySec=1s
Persistent=${isRare}
Unit=${unit}.service

[Install]
WantedBy=timers.target
`;
}
