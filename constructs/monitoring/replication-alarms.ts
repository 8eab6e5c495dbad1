import { aws_cloudwatch as cloudwatch, Duration, type aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REPLICATION_RULE } from '../shared/data-bucket.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

/** A bucket and its copy. */
export interface ReplicatedBucket {
  readonly bucket: s3.IBucket;
  readonly replica: s3.IBucket;
}

export interface ReplicationAlarmsProps {
  readonly topic: AlarmTopic;
  readonly filestore: ReplicatedBucket;
  readonly backups: ReplicatedBucket;
}

/**
 * Alarms on objects that S3 could not copy, which it does not try again: in the primary Region, where S3 counts them.
 */
export class ReplicationAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, filestore, backups }: ReplicationAlarmsProps) {
    super(scope, id);
    this.watch('Filestore', topic, filestore, {
      name: 'filestore-copy-failed',
      meaning: 'S3 could not copy an attachment to the recovery Region, and does not try again.',
    });
    this.watch('Backups', topic, backups, {
      name: 'backups-copy-failed',
      meaning: 'S3 could not copy a backup to the recovery Region, and does not try again.',
    });
  }

  private watch(
    id: string,
    topic: AlarmTopic,
    { bucket, replica }: ReplicatedBucket,
    text: { readonly name: string; readonly meaning: string },
  ): void {
    new OdooAlarm(this, id, {
      topic,
      ...text,
      severity: 'warning',
      metric: new cloudwatch.Metric({
        namespace: 'AWS/S3',
        metricName: 'OperationsFailedReplication',
        dimensionsMap: {
          SourceBucket: bucket.bucketName,
          DestinationBucket: replica.bucketName,
          RuleId: REPLICATION_RULE,
        },
        period: Duration.minutes(5),
        statistic: 'Sum',
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'objects',
      because: 'S3 does not try again, so that each one is missing there until somebody copies it',
      evaluationPeriods: 1,
      // Published only while something is copied.
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
