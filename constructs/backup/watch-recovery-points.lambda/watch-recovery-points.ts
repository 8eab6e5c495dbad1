import type { Backup } from '@aws-sdk/client-backup';
import type { RDS } from '@aws-sdk/client-rds';
import { metricLine } from '../../restore-testing/validate-restore.lambda/metrics.ts';
import { usableRecoveryPoints } from '../../recovery/watch-copies.lambda/copied-until.mjs';

/** Namespace of the metrics. */
export const BACKUPS = 'Odoo/Backups';

/** Metrics in seconds, by what they are about. */
export const BACKUP_AGE = { recoveryPoints: 'RecoveryPointAge', database: 'DatabaseBackupAge' } as const;

/** The construct `RecoveryPointWatch` writes them. */
export interface Settings {
  /** For example `prod`. */
  readonly environment: string;
  /** Name of the vault. */
  readonly vault: string;
  /** ARNs of what recovery points are made of. */
  readonly resources: readonly string[];
  /** Instance of RDS; absent where the database is on the server, which reports on its own backups. */
  readonly database?: string;
}

export interface Surroundings {
  readonly settings: Settings;
  readonly backup: Pick<Backup, 'listRecoveryPointsByBackupVault' | 'describeBackupVault'>;
  readonly rds: Pick<RDS, 'describeDBInstances'>;
  readonly now: () => Date;
  /** Writes a line into the log, as it is. */
  readonly log: (line: string) => void;
}

/** Publishes how old the newest recovery point is, and until when RDS could restore the database. */
export function createHandler({ settings, backup, rds, now, log }: Surroundings) {
  /** Of the resource whose newest one is the oldest, so that none hides another. */
  async function oldestOfTheNewest(): Promise<Date> {
    const points = await usableRecoveryPoints(backup, settings.vault);
    const moments = settings.resources.map((resource) => newestOf(points, (arn) => arn === resource));
    const known = moments.filter((moment) => moment !== undefined);
    if (known.length < moments.length) {
      // A resource that took the place of another has none yet: what counts is when the other one had its last. In a new
      // environment there is none at all, and time counts from when there could have been one.
      known.push(newestOf(points, (arn) => !settings.resources.includes(arn)) ?? (await vaultCreation()));
    }
    return new Date(Math.min(...known.map((moment) => moment.getTime())));
  }

  async function vaultCreation(): Promise<Date> {
    const { CreationDate } = await backup.describeBackupVault({ BackupVaultName: settings.vault });
    return required(CreationDate, 'the vault does not say since when it exists');
  }

  /** A new instance has its first backup some minutes after it was made. */
  async function restorableUntil(database: string): Promise<Date> {
    const { DBInstances: [instance] = [] } = await rds.describeDBInstances({
      DBInstanceIdentifier: database,
    });
    return required(
      instance?.LatestRestorableTime ?? instance?.InstanceCreateTime,
      'the database does not say until when it can be restored',
    );
  }

  return async function watchRecoveryPoints(): Promise<void> {
    const { database } = settings;
    const questions = [
      { name: BACKUP_AGE.recoveryPoints, ask: oldestOfTheNewest },
      ...(database === undefined
        ? []
        : [{ name: BACKUP_AGE.database, ask: () => restorableUntil(database) }]),
    ];
    const known = await Promise.all(
      questions.map(async ({ name, ask }) => {
        try {
          return [[name, Math.max(0, (now().getTime() - (await ask()).getTime()) / 1000)] as const];
        } catch (error) {
          // Its alarm notices that there is no value, and the other is published.
          log(JSON.stringify({ level: 'ERROR', metric: name, error: String(error) }));
          return [];
        }
      }),
    );
    const metrics = known.flat().map(([name, value]) => ({ name, unit: 'Seconds', value }) as const);
    log(metricLine(settings.environment, metrics, now(), BACKUPS));
  };
}

type Point = Awaited<ReturnType<typeof usableRecoveryPoints>>[number];

function newestOf(points: readonly Point[], of: (arn: string) => boolean): Date | undefined {
  const moments = points
    .filter(({ ResourceArn = '' }) => of(ResourceArn))
    .flatMap(({ CreationDate }) => CreationDate?.getTime() ?? []);
  return moments.length === 0 ? undefined : new Date(Math.max(...moments));
}

function required<Value>(value: Value | undefined, problem: string): Value {
  if (value === undefined) throw new Error(problem);
  return value;
}
