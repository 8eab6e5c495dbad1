import { aws_cloudwatch as cloudwatch, Duration, type aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface FenceAlarmProps {
  readonly topic: AlarmTopic;
  /** What looks for the fence each minute. */
  readonly guard: lambda.IFunction;
}

/** An alarm on a guard that cannot look: a fence would then not be noticed. */
export class FenceAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, guard }: FenceAlarmProps) {
    super(scope, id);
    new OdooAlarm(this, 'Guard', {
      topic,
      name: 'fence-guard-failed',
      severity: 'warning',
      meaning:
        'A fence would not stop this environment: its guard cannot read the recovery Region, or stop what serves.',
      metric: guard.metricErrors({ period: Duration.minutes(5), statistic: 'Sum' }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'failures',
      because:
        'a single call may fail; a quarter of an hour of failures ends by nothing that happens by itself',
      evaluationPeriods: 3,
      // Lambda publishes it with every invocation: where there is none, nobody looks.
      missingData: cloudwatch.TreatMissingData.BREACHING,
    });
  }
}
