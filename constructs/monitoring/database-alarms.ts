import { aws_cloudwatch as cloudwatch, Duration, Size, type aws_rds as rds } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DatabasePlan } from '../../config/sizing/plan.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;

/** Of `max_connections`. The plan leaves more than this free with every process at its maximum. */
export const CONNECTION_SHARE = 0.75;

export interface DatabaseAlarmsProps {
  readonly topic: AlarmTopic;
  readonly database: rds.IDatabaseInstance;
  readonly plan: DatabasePlan;
}

/** Alarms of the RDS instance: storage, CPU, memory, connections, transaction ids, and CPU credits where it has any. */
export class DatabaseAlarms extends Construct {
  constructor(scope: Construct, id: string, props: DatabaseAlarmsProps) {
    super(scope, id);
    this.watchStorage(props);
    this.watchGrowth(props);
    this.watchDaysToFull(props);
    this.watchCpu(props);
    this.watchMemory(props);
    this.watchConnections(props);
    this.watchTransactionIds(props);
    if (isBurstable(props.plan.class)) this.watchCpuCredits(props);
  }

  private watchStorage({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'FreeStorage', {
      topic,
      name: 'database-free-storage',
      panel: 'storage',
      line: 'free',
      severity: 'critical',
      meaning: 'The database is about to run out of storage, or reports nothing at all.',
      metric: freeStorage(database),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 0.05 * Size.gibibytes(plan.storageGiB).toBytes(),
      unit: 'bytes',
      because: 'RDS grows the storage below 10 % free; at half of that it could not, or is at its limit',
      evaluationPeriods: 3,
      // Silence is an incident of its own, and of this alarm alone: a running instance always reports its storage.
      missingData: BREACHING,
    });
  }

  private watchGrowth({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Storage', {
      topic,
      name: 'database-storage',
      panel: 'storage',
      severity: 'warning',
      meaning: 'The database has used more than 85 % of the storage that it was planned with.',
      metric: freeStorage(database),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 0.15 * Size.gibibytes(plan.storageGiB).toBytes(),
      unit: 'bytes',
      because: 'RDS enlarges it below 10 % by itself, which the environment file then has to follow',
      evaluationPeriods: 2,
      missingData: MISSING,
    });
  }

  /** From one day to the next; a day on which nothing was used up counts as a year. */
  private watchDaysToFull({ topic, database }: DatabaseAlarmsProps): void {
    const day = Duration.days(1);
    new OdooAlarm(this, 'DaysToFull', {
      topic,
      name: 'database-days-to-full',
      panel: 'daysToFull',
      line: 'at the pace of the day before',
      severity: 'warning',
      meaning: 'At the pace of the last days the storage of the database is full within two weeks.',
      metric: new cloudwatch.MathExpression({
        label: 'Days until the storage is full',
        expression: 'IF(RATE(free) < 0, free / (-1 * RATE(free) * 86400), 365)',
        usingMetrics: { free: freeStorage(database, day) },
        period: day,
      }),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 14,
      unit: 'days',
      because: 'an import fills a day, and three days in a row are growth that a week of notice is right for',
      evaluationPeriods: 3,
      missingData: NOT_BREACHING,
    });
  }

  private watchCpu({ topic, database }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Cpu', {
      topic,
      name: 'database-cpu',
      panel: 'cpu',
      line: 'database',
      severity: 'warning',
      meaning: 'The database has been short of CPU for a quarter of an hour; every page gets slower.',
      metric: database.metricCPUUtilization({ period: Duration.minutes(5), statistic: 'Average' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 90,
      unit: 'percent',
      because: 'above it requests queue, and a quarter of an hour is longer than any single report',
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private watchMemory({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Memory', {
      topic,
      name: 'database-memory',
      panel: 'databaseMemory',
      line: 'free',
      severity: 'warning',
      meaning: 'The database has little memory left; before long it swaps or PostgreSQL is restarted.',
      metric: database.metricFreeableMemory({ period: Duration.minutes(5), statistic: 'Minimum' }),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 0.05 * Size.mebibytes(plan.memoryMiB).toBytes(),
      unit: 'bytes',
      because: 'it is a twentieth of the memory, and the buffers of PostgreSQL are all taken by then',
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private watchConnections({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Connections', {
      topic,
      name: 'database-connections',
      panel: 'connections',
      line: 'in use',
      severity: 'warning',
      meaning:
        'Most connections that the database allows are in use; when all are, further ones are refused.',
      metric: database.metricDatabaseConnections({ period: Duration.minutes(1), statistic: 'Maximum' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: Math.floor(CONNECTION_SHARE * plan.maxConnections),
      unit: 'connections',
      because: `they are three quarters of the ${plan.maxConnections} that the database allows, more than Odoo at its largest should take`,
      evaluationPeriods: 5,
      missingData: MISSING,
    });
  }

  private watchTransactionIds({ topic, database }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'TransactionIds', {
      topic,
      name: 'database-transaction-ids',
      severity: 'critical',
      meaning:
        'Vacuum does not keep up; at two billion unfrozen transactions PostgreSQL refuses every write.',
      metric: database.metric('MaximumUsedTransactionIDs', {
        period: Duration.minutes(15),
        statistic: 'Maximum',
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 1_000_000_000,
      unit: 'transactions',
      because:
        'it is half of the way; autovacuum forces itself at 200 million, so a healthy database never comes near',
      evaluationPeriods: 2,
      missingData: MISSING,
    });
  }

  private watchCpuCredits({ topic, database }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'CpuCredits', {
      topic,
      name: 'database-cpu-credits',
      severity: 'warning',
      meaning: 'The database uses more CPU than its burstable class includes, and AWS bills the surplus.',
      metric: database.metric('CPUSurplusCreditsCharged', { period: Duration.minutes(5), statistic: 'Sum' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'credits',
      because: 'an hour of surplus is more than a peak, and each credit is billed',
      evaluationPeriods: 12,
      missingData: NOT_BREACHING,
    });
  }
}

function freeStorage(database: rds.IDatabaseInstance, period = Duration.minutes(5)): cloudwatch.Metric {
  return database.metricFreeStorageSpace({ period, statistic: 'Minimum' });
}

/** RDS runs burstable classes (`db.t4g.large`) in unlimited mode: they are billed for surplus, not slowed down. */
function isBurstable(instanceClass: string): boolean {
  return instanceClass.startsWith('db.t');
}
