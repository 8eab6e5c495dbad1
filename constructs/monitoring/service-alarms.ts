import { aws_cloudwatch as cloudwatch, Duration, type aws_ecs as ecs } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
const { BREACHING, MISSING } = cloudwatch.TreatMissingData;

export interface ServiceAlarmsProps {
  readonly topic: AlarmTopic;
  readonly service: ecs.BaseService;
  /** `web` answers users, `cron` runs scheduled jobs; the names of the alarms begin with it. */
  readonly role: 'web' | 'cron';
  /** Tasks that should run at least. */
  readonly tasks: number;
}

/** Alarms of one ECS service: it does not run, or lacks CPU or memory. */
export class ServiceAlarms extends Construct {
  constructor(scope: Construct, id: string, props: ServiceAlarmsProps) {
    super(scope, id);
    this.watchRunning(props);
    if (props.tasks > 1) this.watchNumber(props);
    this.watchCpu(props);
    this.watchMemory(props);
  }

  private watchRunning({ topic, service, role }: ServiceAlarmsProps): void {
    new OdooAlarm(this, 'NotRunning', {
      topic,
      name: `${role}-not-running`,
      panel: 'tasks',
      line: role,
      severity: 'critical',
      meaning:
        role === 'web'
          ? 'Not one web task runs: nobody can work.'
          : 'No cron task runs: no e-mails, no scheduled actions, and nobody sees an error.',
      metric: runningTasks(service),
      comparison: LESS_THAN_THRESHOLD,
      threshold: 1,
      unit: 'running tasks',
      because: 'a deployment stops the cron task before it starts the new one, which takes a few minutes',
      evaluationPeriods: 10,
      // Without a task nothing is reported.
      missingData: BREACHING,
    });
  }

  /** Fewer than the plan has. Where there is one, {@link watchRunning} says all. */
  private watchNumber({ topic, service, role, tasks }: ServiceAlarmsProps): void {
    new OdooAlarm(this, 'TooFew', {
      topic,
      name: `${role}-too-few-tasks`,
      panel: 'tasks',
      severity: 'warning',
      meaning: `Fewer than ${tasks} ${role} tasks run: what is left carries all users, and may not survive another loss.`,
      metric: runningTasks(service),
      comparison: LESS_THAN_THRESHOLD,
      threshold: tasks,
      unit: 'running tasks',
      because:
        'a task that ends is replaced within minutes; after a quarter of an hour something prevents it',
      evaluationPeriods: 15,
      missingData: BREACHING,
    });
  }

  private watchCpu({ topic, service, role }: ServiceAlarmsProps): void {
    new OdooAlarm(this, 'Cpu', {
      topic,
      name: `${role}-cpu`,
      panel: 'cpu',
      line: role,
      severity: 'warning',
      meaning: `The ${role} tasks have used nearly all their CPU for half an hour.`,
      metric: service.metricCpuUtilization({ period: Duration.minutes(5), statistic: 'Average' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 90,
      unit: 'percent',
      because: 'it is above the target of any autoscaling: scaling is exhausted, or there is none',
      evaluationPeriods: 6,
      missingData: MISSING,
    });
  }

  private watchMemory({ topic, service, role }: ServiceAlarmsProps): void {
    new OdooAlarm(this, 'Memory', {
      topic,
      name: `${role}-memory`,
      panel: 'memory',
      line: role,
      severity: 'warning',
      meaning: `A ${role} task has nearly used up its memory; at the limit it is killed with all its requests.`,
      metric: service.metricMemoryUtilization({ period: Duration.minutes(5), statistic: 'Maximum' }),
      comparison: GREATER_THAN_THRESHOLD,
      threshold: 90,
      unit: 'percent',
      because: 'what is left is less than one large report takes',
      evaluationPeriods: 3,
      missingData: MISSING,
    });
  }
}

/**
 * How many tasks run: every running task reports its CPU once a minute, so the number of samples is the number of tasks. Needs no
 * Container Insights.
 */
export function runningTasks(service: ecs.BaseService): cloudwatch.Metric {
  return service.metricCpuUtilization({ period: Duration.minutes(1), statistic: 'SampleCount' });
}
