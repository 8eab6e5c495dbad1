import type { aws_cloudwatch as cloudwatch } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Plan } from '../../config/sizing/plan.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { DatabaseLogAlarms } from './database-log-alarms.ts';
import { LogMetrics, type LogMetricsProps } from './log-metrics.ts';
import { OdooLogAlarms } from './odoo-log-alarms.ts';
import { ServerConnectionsAlarm } from './server-connections-alarm.ts';
import { ServerEntryAlarms } from './server-entry-alarms.ts';
import { VitalSignsAlarms } from './vital-signs-alarms.ts';
import { WorkerAlarm } from './worker-alarm.ts';

export interface LogAlarmsProps {
  readonly topic: AlarmTopic;
  readonly plan: Pick<Plan, 'users' | 'app' | 'database'>;
  readonly from: LogMetricsProps['from'];
  /**
   * A metric that each node of Odoo reports once a minute.
   *
   * @default - there is one node, the server
   */
  readonly nodes?: cloudwatch.Metric;
}

/** The metrics that are made from an environment's logs, and the alarms on them. */
export class LogAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, plan, from, nodes }: LogAlarmsProps) {
    super(scope, id);
    const { users, app, database } = plan;
    new LogMetrics(this, 'Metrics', { environmentName: topic.environmentName, from });
    new OdooLogAlarms(this, 'Odoo', { topic, users });
    new WorkerAlarm(this, 'Workers', { topic, workers: app.workers, nodes });
    new VitalSignsAlarms(this, 'VitalSigns', {
      topic,
      longestJobSeconds: app.odoo.limitTimeRealCronSeconds,
    });
    new DatabaseLogAlarms(this, 'Database', { topic, vcpu: database.vcpu });
    if (from.kind === 'server') {
      new ServerEntryAlarms(this, 'Entry', { topic });
      new ServerConnectionsAlarm(this, 'Connections', { topic, maxConnections: database.maxConnections });
    }
  }
}
