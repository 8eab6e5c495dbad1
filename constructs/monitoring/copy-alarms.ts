import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { COPIES, COPY_AGE } from '../recovery/watch-copies.lambda/watch-copies.mjs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface CopyAlarmsProps {
  /** In the Region of the copies. */
  readonly topic: AlarmTopic;
  /** What the database is restored from: RDS's automated backups, or pgBackRest's repository. */
  readonly database: 'rds' | 'repository';
  /** How much work may be lost in a disaster. */
  readonly recoveryPointObjective: Duration;
}

interface Copy {
  /** Metric of the construct `CopyWatch`, in seconds. */
  readonly metricName: string;
  readonly name: string;
  readonly meaning: string;
  readonly limit: Duration;
  readonly because: string;
}

const RECOVERY_POINT_LIMIT = Duration.hours(36);

/**
 * Alarms on copies that are behind, in the Region of the copies: they ring there also when the primary Region tells nobody
 * anything. A copy of what users enter is late when three quarters of what may be lost are reached, so that somebody can act
 * within the rest; RDS alone may take half an hour (AWS Prescriptive Guidance).
 */
export class CopyAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, database, recoveryPointObjective }: CopyAlarmsProps) {
    super(scope, id);
    const limit = Duration.seconds(recoveryPointObjective.toSeconds() * 0.75);
    const because = `three quarters of the ${recoveryPointObjective.toHours()} h that may be lost leave a quarter to act in`;
    const copies: readonly Copy[] = [
      {
        metricName: COPY_AGE.filestore,
        name: 'filestore-copy-late',
        meaning: 'New attachments have not reached the recovery Region.',
        limit,
        because,
      },
      database === 'rds'
        ? {
            metricName: COPY_AGE.database,
            name: 'database-copy-late',
            meaning: "The database's automated backups have not reached the recovery Region.",
            limit,
            because,
          }
        : {
            metricName: COPY_AGE.backups,
            name: 'backups-copy-late',
            meaning: 'Backups of the database have not reached the recovery Region.',
            limit,
            because,
          },
      {
        metricName: COPY_AGE.recoveryPoints,
        name: 'recovery-point-copy-late',
        meaning: 'No new recovery point has reached the recovery Region for a day and a half.',
        limit: RECOVERY_POINT_LIMIT,
        because: 'one is made each day, and making and copying it takes hours',
      },
    ];
    for (const copy of copies) this.watch(topic, copy);
  }

  private watch(topic: AlarmTopic, { metricName, name, meaning, limit, because }: Copy): void {
    new OdooAlarm(this, metricName, {
      topic,
      name,
      severity: 'warning',
      meaning,
      metric: new cloudwatch.Metric({
        namespace: COPIES,
        metricName,
        dimensionsMap: { Environment: topic.environmentName },
        period: Duration.minutes(15),
        // The newest of three looks is also the one that is least behind.
        statistic: 'Minimum',
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: limit.toSeconds(),
      unit: 'seconds',
      because,
      evaluationPeriods: 1,
      // Whoever does not hear how far behind a copy is does not know it.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }
}
