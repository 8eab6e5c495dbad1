import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { logMetric } from './log-metrics.ts';
import type { LogSignalName } from './log-signals.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

export interface LogAlarmProps extends Omit<
  OdooAlarmProps,
  'metric' | 'comparison' | 'evaluationPeriods' | 'missingData'
> {
  readonly signal: LogSignalName;
  readonly minutes: number;
  /** @default 'Sum' */
  readonly statistic?: string;
  /** @default GREATER_THAN_THRESHOLD */
  readonly comparison?: cloudwatch.ComparisonOperator;
  /** @default 1 */
  readonly evaluationPeriods?: number;
  /** What silence means. @default NOT_BREACHING: nothing has happened; that nothing is heard at all is an alarm of its own */
  readonly missingData?: cloudwatch.TreatMissingData;
}

/** Defines an alarm on one log metric, named as it is. */
export function logAlarm(
  scope: Construct,
  id: string,
  { signal, minutes, statistic = 'Sum', ...alarm }: LogAlarmProps,
): void {
  new OdooAlarm(scope, id, {
    comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: 1,
    missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...alarm,
    metric: logMetric({
      environmentName: alarm.topic.environmentName,
      name: signal,
      period: Duration.minutes(minutes),
      statistic,
    }),
  });
}
