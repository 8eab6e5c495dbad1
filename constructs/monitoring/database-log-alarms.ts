import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { logAlarm } from './log-alarm.ts';

/** Minutes of a period in which slow statements are counted. */
const SLOW_MINUTES = 5;

/** Share of the database's vCPUs that slow statements may keep busy, each for the second that it takes at least. */
const SLOW_SHARE = 0.25;

/** Deadlocks in a quarter of an hour. */
const DEADLOCKS = 10;

export interface DatabaseLogAlarmsProps {
  readonly topic: AlarmTopic;
  /** vCPUs that PostgreSQL runs on. */
  readonly vcpu: number;
}

/** Alarms on what PostgreSQL writes into its log: slow statements, deadlocks, connections that it refuses. */
export class DatabaseLogAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, vcpu }: DatabaseLogAlarmsProps) {
    super(scope, id);
    logAlarm(this, 'SlowStatements', {
      topic,
      name: 'slow-statements',
      severity: 'warning',
      meaning:
        'Many statements take a second or longer; pages are slow and the database is kept from others.',
      signal: 'SlowStatements',
      minutes: SLOW_MINUTES,
      threshold: Math.floor(SLOW_SHARE * SLOW_MINUTES * 60 * vcpu),
      unit: 'statements',
      because: `so many of a second each keep a quarter of the database's ${vcpu} vCPUs busy`,
      evaluationPeriods: 3,
    });
    logAlarm(this, 'Deadlocks', {
      topic,
      name: 'deadlocks',
      severity: 'warning',
      meaning:
        'Transactions of Odoo deadlock often; users wait while Odoo tries again, and in the end meet an error.',
      signal: 'Deadlocks',
      minutes: 15,
      threshold: DEADLOCKS,
      unit: 'deadlocks',
      because: 'Odoo tries a transaction again up to five times, so that a few of them harm nobody',
    });
    logAlarm(this, 'RefusedConnections', {
      topic,
      name: 'database-connections-refused',
      severity: 'critical',
      meaning: 'PostgreSQL has no connection left and refuses Odoo: users meet errors.',
      signal: 'RefusedConnections',
      minutes: 5,
      threshold: 0,
      unit: 'refusals',
      because:
        "the pools of all of Odoo's processes together fit the limit, so that something else has taken them",
    });
  }
}
