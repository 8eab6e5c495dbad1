import { aws_logs as logs } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { logRetention } from '../../../constructs/shared/log-retention.ts';

it.each([
  [1, logs.RetentionDays.ONE_DAY],
  [30, logs.RetentionDays.ONE_MONTH],
  [365, logs.RetentionDays.ONE_YEAR],
])('keeps logs for %i days', (days, retention) => {
  expect(logRetention(days)).toBe(retention);
});

it.each([0, 2, 31, 366])(
  'fails for %i days, which CloudWatch Logs does not know, and names what it knows',
  (days) => {
    expect(() => logRetention(days)).toThrow(
      `logs cannot be kept for ${days} days: use one of 1, 3, 5, 7, 14, 30,`,
    );
  },
);
