import { aws_cloudwatch as cloudwatch, Duration, type aws_autoscaling as autoscaling } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_OR_EQUAL_TO_THRESHOLD, GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING, NOT_BREACHING } = cloudwatch.TreatMissingData;

export interface ServerAlarmsProps {
  readonly topic: AlarmTopic;
  /** The group of one that replaces the server. */
  readonly autoScalingGroup: autoscaling.IAutoScalingGroup;
  /** EC2 instance type, for example `t4g.xlarge`. */
  readonly instanceType: string;
}

/** Alarms of the single server as EC2 sees it from outside: it is gone or broken, short of CPU, or billed for more. */
export class ServerAlarms extends Construct {
  constructor(scope: Construct, id: string, props: ServerAlarmsProps) {
    super(scope, id);
    this.watchStatus(props);
    this.watchCpu(props);
    if (isBurstable(props.instanceType)) this.watchCpuCredits(props);
  }

  private watchStatus({ topic, autoScalingGroup }: ServerAlarmsProps): void {
    new OdooAlarm(this, 'StatusCheck', {
      topic,
      name: 'server-status-check',
      panel: 'server',
      line: 'failed',
      severity: 'critical',
      meaning: 'The server fails its checks or does not exist, and was not replaced within ten minutes.',
      metric: serverMetric(autoScalingGroup, 'StatusCheckFailed', Duration.minutes(1), 'Maximum'),
      comparison: GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      threshold: 1,
      unit: 'failed checks',
      because: 'a server that fails is replaced by itself within minutes; after ten it was not',
      evaluationPeriods: 10,
      // No instance, no data.
      missingData: BREACHING,
    });
  }

  private watchCpu({ topic, autoScalingGroup }: ServerAlarmsProps): void {
    new OdooAlarm(this, 'Cpu', {
      topic,
      name: 'server-cpu',
      panel: 'cpu',
      line: 'server',
      severity: 'warning',
      meaning: 'The server has used nearly all its CPU for half an hour.',
      metric: serverMetric(autoScalingGroup, 'CPUUtilization', Duration.minutes(5), 'Average'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 90,
      unit: 'percent',
      because: 'half an hour is longer than any peak of a working day should be',
      evaluationPeriods: 6,
      missingData: MISSING,
    });
  }

  private watchCpuCredits({ topic, autoScalingGroup }: ServerAlarmsProps): void {
    new OdooAlarm(this, 'CpuCredits', {
      topic,
      name: 'server-cpu-credits',
      severity: 'warning',
      meaning: 'The server uses more CPU than its burstable type includes, and AWS bills the surplus.',
      metric: serverMetric(autoScalingGroup, 'CPUSurplusCreditsCharged', Duration.minutes(5), 'Sum'),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 0,
      unit: 'credits',
      because: 'an hour of surplus is more than a peak, and each credit is billed',
      evaluationPeriods: 12,
      missingData: NOT_BREACHING,
    });
  }
}

/** Burstable types (`t4g.xlarge`) run in unlimited mode unless told otherwise. */
function isBurstable(instanceType: string): boolean {
  return /^t\d/.test(instanceType);
}

function serverMetric(
  { autoScalingGroupName }: autoscaling.IAutoScalingGroup,
  metricName: string,
  period: Duration,
  statistic: string,
): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/EC2',
    metricName,
    dimensionsMap: { AutoScalingGroupName: autoScalingGroupName },
    period,
    statistic,
  });
}
