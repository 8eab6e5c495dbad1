// Entry point. The clients come with the runtime.
import { Backup } from '@aws-sdk/client-backup';
import { RDS } from '@aws-sdk/client-rds';
import { createHandler } from './watch-recovery-points.ts';

export const watchRecoveryPoints = createHandler({
  settings: JSON.parse(process.env['SETTINGS'] ?? ''),
  backup: new Backup(),
  rds: new RDS(),
  now: () => new Date(),
  // The console would put a time and an id before it.
  log: (line) => void process.stdout.write(`${line}\n`),
});
