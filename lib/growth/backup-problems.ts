import type { ServerStatus } from './cloud.ts';

/** Seconds after which a backup is too old to begin with: twice of how often it is made, and a little. */
const OLDEST = { database: 2.5 * 3600, filestore: 15 * 60, dump: 50 * 3600 } as const;
const JOBS = ['database', 'filestore', 'dump'] as const;
const UNITS = { database: 'database-incremental', filestore: 'filestore', dump: 'dump' } as const;

/** Which backups of the single server are too old for a handover to begin with, and what to do. */
export function problemsOfBackups({ backupAges }: ServerStatus): readonly string[] {
  return JOBS.flatMap((job) => {
    const age = backupAges[job];
    if (age !== null && age <= OLDEST[job]) return [];
    const last = age === null ? 'there is none' : `the last one is ${(age / 3600).toFixed(1)} hours old`;
    return [
      `backup of the server, ${job}: ${last}; see why (journalctl -u 'odoo-backup@*'), then systemctl start odoo-backup@${UNITS[job]}`,
    ];
  });
}
