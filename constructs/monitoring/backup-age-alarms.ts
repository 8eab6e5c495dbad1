import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { START_MINUTES } from '../backup/backup-time.ts';
import { COMPLETION_HOURS } from '../backup/recovery-points.ts';
import { BACKUP_AGE, BACKUPS } from '../backup/watch-recovery-points.lambda/watch-recovery-points.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

/** Daily ones, each begun within its hour and complete within its half day. */
const RECOVERY_POINT_LIMIT = Duration.minutes(24 * 60 + START_MINUTES + COMPLETION_HOURS * 60);

export interface BackupAgeAlarmsProps {
  readonly topic: AlarmTopic;
  /**
   * How much work may be lost, where RDS backs the database up.
   *
   * @default - the server makes the backups, and reports on them itself
   */
  readonly recoveryPointObjective?: Duration;
}

/** Rings when there is no new recovery point although no job has failed, and when RDS no longer archives what users enter. */
export class BackupAgeAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, recoveryPointObjective }: BackupAgeAlarmsProps) {
    super(scope, id);
    this.watch(topic, BACKUP_AGE.recoveryPoints, {
      name: 'recovery-point-overdue',
      line: 'recovery point',
      severity: 'warning',
      meaning: 'No new recovery point has come for more than a day and a half.',
      threshold: RECOVERY_POINT_LIMIT.toSeconds(),
      because: `one begins each day, within ${START_MINUTES} minutes, and is complete within ${COMPLETION_HOURS} hours or has failed`,
    });
    if (recoveryPointObjective !== undefined) this.watchDatabase(topic, recoveryPointObjective);
  }

  private watchDatabase(topic: AlarmTopic, objective: Duration): void {
    this.watch(topic, BACKUP_AGE.database, {
      name: 'database-backup-late',
      line: 'backup of the database',
      severity: 'critical',
      meaning: 'What users entered is in no backup: RDS does not archive the transaction log.',
      threshold: objective.toSeconds() * 0.75,
      because: `RDS archives every five minutes, and three quarters of the ${objective.toHours()} h that may be lost leave a quarter to act in`,
    });
  }

  private watch(
    topic: AlarmTopic,
    metricName: string,
    alarm: Pick<OdooAlarmProps, 'name' | 'line' | 'severity' | 'meaning' | 'threshold' | 'because'>,
  ): void {
    new OdooAlarm(this, metricName, {
      topic,
      ...alarm,
      panel: 'backups',
      metric: new cloudwatch.Metric({
        namespace: BACKUPS,
        metricName,
        dimensionsMap: { Environment: topic.environmentName },
        period: Duration.minutes(15),
        // The newest of three looks.
        statistic: 'Minimum',
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      unit: 'seconds',
      evaluationPeriods: 1,
      // Whoever does not hear how old a backup is does not know it.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }
}
