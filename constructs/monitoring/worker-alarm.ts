import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { logMetric } from './log-metrics.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const PERIOD = Duration.minutes(5);

export interface WorkerAlarmProps {
  readonly topic: AlarmTopic;
  /** HTTP workers of one node. */
  readonly workers: number;
  /**
   * A metric whose number of samples in a minute is that of running nodes, such as the CPU of a service: each task reports
   * it once a minute.
   *
   * @default - one node that runs all the time
   */
  readonly nodes?: cloudwatch.Metric;
}

/** An alarm on HTTP workers that are all busy, so that requests wait for one although there may be CPU left. */
export class WorkerAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, workers, nodes }: WorkerAlarmProps) {
    super(scope, id);
    const busy = logMetric({
      environmentName: topic.environmentName,
      name: 'WorkerBusySeconds',
      period: PERIOD,
      statistic: 'Sum',
    });
    const nodeMinutes = nodes?.with({ period: PERIOD, statistic: 'SampleCount' });
    new OdooAlarm(this, 'Busy', {
      topic,
      name: 'worker-saturation',
      panel: 'workers',
      line: 'busy',
      severity: 'warning',
      meaning:
        "Nearly all of Odoo's HTTP workers have been busy for a quarter of an hour: requests wait for one.",
      metric: new cloudwatch.MathExpression({
        label: 'Time for which HTTP workers were busy, percent',
        expression: `100 * FILL(busy, 0) / (${60 * workers} * ${nodeMinutes ? 'nodeMinutes' : PERIOD.toMinutes()})`,
        usingMetrics: { busy, ...(nodeMinutes && { nodeMinutes }) },
        period: PERIOD,
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 80,
      unit: 'percent',
      // A request is booked when it ends, so that a long one alone may fill a period, but not three.
      because: `on a node with ${workers} workers ${waitingPercent(workers, 0.8)} % of the requests find none of them free then`,
      evaluationPeriods: 3,
      // No node, no saturation.
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}

/** Share of requests that find every worker busy (Erlang's formula C), in percent. */
function waitingPercent(workers: number, load: number): number {
  let refused = 1;
  for (let count = 1; count <= workers; count += 1) {
    refused = (load * workers * refused) / (count + load * workers * refused);
  }
  return Math.round((100 * refused) / (1 - load * (1 - refused)));
}
