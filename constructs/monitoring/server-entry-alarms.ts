import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { logAlarm } from './log-alarm.ts';
import { logMetric } from './log-metrics.ts';
import type { LogSignalName } from './log-signals.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { NOT_BREACHING } = cloudwatch.TreatMissingData;

/** Requests per minute below which an average or a share says nothing. */
const MEANINGFUL_REQUESTS = 20;

const MINUTE = Duration.minutes(1);

export interface ServerEntryAlarmsProps {
  readonly topic: AlarmTopic;
}

/** Alarms of what users of the single server meet, from nginx's log: a load balancer would tell it of the others. */
export class ServerEntryAlarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic }: ServerEntryAlarmsProps) {
    super(scope, id);
    this.topic = topic;
    this.watchResponseTime();
    this.watchLatency();
    this.watchErrors();
  }

  private watchResponseTime(): void {
    new OdooAlarm(this, 'ResponseTime', {
      topic: this.topic,
      name: 'server-response-time',
      panel: 'responseTime',
      line: 'average',
      severity: 'critical',
      meaning: 'Odoo takes more than five seconds to answer on average: nobody can work.',
      metric: new cloudwatch.MathExpression({
        label: 'Seconds until Odoo answers, average',
        expression: `IF(answers > ${MEANINGFUL_REQUESTS}, seconds, 0)`,
        usingMetrics: {
          seconds: this.metric('ResponseSeconds', 'Average'),
          answers: this.metric('ResponseSeconds', 'SampleCount'),
        },
        period: MINUTE,
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 5,
      unit: 'seconds',
      because: 'one report may take that long; when the average does, everybody waits',
      evaluationPeriods: 2,
      missingData: NOT_BREACHING,
    });
  }

  private watchLatency(): void {
    logAlarm(this, 'Latency', {
      topic: this.topic,
      name: 'server-latency',
      panel: 'responseTime',
      line: 'p95',
      severity: 'warning',
      meaning: 'One request in twenty has taken longer than three seconds for a quarter of an hour.',
      signal: 'ResponseSeconds',
      minutes: 5,
      statistic: 'p95',
      threshold: 3,
      unit: 'seconds',
      because:
        'beyond three seconds people begin to wait, and one in twenty is several an hour for each of them',
      evaluationPeriods: 3,
      // At night one long report would be the slowest twentieth.
      ignoreLowSamples: true,
    });
  }

  private watchErrors(): void {
    new OdooAlarm(this, 'Errors', {
      topic: this.topic,
      name: 'server-errors',
      panel: 'errors',
      line: 'by Odoo or nginx',
      severity: 'critical',
      meaning: 'More than one request in fifty fails in Odoo or nginx.',
      metric: new cloudwatch.MathExpression({
        label: 'Share of failed requests, percent',
        expression: `IF(requests > ${MEANINGFUL_REQUESTS}, 100 * failures / requests, 0)`,
        usingMetrics: {
          failures: this.metric('FailedRequests', 'Sum'),
          requests: this.metric('Requests', 'Sum'),
        },
        period: MINUTE,
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 2,
      unit: 'percent',
      because: 'at one in fifty each user meets a failure within minutes',
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      missingData: NOT_BREACHING,
    });
  }

  private metric(name: LogSignalName, statistic: string): cloudwatch.Metric {
    return logMetric({ environmentName: this.topic.environmentName, name, period: MINUTE, statistic });
  }
}
