import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type Severity } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { NOT_BREACHING } = cloudwatch.TreatMissingData;

export interface FilestoreAlarmsProps {
  readonly topic: AlarmTopic;
  /** Id of the S3 Files file system, `fs-...`. */
  readonly fileSystemId: string;
}

/**
 * Alarms of the S3 Files file system: attachments that do not reach the bucket, and so no backup and no other Region,
 * and attachments that do not come back from it.
 *
 * Metrics as in the S3 user guide, "Monitoring S3 Files with Amazon CloudWatch", read in November 2026.
 */
export class FilestoreAlarms extends Construct {
  constructor(scope: Construct, id: string, props: FilestoreAlarmsProps) {
    super(scope, id);
    this.watchCount(props, 'ExportFailures', {
      name: 'filestore-export-failures',
      severity: 'critical',
      meaning:
        'Attachments could not be written to the bucket and will not be tried again: they are in no backup.',
    });
    this.watchCount(props, 'ImportFailures', {
      name: 'filestore-import-failures',
      severity: 'critical',
      meaning: 'Attachments in the bucket cannot be read by Odoo.',
    });
    this.watchCount(props, 'LostAndFoundFiles', {
      name: 'filestore-lost-and-found',
      severity: 'warning',
      meaning:
        'Something else wrote objects that Odoo writes; its own versions were put aside, out of its sight.',
    });
    this.watchExportAge(props);
  }

  private watchCount(
    { topic, fileSystemId }: FilestoreAlarmsProps,
    metricName: string,
    about: { readonly name: string; readonly severity: Severity; readonly meaning: string },
  ): void {
    new OdooAlarm(this, metricName, {
      topic,
      ...about,
      metric: filestoreMetric(fileSystemId, metricName, 'Sum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'files',
      because: 'none is tried again, so that each one matters',
      evaluationPeriods: 1,
      // Whether S3 Files reports zeros is not documented; an idle file system must not ring.
      missingData: NOT_BREACHING,
    });
  }

  private watchExportAge({ topic, fileSystemId }: FilestoreAlarmsProps): void {
    new OdooAlarm(this, 'ExportAge', {
      topic,
      name: 'filestore-export-age',
      panel: 'unsaved',
      line: 'attachments',
      severity: 'warning',
      meaning:
        'Attachments wait longer than half an hour for their way into the bucket: the recovery point suffers.',
      metric: filestoreMetric(fileSystemId, 'ExportAge', 'Maximum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: Duration.minutes(30).toSeconds(),
      unit: 'seconds',
      because:
        'a file is exported after a minute without writes, and half an hour is half of what may be lost',
      evaluationPeriods: 3,
      missingData: NOT_BREACHING,
    });
  }
}

function filestoreMetric(fileSystemId: string, metricName: string, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/S3/Files',
    metricName,
    dimensionsMap: { FileSystemId: fileSystemId },
    period: Duration.minutes(5),
    statistic,
  });
}
