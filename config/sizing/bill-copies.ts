import { rdsPriceKey } from './database-class.ts';
import { withoutDrill } from './drilled.ts';
import { DRILL_HOURS, DRILL_TASK_HOURS } from './recovery-figures.ts';
import { serverDrill } from './server-drill.ts';
import { KMS_KEYS, ODOO_SECRETS } from './bill-data.ts';
import type { BillBasis, BillLine } from './bill-line.ts';
import type { Usage } from './usage.ts';

/** How far each copy in the recovery Region is behind, and what S3 counts of each of the two buckets that matter. */
const COPY_METRICS = 3 + 2 * 3;

/** Copies that are late. */
const LATE_COPY_ALARMS = 3;

/** Drills that failed, were too slow or lost too much; and that there was none. */
const DRILL_ALARMS = 3;
const OVERDUE_ALARM = 1;

/** How long ago a drill passed last; what a drill itself publishes is charged for an hour. */
const DRILL_METRICS = 1;

/** Copies in the recovery Region. */
export function recoveryLines({ environment, plan, usage }: BillBasis): readonly BillLine[] {
  const region = environment.recoveryRegion;
  if (region === undefined) {
    return [];
  }
  const drills = drillsOf(environment, plan);
  const snapshots = plan.database.kind === 'rds' ? 'backup.rds.warm' : 'backup.ebs.warm';
  return [
    {
      item: `Copies to ${region}: transfer`,
      key: 'dataTransfer.crossRegionOut',
      quantity: usage.changedGB,
      unit: 'GB',
      estimated: true,
    },
    ...(plan.database.kind === 'rds' && environment.storage.filestore === 'efs'
      ? fileSystemLines(region, usage)
      : bucketLines(region, { plan, usage })),
    {
      item: `Copies in ${region}: snapshots`,
      key: snapshots,
      quantity: usage.recoveryPointsGB,
      unit: 'GB-months',
      estimated: true,
      region,
    },
    ...(plan.database.kind === 'rds'
      ? [
          {
            item: `Copies in ${region}: automated backups`,
            key: 'rds.backup.storage',
            quantity: usage.replicatedBackupGB,
            unit: 'GB-months',
            estimated: true,
            region,
          },
        ]
      : []),
    { item: `KMS keys in ${region}`, key: 'kms.key', quantity: KMS_KEYS, unit: 'keys', region },
    {
      item: `Secrets in ${region}`,
      key: 'secretsManager.secret',
      quantity: ODOO_SECRETS,
      unit: 'secrets',
      region,
    },
    {
      item: `Copies in ${region}: metrics`,
      key: 'cloudwatch.customMetric.first10k',
      quantity: COPY_METRICS + (drills === 'none' ? 0 : DRILL_METRICS),
      unit: 'metrics',
      region,
    },
    {
      item: `Alarms in ${region}`,
      key: 'cloudwatch.alarm.standard',
      quantity: LATE_COPY_ALARMS + alarmsOf(drills),
      unit: 'alarms',
      region,
    },
    ...(drills === 'monthly' ? drillLines({ environment, plan }, region) : []),
  ];
}

/** What costs most of a drill: of others than small the database, beside which task, storage and requests are cents. */
function drillLines(
  { environment, plan }: Pick<BillBasis, 'environment' | 'plan'>,
  region: string,
): readonly BillLine[] {
  const lines =
    plan.tier === 'small'
      ? serverDrill(environment, plan).lines(DRILL_TASK_HOURS.most, 0)
      : [
          {
            item: 'database',
            key: rdsPriceKey(plan.database.class, false),
            quantity: DRILL_HOURS.most,
            unit: 'hours',
          },
        ];
  return lines.map((line) => ({
    ...line,
    item: `Recovery drill in ${region}: ${line.item}`,
    estimated: true,
    region,
  }));
}

function drillsOf(
  environment: BillBasis['environment'],
  plan: BillBasis['plan'],
): 'none' | 'monthly' | 'manual' {
  return withoutDrill(environment, plan) === undefined ? environment.recovery.drill.schedule : 'none';
}

function alarmsOf(drills: ReturnType<typeof drillsOf>): number {
  if (drills === 'none') return 0;
  return drills === 'monthly' ? DRILL_ALARMS + OVERDUE_ALARM : DRILL_ALARMS;
}

/** What S3 copies: attachments, and of the single server everything. */
function bucketLines(
  region: string,
  { plan, usage }: Pick<BillBasis, 'plan' | 'usage'>,
): readonly BillLine[] {
  const isServer = plan.database.kind === 'host';
  return [
    {
      item: `Copies to ${region}: within 15 minutes (S3)`,
      key: 's3.replicationTimeControl',
      quantity: isServer ? usage.changedGB : usage.newFilesGB,
      unit: 'GB',
      estimated: true,
    },
    {
      item: `Copies in ${region}: filestore and backups`,
      key: 's3.standard.storage',
      quantity: usage.filestoreGB + (isServer ? usage.repositoryGB : 0),
      unit: 'GB-months',
      estimated: true,
      region,
    },
  ];
}

/** What EFS keeps the same, and the copies of its recovery points. */
function fileSystemLines(region: string, usage: Usage): readonly BillLine[] {
  return [
    {
      item: `Copies in ${region}: filestore (EFS)`,
      key: 'efs.standard.storage',
      quantity: usage.filestoreGB,
      unit: 'GB-months',
      estimated: true,
      region,
    },
    {
      item: `Copies in ${region}: recovery points of files`,
      key: 'backup.efs.warm',
      quantity: usage.filePointsGB,
      unit: 'GB-months',
      estimated: true,
      region,
    },
  ];
}
