import { aws_cloudwatch as cloudwatch, aws_logs as logs } from 'aws-cdk-lib';

const { FilterPattern } = logs;

/** What one metric is made of: lines of a log, and what each of them adds. */
export interface LogSignal {
  /** Log that has the lines. On the single server one group has all of them. */
  readonly log: 'odoo' | 'postgresql';
  readonly pattern: logs.IFilterPattern;
  /**
   * Field of the line whose number is the value, for example `$.seconds`. The pattern has to ask for it.
   *
   * @default - each line counts one, and a minute without any has 0
   */
  readonly value?: string;
  readonly unit: cloudwatch.Unit;
  /**
   * Whether the single server alone has it, because the load balancer and RDS tell the same of the others, for nothing.
   *
   * @default false
   */
  readonly serverOnly?: boolean;
}

/** Lines of Odoo's module `structured_logs`, by the logger that wrote them, which no user chooses. */
const fromLogger = (logger: string): logs.JsonPattern => FilterPattern.stringValue('$.logger', '=', logger);
const message = (text: string): logs.JsonPattern => FilterPattern.stringValue('$.message', '=', text);

/** Lines of nginx's access log, which alone have a client. */
const fromNginx = FilterPattern.stringValue('$.client', '=', '*');

const fromVitalSigns = FilterPattern.stringValue('$.source', '=', 'vital signs');

const { COUNT, SECONDS } = cloudwatch.Unit;

/**
 * What Odoo, nginx and PostgreSQL say of themselves in their logs, as metrics. Lines of Odoo 18.0 and 19.0 alike.
 *
 * PostgreSQL's two prefixes (RDS's, Debian's) end before the level, so the patterns begin with it. Its two spaces tell
 * PostgreSQL's own line from Odoo's that quotes it.
 */
export const LOG_SIGNALS = {
  /** Seconds for which HTTP workers were busy, booked when the request ended. Not those of the gevent process. */
  WorkerBusySeconds: {
    log: 'odoo',
    pattern: FilterPattern.all(fromLogger('werkzeug'), FilterPattern.numberValue('$.seconds', '>=', 0)),
    value: '$.seconds',
    unit: SECONDS,
  },
  /**
   * Odoo 18.0 swallows the failure and keeps the row of an attachment that is nowhere; 19.0 tells the user. A directory that
   * cannot be made is in neither's message, but in the traceback.
   */
  FilestoreWriteErrors: {
    log: 'odoo',
    pattern: FilterPattern.any(
      FilterPattern.all(fromLogger('odoo.addons.base.models.ir_attachment'), message('_file_write writing*')),
      FilterPattern.stringValue('$.traceback', '=', '*in _file_write*'),
    ),
    unit: COUNT,
  },
  FailedLogins: {
    log: 'odoo',
    pattern: FilterPattern.all(fromLogger('odoo.addons.base.models.res_users'), message('Login failed for*')),
    unit: COUNT,
  },
  /** nginx limits logins and nothing else. */
  RefusedLogins: {
    log: 'odoo',
    pattern: FilterPattern.all(fromNginx, FilterPattern.numberValue('$.status', '=', 429)),
    unit: COUNT,
  },
  OdooErrors: {
    log: 'odoo',
    pattern: FilterPattern.all(
      fromLogger('odoo*'),
      FilterPattern.any(
        FilterPattern.stringValue('$.level', '=', 'ERROR'),
        FilterPattern.stringValue('$.level', '=', 'CRITICAL'),
      ),
    ),
    unit: COUNT,
  },
  /** Killed with what they did: past their time or their CPU time. A worker whose memory has grown ends after its request. */
  WorkerTimeouts: {
    log: 'odoo',
    pattern: FilterPattern.all(
      fromLogger('odoo.service.server'),
      FilterPattern.any(message('*timeout after*'), message('*CPU time limit*')),
    ),
    unit: COUNT,
  },
  /** In the traceback, because a method that catches it raises something else. */
  ConnectionPoolFull: {
    log: 'odoo',
    pattern: FilterPattern.stringValue('$.traceback', '=', '*The Connection Pool Is Full*'),
    unit: COUNT,
  },
  CronFailures: {
    log: 'odoo',
    pattern: FilterPattern.all(
      fromLogger('odoo.addons.base.models.ir_cron'),
      FilterPattern.stringValue('$.level', '=', 'ERROR'),
    ),
    unit: COUNT,
  },
  /** Whether the database was asked and has answered. */
  VitalSigns: {
    log: 'odoo',
    pattern: FilterPattern.all(fromVitalSigns, FilterPattern.notExists('$.problem')),
    unit: COUNT,
  },
  CronLag: {
    log: 'odoo',
    pattern: FilterPattern.all(fromVitalSigns, FilterPattern.numberValue('$.cronLagSeconds', '>=', 0)),
    value: '$.cronLagSeconds',
    unit: SECONDS,
  },
  LongestLockWait: {
    log: 'odoo',
    pattern: FilterPattern.all(
      fromVitalSigns,
      FilterPattern.numberValue('$.longestLockWaitSeconds', '>=', 0),
    ),
    value: '$.longestLockWaitSeconds',
    unit: SECONDS,
  },
  /** Statements that took as long as `log_min_duration_statement`, or longer. */
  SlowStatements: {
    log: 'postgresql',
    pattern: FilterPattern.allTerms('LOG:  duration: '),
    unit: COUNT,
  },
  Deadlocks: {
    log: 'postgresql',
    pattern: FilterPattern.allTerms('ERROR:  deadlock detected'),
    unit: COUNT,
  },
  RefusedConnections: {
    log: 'postgresql',
    pattern: FilterPattern.anyTerm(
      'FATAL:  sorry, too many clients already',
      'FATAL:  remaining connection slots are reserved',
    ),
    unit: COUNT,
  },
  /** Until Odoo began to answer; nothing of what nginx answered itself. */
  ResponseSeconds: {
    log: 'odoo',
    pattern: FilterPattern.all(fromNginx, FilterPattern.numberValue('$.responseSeconds', '>=', 0)),
    value: '$.responseSeconds',
    unit: SECONDS,
    serverOnly: true,
  },
  Requests: {
    log: 'odoo',
    pattern: FilterPattern.all(fromNginx, FilterPattern.numberValue('$.status', '>=', 100)),
    unit: COUNT,
    serverOnly: true,
  },
  FailedRequests: {
    log: 'odoo',
    pattern: FilterPattern.all(fromNginx, FilterPattern.numberValue('$.status', '>=', 500)),
    unit: COUNT,
    serverOnly: true,
  },
  DatabaseConnections: {
    log: 'odoo',
    pattern: FilterPattern.all(fromVitalSigns, FilterPattern.numberValue('$.connections', '>=', 0)),
    value: '$.connections',
    unit: COUNT,
    serverOnly: true,
  },
} as const satisfies Readonly<Record<string, LogSignal>>;

/** Name of a metric. */
export type LogSignalName = keyof typeof LOG_SIGNALS;
