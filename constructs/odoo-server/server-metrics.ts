import { aws_cloudwatch as cloudwatch, type Duration } from 'aws-cdk-lib';

/** Namespace of everything that the single server reports about itself. Beside it its role may write to that of restore proofs alone. */
export const SERVER_METRICS = 'Odoo/Server';

/** The three backups of the server: pgBackRest's repository, the copy of the filestore, the nightly portable dump. */
export type BackupJob = 'database' | 'filestore' | 'dump';

/** One of the server's own metrics, with the dimensions under which the host publishes it. */
export interface ServerMetricProps {
  readonly environmentName: string;
  readonly metricName: string;
  /**
   * Dimensions beside the environment, for example `Job` or `path`.
   *
   * @default - none
   */
  readonly dimensions?: Readonly<Record<string, string>>;
  readonly period: Duration;
  readonly statistic: 'Minimum' | 'Maximum' | 'Average' | 'SampleCount';
}

/** A metric as the host publishes it: a dimension more or less is another metric, which nobody ever writes. */
export function serverMetric(props: ServerMetricProps): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: SERVER_METRICS,
    metricName: props.metricName,
    dimensionsMap: { Environment: props.environmentName, ...props.dimensions },
    period: props.period,
    statistic: props.statistic,
  });
}
