import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { RESTORE_METRICS } from '../restore-testing/validate-restore.lambda/metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface RestoreProofAlarmProps {
  readonly topic: AlarmTopic;
  /** Days after which a proof is overdue. */
  readonly proofDays: number;
  /**
   * `volume`: recovery points of the single server's data volume. Each kind has an age of its own, so that none hides another.
   *
   * @default - backups of the database
   */
  readonly of?: 'volume';
}

/** Rings when no restore was proven for too long, whoever proves it: functions in medium and large, the server in small. */
export class RestoreProofAlarm extends OdooAlarm {
  constructor(scope: Construct, id: string, { topic, proofDays, of }: RestoreProofAlarmProps) {
    const what = of === undefined ? 'a backup' : 'a recovery point of the data volume';
    super(scope, id, {
      topic,
      name: of === undefined ? 'restore-proof-overdue' : `${of}-restore-proof-overdue`,
      panel: 'proof',
      line: of ?? 'database',
      severity: 'warning',
      meaning: `No restore of ${what} has been proven for ${proofDays} days: whether there is ${what} is not known.`,
      metric: new cloudwatch.Metric({
        namespace: RESTORE_METRICS,
        metricName: 'RestoreProofAge',
        dimensionsMap: { Environment: topic.environmentName, ...(of !== undefined && { Job: of }) },
        period: Duration.hours(1),
        statistic: 'Maximum',
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: Duration.days(proofDays).toSeconds(),
      unit: 'seconds',
      because: 'one is made each week, and one that failed can be repeated within two days',
      // Published each hour at least, a little later each time.
      evaluationPeriods: 3,
      // Whoever does not hear of its age does not know it either.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }
}
