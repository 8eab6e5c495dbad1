import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { CONNECTION_SHARE } from './database-alarms.ts';
import { logAlarm } from './log-alarm.ts';

export interface ServerConnectionsAlarmProps {
  readonly topic: AlarmTopic;
  /** What PostgreSQL on the server allows. */
  readonly maxConnections: number;
}

/** An alarm on PostgreSQL's connections on the single server, as the vital signs count them: RDS counts its own. */
export class ServerConnectionsAlarm extends Construct {
  constructor(scope: Construct, id: string, { topic, maxConnections }: ServerConnectionsAlarmProps) {
    super(scope, id);
    logAlarm(this, 'Connections', {
      topic,
      name: 'server-database-connections',
      panel: 'connections',
      line: 'in use',
      severity: 'warning',
      meaning: 'Most connections that PostgreSQL allows are in use; when all are, further ones are refused.',
      signal: 'DatabaseConnections',
      minutes: 1,
      statistic: 'Maximum',
      threshold: Math.floor(CONNECTION_SHARE * maxConnections),
      unit: 'connections',
      because: `they are three quarters of the ${maxConnections} that PostgreSQL allows, more than Odoo at its largest should take`,
      evaluationPeriods: 5,
    });
  }
}
