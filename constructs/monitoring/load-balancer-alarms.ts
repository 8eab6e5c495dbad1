import {
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_elasticloadbalancingv2 as elbv2,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } =
  cloudwatch.ComparisonOperator;
const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;

const NAMESPACE = 'AWS/ApplicationELB';

/** Requests per minute below which a share of failures says nothing. */
const MEANINGFUL_REQUESTS = 20;

export interface LoadBalancerAlarmsProps {
  readonly topic: AlarmTopic;
  readonly loadBalancer: elbv2.ApplicationLoadBalancer;
  readonly targetGroup: elbv2.ApplicationTargetGroup;
}

/** Alarms of what users meet at the entry: nobody answers, failures, slowness. */
export class LoadBalancerAlarms extends Construct {
  constructor(scope: Construct, id: string, props: LoadBalancerAlarmsProps) {
    super(scope, id);
    this.watchHealthyTargets(props);
    this.watchUnhealthyTargets(props);
    this.watchTargetErrors(props);
    this.watchOwnErrors(props);
    this.watchResponseTime(props);
    this.watchLatency(props);
  }

  private watchHealthyTargets(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'NoHealthyTarget', {
      topic: props.topic,
      name: 'load-balancer-no-healthy-target',
      panel: 'targets',
      line: 'healthy',
      severity: 'critical',
      meaning: 'No Odoo task is healthy: nobody can work.',
      metric: targetMetric(props, 'HealthyHostCount', 1, 'Maximum'),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'healthy tasks',
      because: 'without one nobody is answered; a task that is replaced takes no more than two minutes off',
      evaluationPeriods: 3,
      // Without a single registered task the metric is not reported.
      missingData: BREACHING,
    });
  }

  private watchUnhealthyTargets(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'UnhealthyTarget', {
      topic: props.topic,
      name: 'load-balancer-unhealthy-target',
      panel: 'targets',
      line: 'unhealthy',
      severity: 'warning',
      meaning:
        'An Odoo task has failed its health check for ten minutes and was not replaced by a healthy one.',
      metric: targetMetric(props, 'UnHealthyHostCount', 1, 'Maximum'),
      comparison: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      unit: 'unhealthy tasks',
      because: 'a task that starts is unhealthy until Odoo has loaded, which ten minutes are enough for',
      evaluationPeriods: 10,
      missingData: NOT_BREACHING,
    });
  }

  private watchTargetErrors(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'TargetErrors', {
      topic: props.topic,
      name: 'load-balancer-target-errors',
      panel: 'errors',
      line: 'by Odoo or nginx',
      severity: 'critical',
      meaning: 'More than one request in fifty fails in Odoo or nginx.',
      metric: new cloudwatch.MathExpression({
        label: 'Share of failed requests, percent',
        // Failures are reported only when there are any.
        expression: `IF(requests > ${MEANINGFUL_REQUESTS}, 100 * FILL(failures, 0) / requests, 0)`,
        usingMetrics: {
          failures: targetMetric(props, 'HTTPCode_Target_5XX_Count', 1, 'Sum'),
          requests: targetMetric(props, 'RequestCount', 1, 'Sum'),
        },
        period: Duration.minutes(1),
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

  private watchOwnErrors(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'OwnErrors', {
      topic: props.topic,
      name: 'load-balancer-errors',
      severity: 'warning',
      meaning:
        'The load balancer itself answers with 502, 503 or 504 because no task took or finished the request.',
      metric: new cloudwatch.Metric({
        namespace: NAMESPACE,
        metricName: 'HTTPCode_ELB_5XX_Count',
        dimensionsMap: { LoadBalancer: props.loadBalancer.loadBalancerFullName },
        period: Duration.minutes(5),
        statistic: 'Sum',
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 10,
      unit: 'failures',
      because: 'a deployment may cut a few requests off; more of them for ten minutes are something else',
      evaluationPeriods: 2,
      missingData: NOT_BREACHING,
    });
  }

  /** What everybody meets, at once: not one slow report, which the average of few requests would show as well. */
  private watchResponseTime(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'ResponseTime', {
      topic: props.topic,
      name: 'load-balancer-response-time',
      panel: 'responseTime',
      line: 'average',
      severity: 'critical',
      meaning: 'Requests take longer than five seconds on average: people cannot work like that.',
      metric: new cloudwatch.MathExpression({
        label: 'Average response time, seconds',
        expression: `IF(requests > ${MEANINGFUL_REQUESTS}, seconds, 0)`,
        usingMetrics: {
          seconds: targetMetric(props, 'TargetResponseTime', 1, 'Average'),
          requests: targetMetric(props, 'RequestCount', 1, 'Sum'),
        },
        period: Duration.minutes(1),
      }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 5,
      unit: 'seconds',
      because: 'a quick page takes a tenth of a second, and two minutes tell it from one slow report',
      evaluationPeriods: 2,
      missingData: NOT_BREACHING,
    });
  }

  private watchLatency(props: LoadBalancerAlarmsProps): void {
    new OdooAlarm(this, 'Latency', {
      topic: props.topic,
      name: 'load-balancer-latency',
      panel: 'responseTime',
      line: 'p95',
      severity: 'warning',
      meaning: 'One request in twenty has taken longer than three seconds for a quarter of an hour.',
      metric: targetMetric(props, 'TargetResponseTime', 5, 'p95'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 3,
      unit: 'seconds',
      because:
        'an hour of work with Odoo is hundreds of requests, and beyond three seconds people begin to wait',
      evaluationPeriods: 3,
      missingData: NOT_BREACHING,
      // At night one long report would be the slowest twentieth.
      ignoreLowSamples: true,
    });
  }
}

/**
 * A metric of the target group behind this load balancer.
 *
 * Not the group's own `metrics`: those cut the load balancer's name out of the listener's ARN, by functions that
 * not every tool accepts on a reference to another stack.
 */
function targetMetric(
  { loadBalancer, targetGroup }: LoadBalancerAlarmsProps,
  metricName: string,
  periodMinutes: number,
  statistic: string,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: NAMESPACE,
    metricName,
    dimensionsMap: {
      LoadBalancer: loadBalancer.loadBalancerFullName,
      TargetGroup: targetGroup.targetGroupFullName,
    },
    period: Duration.minutes(periodMinutes),
    statistic,
  });
}
