import { aws_cloudwatch as cloudwatch, Duration, Size, type aws_rds as rds } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DatabasePlan } from '../../config/sizing/plan.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;

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
      severity: 'critical',
      meaning: 'The database is about to run out of storage, or reports nothing at all.',
      metric: database.metricFreeStorageSpace({ period: Duration.minutes(5), statistic: 'Minimum' }),
      comparison: LESS_THAN_THRESHOLD,
      // RDS grows the storage below 10 % free; half of that means it could not, or is at its limit.
      threshold: 0.05 * Size.gibibytes(plan.storageGiB).toBytes(),
      evaluationPeriods: 3,
      // Silence is an incident of its own, and of this alarm alone: a running instance always reports its storage.
      missingData: BREACHING,
    });
  }

  private watchCpu({ topic, database }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Cpu', {
      topic,
      name: 'database-cpu',
      severity: 'warning',
      meaning: 'The database has been short of CPU for a quarter of an hour; every page gets slower.',
      metric: database.metricCPUUtilization({ period: Duration.minutes(5), statistic: 'Average' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 90,
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private watchMemory({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Memory', {
      topic,
      name: 'database-memory',
      severity: 'warning',
      meaning: 'The database has little memory left; before long it swaps or PostgreSQL is restarted.',
      metric: database.metricFreeableMemory({ period: Duration.minutes(5), statistic: 'Minimum' }),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 0.05 * Size.mebibytes(plan.memoryMiB).toBytes(),
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private watchConnections({ topic, database, plan }: DatabaseAlarmsProps): void {
    new OdooAlarm(this, 'Connections', {
      topic,
      name: 'database-connections',
      severity: 'warning',
      meaning: 'Nearly all connections that the database allows are in use; further ones are refused.',
      metric: database.metricDatabaseConnections({ period: Duration.minutes(1), statistic: 'Maximum' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: Math.floor(0.85 * plan.maxConnections),
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
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
      // Half of the way. Autovacuum forces itself at 200 million, so a healthy database never comes near.
      threshold: 1_000_000_000,
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
      evaluationPeriods: 12,
      missingData: NOT_BREACHING,
    });
  }
}

/** RDS runs burstable classes (`db.t4g.large`) in unlimited mode: they are billed for surplus, not slowed down. */
function isBurstable(instanceClass: string): boolean {
  return instanceClass.startsWith('db.t');
}
