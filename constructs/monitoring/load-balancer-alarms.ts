import {
  aws_cloudwatch as cloudwatch,
  Duration,
  type aws_elasticloadbalancingv2 as elbv2,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { watchEntry } from './entry-alarms.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } =
  cloudwatch.ComparisonOperator;
const { BREACHING, NOT_BREACHING } = cloudwatch.TreatMissingData;

const NAMESPACE = 'AWS/ApplicationELB';

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
    this.watchOwnErrors(props);
    watchEntry(this, {
      topic: props.topic,
      names: {
        responseTime: 'load-balancer-response-time',
        latency: 'load-balancer-latency',
        errors: 'load-balancer-target-errors',
      },
      seconds: (period, statistic) =>
        targetMetric(props, 'TargetResponseTime', period.toMinutes(), statistic),
      answered: targetMetric(props, 'RequestCount', 1, 'Sum'),
      failed: targetMetric(props, 'HTTPCode_Target_5XX_Count', 1, 'Sum'),
      requests: targetMetric(props, 'RequestCount', 1, 'Sum'),
    });
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
