import { describe, expect, it } from 'vitest';
import { addLogAlarms, stackWith } from './alarm-stacks.ts';
import { filtersOf, valuesOf } from './log-filters.ts';
import { LOG_FILES, logEvents, type LogFile } from './log-lines.ts';

const server = filtersOf(stackWith((stack, topic) => addLogAlarms(stack, topic, 'server')));
const services = filtersOf(stackWith((stack, topic) => addLogAlarms(stack, topic, 'services')));

const error = { OdooErrors: 1 };

/** What each event adds to which metric; nothing to any other. Odoo 18.0 and 19.0 say nearly all of it alike. */
const ODOO: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'request of a page': { WorkerBusySeconds: expect.any(Number) },
  'request of a method': { WorkerBusySeconds: expect.any(Number) },
  // Waits for its own kind of message, for as long as a minute.
  'request of the gevent process': {},
  'login failed': { FailedLogins: 1 },
  'login successful': {},
  'method that failed': error,
  'statement that failed': error,
  'statement that ended in a deadlock': error,
  'method that is tried again after a deadlock': {},
  'file not written': { FilestoreWriteErrors: 1 },
  'file not written, as the user is told': { FilestoreWriteErrors: 1, ...error },
  'worker past its CPU time': { WorkerTimeouts: 1 },
  'worker that ends past its CPU time': error,
  'worker past its time': { WorkerTimeouts: 1, ...error },
  'worker that starts': {},
  'leaked connection': {},
  'connection pool full': { ConnectionPoolFull: 1, ...error },
  'scheduled job that failed': { CronFailures: 1, ...error },
  'scheduled job that begins': {},
  'scheduled job past its time': { WorkerTimeouts: 1, ...error },
  'scheduled job that is past its time again and again': { CronFailures: 1, ...error },
};

const POSTGRESQL = {
  'slow statement': { SlowStatements: 1 },
  deadlock: { Deadlocks: 1 },
  // One line of each deadlock counts.
  'deadlock, as it is found': {},
  'deadlock, the sessions': {},
  'wait for a lock': {},
  'lock had at last': {},
  'statement of a deadlock': {},
  'no connection left for Odoo': { RefusedConnections: 1 },
  'no connection left for anybody': { RefusedConnections: 1 },
  'statement that failed': {},
  start: {},
};

const answered = { Requests: 1, ResponseSeconds: expect.any(Number) };
const failed = { Requests: 1, FailedRequests: 1 };

const EXPECTED: Readonly<Record<LogFile, Readonly<Record<string, Readonly<Record<string, unknown>>>>>> = {
  'odoo-18.0': { ...ODOO, 'connection pool full at once': { ConnectionPoolFull: 1, ...error } },
  'odoo-19.0': ODOO,
  'postgresql-rds': POSTGRESQL,
  'postgresql-server': POSTGRESQL,
  nginx: {
    'answered by Odoo': answered,
    'asset from Odoo': answered,
    'asset from the cache': { Requests: 1 },
    'probe of the load balancer': answered,
    'login let through': answered,
    'login refused': { Requests: 1, RefusedLogins: 1 },
    websocket: answered,
    'page for maintenance': failed,
    'Odoo away': failed,
    'path with a quotation mark': failed,
    'login refused, in the error log': {},
    'Odoo away, in the error log': {},
  },
  'vital-signs': {
    'nothing due': { VitalSigns: 1, CronLag: 0, LongestLockWait: 0, DatabaseConnections: 8 },
    'mails wait since two hours and a half, and a session for a lock': {
      VitalSigns: 1,
      CronLag: 9686,
      LongestLockWait: 3,
      DatabaseConnections: 7,
    },
    'the database job changes modules': { VitalSigns: 1, LongestLockWait: 5.5, DatabaseConnections: 8 },
    'Odoo is not installed': { LongestLockWait: 0, DatabaseConnections: 5 },
    'the database is away': {},
  },
};

describe.each(LOG_FILES)('lines of %s', (file) => {
  const expected = EXPECTED[file];
  const events = logEvents(file);

  it('are all expected', () => {
    expect([...events.keys()].toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  it.each([...events])('count for what they say and nothing else: %s', (label, event) => {
    expect(valuesOf(server, event)).toEqual(expected[label]);
  });
});

describe('a metric', () => {
  it.each([
    ['odoo-18.0', 'request of a method'],
    ['odoo-19.0', 'request of a method'],
  ] as const)('of busy workers has the seconds of the line: %s', (file, label) => {
    const event = logEvents(file).get(label) ?? '';
    const { seconds }: { seconds: number } = JSON.parse(event);
    expect(valuesOf(server, event)).toEqual({ WorkerBusySeconds: seconds });
  });

  it('of response times has no time that a client took, and none of a websocket', () => {
    const event = logEvents('nginx').get('websocket') ?? '';
    const { seconds, responseSeconds }: { seconds: number; responseSeconds: number } = JSON.parse(event);
    expect(seconds).toBeGreaterThan(responseSeconds);
    expect(valuesOf(server, event)['ResponseSeconds']).toBe(responseSeconds);
  });

  it('is in the namespace of its environment, and has zeros where it counts', () => {
    for (const { metric, namespace, defaultValue } of [...server, ...services]) {
      expect(namespace).toBe('Odoo/prod');
      // A measurement that is not there is no fast one.
      const measures = [
        'WorkerBusySeconds',
        'CronLag',
        'LongestLockWait',
        'ResponseSeconds',
        'DatabaseConnections',
      ];
      expect(defaultValue, metric).toBe(measures.includes(metric) ? undefined : 0);
    }
  });

  it('is made by one filter, of the log that has the lines', () => {
    expect(new Set(server.map(({ metric }) => metric)).size).toBe(server.length);
    expect(new Set(server.map(({ logGroup }) => logGroup)).size).toBe(1);
    const ofDatabase = services.filter(({ logGroup }) => logGroup.startsWith('DatabaseLog'));
    expect(ofDatabase.map(({ metric }) => metric).toSorted()).toEqual([
      'Deadlocks',
      'RefusedConnections',
      'SlowStatements',
    ]);
  });

  it('is not made twice: what the load balancer and RDS tell, the logs of services are not asked', () => {
    const ofServices = services.map(({ metric }) => metric);
    const onlyServer = server.map(({ metric }) => metric).filter((metric) => !ofServices.includes(metric));
    expect(onlyServer.toSorted()).toEqual([
      'DatabaseConnections',
      'FailedRequests',
      'Requests',
      'ResponseSeconds',
    ]);
  });
});

describe('what users enter', () => {
  it.each([
    odoo({ message: 'GET /_file_write writing 404' }),
    odoo({ message: 'GET /Login failed for 404' }),
    odoo({ logger: 'odoo.http', message: 'x timeout after 5s' }),
    odoo({ logger: 'odoo.sql_db', message: "bad query: b'LOG: duration: 1'\nERROR: deadlock detected" }),
  ])('is not taken for what Odoo or PostgreSQL say: %s', (event) => {
    expect(valuesOf(server, event)).toEqual({});
  });
});

function odoo(fields: object): string {
  return JSON.stringify({ level: 'INFO', logger: 'werkzeug', ...fields });
}
