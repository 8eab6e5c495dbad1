import { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import type { OdooAlarmProps } from './odoo-alarm.ts';

const COMPARISONS: Readonly<Partial<Record<cloudwatch.ComparisonOperator, string>>> = {
  [cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD]: 'above',
  [cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD]: 'at or above',
  [cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD]: 'below',
  [cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD]: 'at or below',
};

/** When an alarm rings, in words: `above 3 seconds (p95) for 3 periods of 5 minutes`. */
export function conditionOf(alarm: OdooAlarmProps): string {
  const { evaluationPeriods: periods, datapointsToAlarm: breaching = periods } = alarm;
  const period = spanOf(alarm.metric.period.toSeconds());
  const time =
    periods === 1
      ? `for ${period}`
      : breaching === periods
        ? `for ${periods} periods of ${period}`
        : `in ${breaching} of ${periods} periods of ${period}`;
  return `${COMPARISONS[alarm.comparison]} ${quantityOf(alarm)}${statisticOf(alarm)} ${time}`;
}

function quantityOf({ threshold, unit }: OdooAlarmProps): string {
  if (unit === 'seconds' && threshold >= 120) return spanOf(threshold);
  if (unit === 'bytes') return `${(threshold / 1024 ** 3).toPrecision(3)} GiB`;
  const words = threshold === 1 ? unit.replace(/s$/, '') : unit;
  return `${threshold.toLocaleString('en')} ${words}`;
}

/** What of the values in a period is compared. An expression says it itself, and the unit what is counted. */
function statisticOf({ metric }: OdooAlarmProps): string {
  if (!(metric instanceof cloudwatch.Metric)) return '';
  return metric.statistic === 'SampleCount' ? '' : ` (${metric.statistic.toLowerCase()})`;
}

/** In the largest unit that has no remainder. */
function spanOf(seconds: number): string {
  for (const [unit, length] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const) {
    const count = seconds / length;
    if (Number.isInteger(count)) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return `${seconds} seconds`;
}
