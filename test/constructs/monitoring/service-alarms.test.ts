import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { stackWith, addLoadBalancerAlarms, addServiceAlarms } from './alarm-stacks.ts';

describe('load balancer alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addLoadBalancerAlarms(stack, topic)));

  it('ring when no target is healthy, and when there is none at all', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-load-balancer-no-healthy-target',
      Namespace: 'AWS/ApplicationELB',
      MetricName: 'HealthyHostCount',
      Dimensions: [
        { Name: 'LoadBalancer', Value: { 'Fn::GetAtt': [Match.anyValue(), 'LoadBalancerFullName'] } },
        { Name: 'TargetGroup', Value: { 'Fn::GetAtt': [Match.anyValue(), 'TargetGroupFullName'] } },
      ],
      Statistic: 'Maximum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      TreatMissingData: 'breaching',
    });
  });

  it('ring when a target stays unhealthy for longer than Odoo takes to start', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-unhealthy-target',
      MetricName: 'UnHealthyHostCount',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 10,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring above a share of failures, but not for the one failure of a quiet night', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-load-balancer-target-errors',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 2,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(requests > 20, 100 * FILL(failures, 0) / requests, 0)' }),
        Match.objectLike({
          Id: 'failures',
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'HTTPCode_Target_5XX_Count' }),
          }),
        }),
        Match.objectLike({
          Id: 'requests',
          MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: 'RequestCount' }) }),
        }),
      ]),
    });
  });

  it("ring at the load balancer's own failures", () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-errors',
      MetricName: 'HTTPCode_ELB_5XX_Count',
      Statistic: 'Sum',
      Threshold: 10,
      TreatMissingData: 'notBreaching',
    });
  });

  it('ring after two minutes in which everybody waits, and not for one long report at night', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-critical-load-balancer-response-time',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 5,
      EvaluationPeriods: 2,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'IF(answered > 20, seconds, 0)' }),
        Match.objectLike({
          Id: 'seconds',
          MetricStat: Match.objectLike({
            Metric: Match.objectLike({ MetricName: 'TargetResponseTime' }),
            Stat: 'Average',
            Period: 60,
          }),
        }),
      ]),
    });
  });

  it('ring when the slowest twentieth takes three seconds, unless there are too few requests to tell', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-load-balancer-latency',
      MetricName: 'TargetResponseTime',
      ExtendedStatistic: 'p95',
      Threshold: 3,
      EvaluationPeriods: 3,
      EvaluateLowSampleCountPercentile: 'ignore',
      TreatMissingData: 'notBreaching',
    });
  });
});

describe('service alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addServiceAlarms(stack, topic)));

  it.each(['web', 'cron'])('ring when no %s task runs, which nothing reports', (role) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-critical-${role}-not-running`,
      Namespace: 'AWS/ECS',
      MetricName: 'CPUUtilization',
      Statistic: 'SampleCount',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 10,
      TreatMissingData: 'breaching',
    });
  });

  it.each(['web', 'cron'])('ring when CPU or memory of the %s tasks is nearly used up', (role) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${role}-cpu`,
      Statistic: 'Average',
      Threshold: 90,
      EvaluationPeriods: 6,
      TreatMissingData: 'missing',
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${role}-memory`,
      MetricName: 'MemoryUtilization',
      Statistic: 'Maximum',
      Threshold: 90,
      EvaluationPeriods: 3,
      TreatMissingData: 'missing',
    });
  });
});
