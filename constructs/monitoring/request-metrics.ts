import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { logMetric } from './log-metrics.ts';

/** Requests at the entry, as sums. */
export interface RequestMetrics {
  /** Those that Odoo or nginx answered, however. */
  readonly answered: cloudwatch.Metric;
  /** Those of them that were answered with an error of the server. */
  readonly failed: cloudwatch.Metric;
  /**
   * Those that reached neither.
   *
   * @default - nobody counts them
   */
  readonly refused?: cloudwatch.Metric;
}

/**
 * Those of a load balancer, whatever is behind it.
 *
 * @param loadBalancer - its full name, `app/NAME/ID`.
 */
export function requestsAt(loadBalancer: string): RequestMetrics {
  const metric = (metricName: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/ApplicationELB',
      metricName,
      dimensionsMap: { LoadBalancer: loadBalancer },
      statistic: 'Sum',
    });
  return {
    answered: metric('RequestCount'),
    failed: metric('HTTPCode_Target_5XX_Count'),
    refused: metric('HTTPCode_ELB_5XX_Count'),
  };
}

/** Those that the single server has in the log of its nginx; what does not reach that, nobody counts. */
export function requestsInLog(environmentName: string): RequestMetrics {
  const sum = (name: 'Requests' | 'FailedRequests') =>
    logMetric({ environmentName, name, period: Duration.minutes(5), statistic: 'Sum' });
  return { answered: sum('Requests'), failed: sum('FailedRequests') };
}
