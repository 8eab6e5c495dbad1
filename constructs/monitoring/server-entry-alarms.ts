import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { watchEntry } from './entry-alarms.ts';
import { logMetric } from './log-metrics.ts';
import type { LogSignalName } from './log-signals.ts';

/** Alarms of what users of the single server meet, from nginx's log: a load balancer would tell it of the others. */
export class ServerEntryAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic }: { readonly topic: AlarmTopic }) {
    super(scope, id);
    const { environmentName } = topic;
    const inMinute = (name: LogSignalName, statistic: string) =>
      logMetric({ environmentName, name, period: Duration.minutes(1), statistic });
    watchEntry(this, {
      topic,
      names: { responseTime: 'server-response-time', latency: 'server-latency', errors: 'server-errors' },
      seconds: (period, statistic) =>
        logMetric({ environmentName, name: 'ResponseSeconds', period, statistic }),
      answered: inMinute('ResponseSeconds', 'SampleCount'),
      failed: inMinute('FailedRequests', 'Sum'),
      requests: inMinute('Requests', 'Sum'),
    });
  }
}
