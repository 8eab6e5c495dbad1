import { aws_cloudwatch as cloudwatch, type Duration, aws_logs as logs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LOG_SIGNALS, type LogSignal, type LogSignalName } from './log-signals.ts';

export interface LogMetricsProps {
  readonly environmentName: string;
  /** What writes the logs: the single server, or tasks on ECS with a database of RDS. */
  readonly from:
    | { readonly kind: 'server'; readonly logGroup: logs.ILogGroup }
    | {
        readonly kind: 'services';
        /** Of Odoo, nginx and the vital signs. */
        readonly logGroup: logs.ILogGroup;
        readonly databaseLogGroup: logs.ILogGroup;
      };
}

/**
 * Metric filters that make the metrics of {@link LOG_SIGNALS} from the logs of an environment, in a namespace of its own. Only
 * lines that come after the filters were made count.
 *
 * Cost: each metric is a custom one. No dimensions: with them there would be no zeros, and a metric for each value.
 */
export class LogMetrics extends Construct {
  constructor(scope: Construct, id: string, { environmentName, from }: LogMetricsProps) {
    super(scope, id);
    for (const [metricName, signal] of signalsOf(from.kind)) {
      new logs.MetricFilter(this, metricName, {
        logGroup:
          from.kind === 'services' && signal.log === 'postgresql' ? from.databaseLogGroup : from.logGroup,
        filterPattern: signal.pattern,
        metricNamespace: namespaceOf(environmentName),
        metricName,
        metricValue: signal.value ?? '1',
        // A measurement has no value where nothing was measured: a zero would make the slowest twentieth fast.
        defaultValue: signal.value === undefined ? 0 : undefined,
        unit: signal.unit,
      });
    }
  }
}

/** The signals that this kind of environment has, by the names of their metrics. */
export function signalsOf(kind: 'server' | 'services'): readonly (readonly [string, LogSignal])[] {
  const signals: Readonly<Record<LogSignalName, LogSignal>> = LOG_SIGNALS;
  return Object.entries(signals).filter(([, { serverOnly = false }]) => kind === 'server' || !serverOnly);
}

/** One of an environment's log metrics. */
export interface LogMetricProps {
  readonly environmentName: string;
  readonly name: LogSignalName;
  readonly period: Duration;
  /** `Sum`, `Average`, `Maximum`, `SampleCount`, or a percentile such as `p95`. */
  readonly statistic: string;
}

/** A metric as {@link LogMetrics} makes it. */
export function logMetric({ environmentName, name, period, statistic }: LogMetricProps): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: namespaceOf(environmentName),
    metricName: name,
    period,
    statistic,
  });
}

function namespaceOf(environmentName: string): string {
  return `Odoo/${environmentName}`;
}
