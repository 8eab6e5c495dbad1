import { rdsPriceKey } from './database-class.ts';
import type { BillBasis, BillLine } from './bill-line.ts';
import type { Usage } from './usage.ts';

/** Keys for logs and for data. */
export const KMS_KEYS = 2;

/**
 * Passwords of Odoo's database role, of its administrator and of its database manager, and the passphrase of the backups;
 * RDS has one more.
 */
export const ODOO_SECRETS = 4;

/** Metrics that alarms look at: of a server and its backups; of a database, a load balancer, services and file systems. */
const ALARMS = { small: 19, medium: 30, large: 33 } as const;

/** What the single server reports of itself: four metrics for each of three backups, and five of its own. */
const SERVER_METRICS = 17;

/** Restore tests in a month: one a week. */
const RESTORE_TESTS = 52 / 12;

/** Hours for which what was restored is there: restored, validated, deleted; assumed. */
const HOURS_RESTORED = 2;

/** What a restore test reports of itself, and the age of the last proof. The single server has two: of its backup, of its volume. */
const RESTORE_METRICS = 4;

/** Segments of the write-ahead log that the single server uploads in a month, one a minute when it is hardly used. */
const WAL_SEGMENTS = 60 * 24 * 30;

/** With a recovery Region: attachments or backups that S3 could not copy, a fence that would not be seen. */
const RECOVERY_REGION_ALARMS = 3;

/** Metrics that Container Insights writes for a cluster with two services; assumed. */
const CONTAINER_INSIGHTS_METRICS = 40;

/** Recovery points, keys and secrets. */
export function backupLines(basis: BillBasis): readonly BillLine[] {
  const { environment, plan, usage } = basis;
  const onEfs = environment.storage.filestore === 'efs' && plan.tier !== 'small';
  const secrets = plan.database.kind === 'rds' ? ODOO_SECRETS + 1 : ODOO_SECRETS;
  const points: BillLine =
    plan.database.kind === 'rds'
      ? {
          item: 'AWS Backup, database snapshots',
          key: 'backup.rds.warm',
          quantity: usage.recoveryPointsGB,
          unit: 'GB-months',
          estimated: true,
        }
      : {
          item: 'AWS Backup, volume snapshots',
          key: 'backup.ebs.warm',
          quantity: usage.recoveryPointsGB,
          unit: 'GB-months',
          estimated: true,
        };
  return [
    points,
    ...(onEfs
      ? [
          {
            item: 'AWS Backup, files',
            key: 'backup.efs.warm',
            quantity: usage.filePointsGB,
            unit: 'GB-months',
            estimated: true,
          },
        ]
      : []),
    ...(plan.database.kind === 'host' ? repositoryLines(usage) : []),
    { item: 'KMS keys', key: 'kms.key', quantity: KMS_KEYS, unit: 'keys' },
    { item: 'Secrets', key: 'secretsManager.secret', quantity: secrets, unit: 'secrets' },
    ...restoreTestLines(basis, onEfs),
  ];
}

/** @param onEfs - whether attachments are on a file system, whose recovery points are tested as well. */
function restoreTestLines(basis: BillBasis, onEfs: boolean): readonly BillLine[] {
  const { database } = basis.plan;
  const tests: BillLine = {
    item: 'Restore tests',
    key: 'backup.restoreTesting',
    quantity: onEfs ? 2 * RESTORE_TESTS : RESTORE_TESTS,
    unit: 'recovery points',
    estimated: true,
  };
  // The server restores its backup on itself. The restored volume is there for two hours of a week: cents.
  if (database.kind === 'host') return [tests, restoreMetrics(2)];
  return [
    tests,
    {
      item: 'Restore tests: restored databases',
      key: rdsPriceKey(database.class, false),
      quantity: RESTORE_TESTS * HOURS_RESTORED,
      unit: 'hours',
      estimated: true,
    },
    ...(onEfs ? restoredFileLines(basis) : []),
    restoreMetrics(1),
  ];
}

/** Of so many kinds of tests. */
function restoreMetrics(kinds: number): BillLine {
  return {
    item: 'Restore tests: metrics',
    key: 'cloudwatch.customMetric.first10k',
    quantity: kinds * RESTORE_METRICS,
    unit: 'metrics',
  };
}

/** The whole file system each week: the price of AWS Backup for that is most of it. */
function restoredFileLines({ usage: { filestoreGB }, hours }: BillBasis): readonly BillLine[] {
  return [
    {
      item: 'Restore tests: files',
      key: 'backup.efs.restore',
      quantity: RESTORE_TESTS * filestoreGB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'Restore tests: restored file systems',
      key: 'efs.standard.storage',
      quantity: (RESTORE_TESTS * HOURS_RESTORED * filestoreGB) / hours,
      unit: 'GB-months',
      estimated: true,
    },
  ];
}

function repositoryLines(usage: Usage): readonly BillLine[] {
  return [
    {
      item: 'S3 backup bucket (pgBackRest, dumps)',
      key: 's3.standard.storage',
      quantity: usage.repositoryGB,
      unit: 'GB-months',
      estimated: true,
    },
    {
      item: 'S3 backup uploads',
      key: 's3.standard.put',
      quantity: WAL_SEGMENTS / 1000,
      unit: 'thousand requests',
      estimated: true,
    },
  ];
}

/** Logs, metrics, alarms and a dashboard, of which an account has three for nothing. */
export function operationLines({ environment, plan, usage }: BillBasis): readonly BillLine[] {
  return [
    {
      item: 'Logs, taken in',
      key: 'cloudwatch.logs.ingest',
      quantity: usage.logsGB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: 'Logs, kept',
      key: 'cloudwatch.logs.storage',
      quantity: usage.storedLogsGB,
      unit: 'GB-months',
      estimated: true,
    },
    plan.tier === 'small'
      ? {
          item: "Server's own metrics",
          key: 'cloudwatch.customMetric.first10k',
          quantity: SERVER_METRICS,
          unit: 'metrics',
        }
      : {
          item: 'Container Insights metrics',
          key: 'cloudwatch.customMetric.first10k',
          quantity: CONTAINER_INSIGHTS_METRICS,
          unit: 'metrics',
          estimated: true,
        },
    { item: 'Dashboard', key: 'cloudwatch.dashboard', quantity: 1, unit: 'dashboards' },
    {
      item: 'Alarms',
      key: 'cloudwatch.alarm.standard',
      quantity: ALARMS[plan.tier] + (environment.recoveryRegion === undefined ? 0 : RECOVERY_REGION_ALARMS),
      unit: 'alarms',
      estimated: true,
    },
  ];
}
