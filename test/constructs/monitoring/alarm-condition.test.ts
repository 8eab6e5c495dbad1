import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { conditionOf } from '../../../constructs/monitoring/alarm-condition.ts';
import { testStack } from '../../support/stack.ts';
import { addTopic } from './alarm-stacks.ts';
import type { OdooAlarmProps } from '../../../constructs/monitoring/odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;

function condition(alarm: Partial<OdooAlarmProps>): string {
  return conditionOf({
    topic: addTopic(testStack()),
    name: 'slow',
    severity: 'warning',
    meaning: 'It is slow.',
    metric: metricOf(Duration.minutes(5), 'p95'),
    comparison: GREATER_THAN_THRESHOLD,
    threshold: 3,
    unit: 'seconds',
    because: 'people wait',
    evaluationPeriods: 3,
    missingData: cloudwatch.TreatMissingData.MISSING,
    ...alarm,
  });
}

function metricOf(period: Duration, statistic: string): cloudwatch.Metric {
  return new cloudwatch.Metric({ namespace: 'AWS/X', metricName: 'X', period, statistic });
}

it('says in words when an alarm rings', () => {
  expect(condition({})).toBe('above 3 seconds (p95) for 3 periods of 5 minutes');
});

it('says how many periods of how many have to breach', () => {
  expect(condition({ evaluationPeriods: 5, datapointsToAlarm: 3 })).toMatch(
    / in 3 of 5 periods of 5 minutes$/,
  );
  expect(condition({ evaluationPeriods: 1 })).toMatch(/ for 5 minutes$/);
});

function below(threshold: number, unit: string): string {
  return condition({ comparison: LESS_THAN_THRESHOLD, threshold, unit }).replace(/ \(p95\).*/, '');
}

it('says quantities as people do', () => {
  expect(below(1, 'healthy tasks')).toBe('below 1 healthy task');
  expect(below(777_600, 'seconds')).toBe('below 9 days');
  expect(below(2700, 'seconds')).toBe('below 45 minutes');
  expect(below(5 * 1024 ** 3, 'bytes')).toBe('below 5.00 GiB');
  expect(below(1_000_000_000, 'transactions')).toBe('below 1,000,000,000 transactions');
});

it('leaves the statistic of an expression to the expression', () => {
  const expression = new cloudwatch.MathExpression({
    expression: 'a / 2',
    usingMetrics: { a: metricOf(Duration.hours(1), 'Sum') },
    period: Duration.hours(1),
  });
  expect(condition({ metric: expression })).toBe('above 3 seconds for 3 periods of 1 hour');
});
