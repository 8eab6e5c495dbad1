import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { failedLogins } from '../../config/sizing/login-limits.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { logAlarm } from './log-alarm.ts';
import { logMetric } from './log-metrics.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { NOT_BREACHING } = cloudwatch.TreatMissingData;

/** Lines about workers that were killed. Odoo 18.0 writes up to two for one (measured). */
const KILLED_WORKER_LINES = 5;

/** In an hour. */
const FAILED_JOBS = 3;

export interface OdooLogAlarmsProps {
  readonly topic: AlarmTopic;
  /** Users of the environment. */
  readonly users: number;
}

/** Alarms on what Odoo complains of in its log, and on logins that fail or are refused. */
export class OdooLogAlarms extends Construct {
  constructor(scope: Construct, id: string, props: OdooLogAlarmsProps) {
    super(scope, id);
    this.watchFilestore(props);
    this.watchWorkers(props);
    this.watchConnectionPool(props);
    this.watchScheduledJobs(props);
    this.watchLogins(props);
  }

  private watchFilestore({ topic }: OdooLogAlarmsProps): void {
    logAlarm(this, 'FilestoreWriteErrors', {
      topic,
      name: 'filestore-write-errors',
      severity: 'critical',
      meaning:
        'Odoo could not write an attachment: what somebody uploaded is lost, and Odoo 18.0 did not tell them.',
      signal: 'FilestoreWriteErrors',
      minutes: 5,
      threshold: 0,
      unit: 'failures',
      because: 'a filestore that works refuses nothing, and each upload until it does is lost',
    });
  }

  private watchWorkers({ topic }: OdooLogAlarmsProps): void {
    logAlarm(this, 'WorkerTimeouts', {
      topic,
      name: 'worker-timeouts',
      severity: 'warning',
      meaning: 'Odoo kills workers whose requests or jobs take too long; what they did is lost.',
      signal: 'WorkerTimeouts',
      minutes: 15,
      threshold: KILLED_WORKER_LINES,
      unit: 'lines',
      because: 'one report that is too large ends one or two; more of them have a cause in common',
    });
  }

  private watchConnectionPool({ topic }: OdooLogAlarmsProps): void {
    logAlarm(this, 'ConnectionPoolFull', {
      topic,
      name: 'connection-pool-full',
      severity: 'warning',
      meaning: 'An Odoo process had no database connection left, and a request failed for it.',
      signal: 'ConnectionPoolFull',
      minutes: 5,
      threshold: 0,
      unit: 'failures',
      because: 'a worker needs two or three connections and its pool has several times that',
    });
  }

  private watchScheduledJobs({ topic }: OdooLogAlarmsProps): void {
    logAlarm(this, 'CronFailures', {
      topic,
      name: 'cron-failures',
      severity: 'warning',
      meaning: 'Scheduled jobs of Odoo fail again and again.',
      signal: 'CronFailures',
      minutes: 60,
      threshold: FAILED_JOBS,
      unit: 'failures',
      because: 'Odoo tries again by itself, and switches a job off that has failed five times within a week',
    });
  }

  /** Half an hour: an address that guesses alone is slowed down by nginx, and banned by the single server, before. */
  private watchLogins({ topic, users }: OdooLogAlarmsProps): void {
    const period = Duration.minutes(10);
    const metric = (name: 'FailedLogins' | 'RefusedLogins') =>
      logMetric({ environmentName: topic.environmentName, name, period, statistic: 'Sum' });
    new OdooAlarm(this, 'Logins', {
      topic,
      name: 'login-abuse',
      severity: 'warning',
      meaning: 'Somebody has been trying passwords for half an hour, from more addresses than are stopped.',
      metric: new cloudwatch.MathExpression({
        label: 'Logins that failed or were refused',
        expression: 'FILL(failed, 0) + FILL(refused, 0)',
        usingMetrics: { failed: metric('FailedLogins'), refused: metric('RefusedLogins') },
        period,
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: failedLogins(users),
      unit: 'logins',
      because: 'that is all users mistyping twice when they arrive, and nobody arrives for half an hour',
      evaluationPeriods: 3,
      missingData: NOT_BREACHING,
    });
  }
}
