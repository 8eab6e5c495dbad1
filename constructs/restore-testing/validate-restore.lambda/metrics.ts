/** Namespace of the metrics of restore tests. */
export const RESTORE_METRICS = 'Odoo/Restore';

export interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Seconds' | 'Percent';
  readonly value: number;
}

/**
 * A line that CloudWatch makes metrics of when it arrives in the log (embedded metric format): functions that reach nothing
 * but databases and S3 can publish all the same, and no role needs a permission for it.
 */
export function metricLine(
  environment: string,
  metrics: readonly Metric[],
  now: Date,
  namespace = RESTORE_METRICS,
): string {
  return JSON.stringify({
    _aws: {
      Timestamp: now.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [['Environment']],
          Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    Environment: environment,
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  });
}
