import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { NOT_BREACHING } = cloudwatch.TreatMissingData;

/** Requests per minute below which an average or a share says nothing. */
const MEANINGFUL_REQUESTS = 20;

const MINUTE = Duration.minutes(1);

export interface EntryAlarmsProps {
  readonly topic: AlarmTopic;
  /** Their names: whoever counts is part of them. */
  readonly names: { readonly responseTime: string; readonly latency: string; readonly errors: string };
  /** Seconds until a request is answered, by period and statistic. */
  readonly seconds: (period: Duration, statistic: string) => cloudwatch.Metric;
  /** Requests that were answered, a minute. */
  readonly answered: cloudwatch.Metric;
  /** Those of all requests that ended with an error of the server, a minute. */
  readonly failed: cloudwatch.Metric;
  /** All requests, a minute. */
  readonly requests: cloudwatch.Metric;
}

/** What users meet, whoever counts it, the load balancer or nginx: everybody waits, some wait, requests fail. */
export function watchEntry(scope: Construct, props: EntryAlarmsProps): void {
  watchResponseTime(scope, props);
  watchLatency(scope, props);
  watchErrors(scope, props);
}

/** What everybody meets, at once: not one slow report, which the average of few requests would show as well. */
function watchResponseTime(scope: Construct, { topic, names, seconds, answered }: EntryAlarmsProps): void {
  new OdooAlarm(scope, 'ResponseTime', {
    topic,
    name: names.responseTime,
    panel: 'responseTime',
    line: 'average',
    severity: 'critical',
    meaning: 'Requests take longer than five seconds on average: people cannot work like that.',
    metric: new cloudwatch.MathExpression({
      label: 'Average response time, seconds',
      expression: `IF(answered > ${MEANINGFUL_REQUESTS}, seconds, 0)`,
      usingMetrics: { seconds: seconds(MINUTE, 'Average'), answered },
      period: MINUTE,
    }),
    comparison: GREATER_THAN_THRESHOLD,
    threshold: 5,
    unit: 'seconds',
    because: 'a quick page takes a tenth of a second, and two minutes tell it from one slow report',
    evaluationPeriods: 2,
    missingData: NOT_BREACHING,
  });
}

function watchLatency(scope: Construct, { topic, names, seconds }: EntryAlarmsProps): void {
  new OdooAlarm(scope, 'Latency', {
    topic,
    name: names.latency,
    panel: 'responseTime',
    line: 'p95',
    severity: 'warning',
    meaning: 'One request in twenty has taken longer than three seconds for a quarter of an hour.',
    metric: seconds(Duration.minutes(5), 'p95'),
    comparison: GREATER_THAN_THRESHOLD,
    threshold: 3,
    unit: 'seconds',
    because:
      'beyond three seconds people begin to wait, and one in twenty is several an hour for each of them',
    evaluationPeriods: 3,
    missingData: NOT_BREACHING,
    // At night one long report would be the slowest twentieth.
    ignoreLowSamples: true,
  });
}

function watchErrors(scope: Construct, { topic, names, failed, requests }: EntryAlarmsProps): void {
  new OdooAlarm(scope, 'TargetErrors', {
    topic,
    name: names.errors,
    panel: 'errors',
    line: 'by Odoo or nginx',
    severity: 'critical',
    meaning: 'More than one request in fifty fails in Odoo or nginx.',
    metric: new cloudwatch.MathExpression({
      label: 'Share of failed requests, percent',
      // A load balancer reports failures only when there are any.
      expression: `IF(requests > ${MEANINGFUL_REQUESTS}, 100 * FILL(failures, 0) / requests, 0)`,
      usingMetrics: { failures: failed, requests },
      period: MINUTE,
    }),
    comparison: GREATER_THAN_THRESHOLD,
    threshold: 2,
    unit: 'percent',
    because: 'at one in fifty each user meets a failure within minutes',
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
    // No requests, no failures.
    missingData: NOT_BREACHING,
  });
}
