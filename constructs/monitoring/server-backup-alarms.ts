import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type BackupJob, serverMetric } from '../odoo-server/server-metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type Severity } from './odoo-alarm.ts';
import { RestoreProofAlarm } from './restore-proof-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;

export interface ServerBackupAlarmsProps {
  readonly topic: AlarmTopic;
  /** Days after which a proof of a restore is overdue. */
  readonly proofDays: number;
  /** Whether recovery points of the data volume are restored for a test, each week as well. */
  readonly volumeIsTested: boolean;
}

interface AgeLimit {
  readonly job: BackupJob;
  readonly name: string;
  readonly severity: Severity;
  readonly meaning: string;
  readonly limit: Duration;
  readonly because: string;
  /** What it means when the server reports no age at all. */
  readonly silence: cloudwatch.TreatMissingData;
}

const FAILURES: Readonly<Record<BackupJob, string>> = {
  database: 'A backup of the database failed.',
  filestore: 'Copying attachments to the bucket failed.',
  dump: 'The nightly portable dump failed.',
};

/** Limits by schedule: hourly, every five minutes, nightly. */
const AGES: readonly AgeLimit[] = [
  {
    job: 'database',
    name: 'server-backup-database-late',
    severity: 'warning',
    meaning: 'No backup of the database has succeeded for two hours; a restore would have more to replay.',
    limit: Duration.hours(2),
    because: 'one is made each hour, so that two in a row are missing',
    silence: MISSING,
  },
  {
    job: 'database',
    name: 'server-backup-database-overdue',
    severity: 'critical',
    meaning: 'No backup of the database has succeeded for a day, or nothing is known of any.',
    limit: Duration.hours(26),
    because: 'a day and the time of a full backup have passed without one',
    // Backups that never began have no age. Somebody has to hear of those, too.
    silence: BREACHING,
  },
  {
    job: 'filestore',
    name: 'server-backup-filestore-late',
    severity: 'critical',
    meaning:
      'New attachments have not reached the bucket for half an hour; the loss of the server loses them.',
    limit: Duration.minutes(30),
    because:
      'it is half of the hour that may be lost at most, so that somebody can act within the other half',
    silence: MISSING,
  },
  {
    job: 'dump',
    name: 'server-backup-dump-late',
    severity: 'warning',
    meaning: 'The last portable dump is older than a day.',
    limit: Duration.hours(26),
    because: 'one is made each night, and takes up to two hours',
    silence: MISSING,
  },
];

/** Alarms on the backups that the single server makes of itself: one failed, one is too old, WAL does not leave, none is proven. */
export class ServerBackupAlarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic, proofDays, volumeIsTested }: ServerBackupAlarmsProps) {
    super(scope, id);
    this.topic = topic;
    for (const [job, meaning] of Object.entries(FAILURES)) this.watchFailures(job, meaning);
    for (const age of AGES) this.watchAge(age);
    this.watchWal();
    new RestoreProofAlarm(this, 'Proof', { topic, proofDays });
    if (volumeIsTested) new RestoreProofAlarm(this, 'VolumeProof', { topic, proofDays, of: 'volume' });
  }

  private watchFailures(job: string, meaning: string): void {
    new OdooAlarm(this, `${pascalCase(job)}Failed`, {
      topic: this.topic,
      name: `server-backup-${job}-failed`,
      severity: 'warning',
      meaning,
      metric: this.metric('BackupSucceeded', { Job: job }, Duration.minutes(5), 'Minimum'),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'backups succeeded',
      because: 'each failure has a reason, which its journal still names now',
      evaluationPeriods: 1,
      // Between two runs nothing is reported. The alarm is then over, and the next failure rings anew.
      missingData: NOT_BREACHING,
    });
  }

  private watchAge({ job, name, severity, meaning, limit, because, silence }: AgeLimit): void {
    new OdooAlarm(this, pascalCase(name.replace('server-backup-', '')), {
      topic: this.topic,
      panel: 'backups',
      line: job,
      name,
      severity,
      meaning,
      metric: this.metric('BackupAge', { Job: job }, Duration.minutes(5), 'Minimum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: limit.toSeconds(),
      unit: 'seconds',
      because,
      // Half an hour of silence: replacing a server takes less.
      evaluationPeriods: silence === BREACHING ? 6 : 1,
      missingData: silence,
    });
  }

  private watchWal(): void {
    new OdooAlarm(this, 'WalArchive', {
      topic: this.topic,
      name: 'server-wal-archive',
      panel: 'unsaved',
      line: 'write-ahead log',
      severity: 'critical',
      meaning: 'What users entered has not reached the backup bucket for a quarter of an hour.',
      metric: this.metric('WalArchiveDelay', {}, Duration.minutes(1), 'Maximum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: Duration.minutes(15).toSeconds(),
      unit: 'seconds',
      because: 'a segment is archived within two minutes, and an hour is the most that may be lost',
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }

  private metric(
    metricName: string,
    dimensions: Readonly<Record<string, string>>,
    period: Duration,
    statistic: 'Minimum' | 'Maximum',
  ): cloudwatch.Metric {
    const { environmentName } = this.topic;
    return serverMetric({ environmentName, metricName, dimensions, period, statistic });
  }
}

function pascalCase(words: string): string {
  return words.replaceAll(/(^|-)(\w)/g, (_match, _hyphen, letter: string) => letter.toUpperCase());
}
