import { aws_logs as logs } from 'aws-cdk-lib';

/**
 * So many days, as the CDK's retention of a log group.
 *
 * @param days - one of CloudWatch Logs' values: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400 and more up to 3653.
 * @throws Error for any other number, which the service would refuse on deployment.
 */
export function logRetention(days: number): logs.RetentionDays {
  const allowed = possibleDays();
  if (!isOneOf(allowed, days)) {
    throw new Error(`logs cannot be kept for ${days} days: use one of ${allowed.join(', ')}`);
  }
  return days;
}

function possibleDays(): readonly number[] {
  const { INFINITE: _forEver, ...finite } = logs.RetentionDays;
  return Object.values(finite).filter((value) => typeof value === 'number');
}

function isOneOf(allowed: readonly number[], days: number): days is logs.RetentionDays {
  return allowed.includes(days);
}
