import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, paginateDescribeLogGroups } from '@aws-sdk/client-cloudwatch-logs';
import { paginateListSubscriptionsByTopic, SNSClient } from '@aws-sdk/client-sns';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { alarm, logGroup, subscription } from '../answers.ts';
import type { DeployedWatch } from '../deployed.ts';

/** Amazon CloudWatch and SNS. */
export function awsWatch(config: PatientClient): DeployedWatch {
  const cloudWatch = new CloudWatchClient(config);
  const logs = new CloudWatchLogsClient(config);
  const sns = new SNSClient(config);
  return {
    async alarms(names) {
      const { MetricAlarms = [], CompositeAlarms = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({
          AlarmNames: [...names],
          AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
          MaxRecords: 100,
        }),
      );
      return z.array(alarm).parse([...MetricAlarms, ...CompositeAlarms]);
    },
    async subscriptions(topic) {
      const found = [];
      for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
        { client: sns },
        { TopicArn: topic },
      )) {
        found.push(...Subscriptions);
      }
      return z.array(subscription).parse(found);
    },
    async logGroup(name) {
      for await (const { logGroups } of paginateDescribeLogGroups(
        { client: logs },
        { logGroupNamePrefix: name },
      )) {
        const found = z
          .array(logGroup)
          .parse(logGroups)
          .find((group) => group.logGroupName === name);
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}
