import { paginateDescribeAlarms, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Comparison, Deployed } from '../comparison.ts';

/** Every alarm of the templates exists, is switched on and tells the alarm topic. */
export async function readAlarms({ account, resources }: Deployed): Promise<readonly Comparison[]> {
  const names = resources.idsOf('AWS::CloudWatch::Alarm');
  const topics = new Set(resources.idsOf('AWS::SNS::Topic'));
  const found: MetricAlarm[] = [];
  for await (const { MetricAlarms = [] } of paginateDescribeAlarms({ client: account.cloudWatch }, {})) {
    found.push(...MetricAlarms.filter(({ AlarmName = '' }) => names.includes(AlarmName)));
  }
  return [
    { what: 'there are alarms', expected: true, actual: names.length > 0 },
    {
      what: 'alarms',
      expected: names.toSorted(),
      actual: found.map(({ AlarmName = '' }) => AlarmName).toSorted(),
    },
    {
      what: 'alarms that tell nobody',
      expected: [],
      actual: found
        .filter(
          ({ ActionsEnabled, AlarmActions = [] }) =>
            !ActionsEnabled || !AlarmActions.some((arn) => topics.has(arn)),
        )
        .map(({ AlarmName }) => AlarmName),
    },
  ];
}
