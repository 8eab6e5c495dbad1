import { readFileSync } from 'node:fs';
import type { Plan } from '../../config/sizing/plan.ts';
import { programParts } from '../database-job/database-job-files.ts';
import type { BundleFile } from '../odoo-server/host-bundle.ts';
import { postgresqlConf } from '../odoo-server/host-files.ts';

const SERVER = new URL('../odoo-server/files/backup/', import.meta.url);
const OWN = new URL('./files/restore/', import.meta.url);

/** Of the single server: what restores its backups, and what looks at what came back. */
const PARTS = [
  'archive.py',
  'bucket_filestore.py',
  'choice.py',
  'copied_recovery.py',
  'dump.py',
  'examination.py',
  'filestore.py',
  'host.py',
  'metrics.py',
  'proof_checks.py',
  'proof_report.py',
  'recovery.py',
  'recovery_points.py',
  'repository.py',
  's3.py',
];

/**
 * What restores the copy of the single server's backups in a task, and looks at what came back. PostgreSQL has the parameters of the
 * server, so that what is measured is what a recovery would get.
 */
export function restorePrograms(plan: Plan): readonly BundleFile[] {
  return [
    { path: 'restore_drill.py', text: restoreFile('restore_drill.py') },
    { path: 'pgbackrest.py', text: restoreFile('pgbackrest.py') },
    // The server's own says where the programs of the database job are there.
    { path: 'backup/__init__.py', text: '' },
    ...PARTS.map((name) => ({ path: `backup/${name}`, text: readFileSync(new URL(name, SERVER), 'utf8') })),
    ...programParts(['verify_database.py']).map(({ name, text }) => ({ path: name, text })),
    { path: 'postgresql/odoo.conf', text: postgresqlConf(plan) },
  ];
}

/** One of the files of the container that restores. */
export function restoreFile(name: string): string {
  return readFileSync(new URL(name, OWN), 'utf8');
}
