import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { logAlarm } from './log-alarm.ts';

const { LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING } = cloudwatch.TreatMissingData;

/** Odoo looks for due jobs once a minute. */
const WAITING_JOB_SECONDS = 15 * 60;

const WAITING_SESSION_SECONDS = 60;

export interface VitalSignsAlarmsProps {
  readonly topic: AlarmTopic;
  /** Seconds that Odoo lets a scheduled job run (`limit_time_real_cron`). */
  readonly longestJobSeconds: number;
}

/**
 * Alarms on what `vital_signs.py` asks the database once a minute, and on its silence. While the database job changes modules
 * it says nothing of scheduled jobs, which wait for that.
 */
export class VitalSignsAlarms extends Construct {
  constructor(scope: Construct, id: string, props: VitalSignsAlarmsProps) {
    super(scope, id);
    this.watchSilence(props);
    this.watchScheduledJobs(props);
    this.watchLocks(props);
  }

  private watchSilence({ topic }: VitalSignsAlarmsProps): void {
    logAlarm(this, 'Missing', {
      topic,
      name: 'vital-signs-missing',
      severity: 'warning',
      meaning:
        'Nobody has been able to ask the database how it is for twenty minutes: late scheduled jobs and locks are not noticed.',
      signal: 'VitalSigns',
      minutes: 5,
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'answers',
      because: 'it is asked once a minute, and a deployment or a failover takes less than twenty',
      evaluationPeriods: 4,
      missingData: BREACHING,
    });
  }

  private watchScheduledJobs({ topic, longestJobSeconds }: VitalSignsAlarmsProps): void {
    const job = { topic, signal: 'CronLag', minutes: 1, statistic: 'Maximum', unit: 'seconds' } as const;
    logAlarm(this, 'CronLag', {
      ...job,
      name: 'cron-lag',
      panel: 'jobs',
      line: 'the latest',
      severity: 'warning',
      meaning: 'A scheduled job of Odoo that is due waits: mails, reminders and imports are late.',
      threshold: WAITING_JOB_SECONDS,
      because: 'Odoo looks for due jobs every minute; who waits longer waits for a worker that others hold',
      evaluationPeriods: 10,
    });
    logAlarm(this, 'CronStalled', {
      ...job,
      name: 'cron-stalled',
      panel: 'jobs',
      line: 'the latest',
      severity: 'critical',
      meaning: 'Scheduled jobs of Odoo do not run: no mails leave, nothing that is planned happens.',
      threshold: longestJobSeconds,
      because: 'no job may run for longer, so that a job that waits longer does not wait for another one',
      evaluationPeriods: 10,
    });
  }

  private watchLocks({ topic }: VitalSignsAlarmsProps): void {
    logAlarm(this, 'LockWait', {
      topic,
      name: 'lock-wait',
      severity: 'warning',
      meaning:
        'Somebody has waited for a lock in the database for more than a minute, and holds an Odoo worker meanwhile.',
      signal: 'LongestLockWait',
      minutes: 1,
      statistic: 'Maximum',
      threshold: WAITING_SESSION_SECONDS,
      unit: 'seconds',
      because:
        "a user's transaction takes less than a second; who is waited for this long does not go on by himself",
      evaluationPeriods: 3,
    });
  }
}
