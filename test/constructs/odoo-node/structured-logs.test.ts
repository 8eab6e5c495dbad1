import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LOG_EVENT_START } from '../../../constructs/odoo-node/log-events.ts';
import { findPython } from '../../support/python.ts';

// The module under Python's own logging, with records as Odoo 18.0 and 19.0 make them; lines as they wrote them.
const MODULES = fileURLToPath(new URL('../../../constructs/odoo-node/files/addons', import.meta.url));
const python = findPython(['json'], ['python3']);

const PREPARE = `
import logging, sys, threading
sys.path.insert(0, ${JSON.stringify(MODULES)})
logging.basicConfig(level=logging.INFO, format='%(asctime)s %(message)s')
import structured_logs
log = logging.getLogger
`;

interface LogEvent {
  readonly message: string;
  readonly [field: string]: unknown;
}

/** What a program logs: lines that are JSON, as objects; of others, the line. */
function logged(program: string): readonly (LogEvent | string)[] {
  const { status, stderr } = spawnSync(python, ['-B', '-c', PREPARE + program], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: 'C.UTF-8' },
  });
  expect(status, stderr).toBe(0);
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('{') ? JSON.parse(line) : line));
}

function event(program: string): LogEvent {
  const events = logged(program);
  expect(events).toHaveLength(1);
  const [only] = events;
  if (only === undefined || typeof only === 'string') throw new Error(`no JSON: ${only}`);
  return only;
}

/** A request line of Odoo's HTTP workers. */
function request(line: string, timing = '12 0.004 0.030'): LogEvent {
  return event(
    `log('werkzeug').info(${JSON.stringify(line)}, extra={'perf_info': ${JSON.stringify(timing)}})`,
  );
}

describe('a log event of Odoo', () => {
  it('is one JSON object with time, level, process, database, logger and message', () => {
    const { time, pid, ...rest } = event(
      `log('odoo.modules').warning('%s loaded', 3, extra={'dbname': 'odoo'})`,
    );
    expect(rest).toEqual({ level: 'WARNING', database: 'odoo', logger: 'odoo.modules', message: '3 loaded' });
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
    expect(Math.abs(Date.parse(String(time)) - Date.now())).toBeLessThan(60_000);
    expect(pid).toBeGreaterThan(0);
  });

  it('names the database that Odoo 18 notes in its thread, and none where Odoo has a question mark', () => {
    expect(event(`threading.current_thread().dbname = 'odoo'; log('odoo').info('x')`)['database']).toBe(
      'odoo',
    );
    expect(event(`log('odoo').info('x', extra={'dbname': '?'})`)).not.toHaveProperty('database');
  });

  it('holds the whole traceback, and the name of the exception', () => {
    const failure = `
class Refused(Exception): pass
try:
    raise Refused('two\\nlines')
except Refused:
    log('odoo.http').exception('Exception during request handling.')`;
    expect(event(failure)).toMatchObject({
      level: 'ERROR',
      message: 'Exception during request handling.',
      exception: '__main__.Refused',
      traceback: expect.stringMatching(/^Traceback .*\n(.*\n)+(__main__\.)?Refused: two\nlines$/),
    });
    expect(event(`\ntry: 1 / 0\nexcept ZeroDivisionError: log('odoo').exception('x')`)['exception']).toBe(
      'ZeroDivisionError',
    );
  });

  it('keeps line breaks, quotes and other alphabets in their field', () => {
    expect(event(`log('odoo').info('a "b"\\nč 漢')`).message).toBe('a "b"\nč 漢');
  });

  it.each([
    ['arguments that do not fit', `log('odoo').info('%d of %s', 'x')`, "'%d of %s' ('x',)"],
    ['half a character', `log('odoo').info('caf\\udce9')`, 'caf\udce9'],
    [
      'an argument that cannot be shown',
      `
class Broken:
    def __str__(self): raise ValueError('broken')
log('odoo').info('%s', Broken())`,
      expect.stringContaining('%s'),
    ],
    [
      'a message that can be shown in no way',
      `
class Broken:
    def __str__(self): raise ValueError('broken')
    __repr__ = __str__
log('odoo').error(Broken())`,
      expect.stringMatching(/^<Broken instance at/),
    ],
  ])('comes out with %s', (_, program, message) => {
    expect(event(program)).toMatchObject({ logger: 'odoo', message });
  });

  it('begins where the log driver begins an event, as do the plain lines before', () => {
    const start = new RegExp(LOG_EVENT_START);
    for (const line of [
      '{"time": "2026-11-22T09:39:56.539+00:00"}',
      '2026-11-22 09:31:52,177 13368 INFO ? odoo: Odoo version 19.0 ',
      '2026/11/22 09:28:15 [emerg] 5612#5612: bind() to 127.0.0.1:8080 failed',
      'odoo gate: the database is away: connection refused',
      'maintenance on: server closed the connection',
    ]) {
      expect(line).toMatch(start);
    }
    for (const line of [
      'Traceback (most recent call last):',
      '  File "/usr/lib/python3/dist-packages/odoo/service/server.py", line 1252, in load_server_wide_modules',
      "ModuleNotFoundError: No module named 'odoo.addons.rpc'",
      'psycopg2.OperationalError: connection to server failed',
      '',
    ]) {
      expect(line).not.toMatch(start);
    }
  });
});

describe('a request', () => {
  it('has its parts in fields of their own, with the time that it took', () => {
    expect(
      request(
        '127.0.0.1 - - [22/Nov/2026 09:39:57] "POST /web/dataset/call_kw/res.partner/search_read HTTP/1.1" 200 -',
      ),
    ).toMatchObject({
      message: 'POST /web/dataset/call_kw/res.partner/search_read 200',
      method: 'POST',
      path: '/web/dataset/call_kw/res.partner/search_read',
      status: 200,
      seconds: 0.034,
      databaseSeconds: 0.004,
      queries: 12,
    });
  });

  it('names what Odoo 19 called', () => {
    const line =
      '127.0.0.1 - - [22/Nov/2026 09:39:57] "POST /web/dataset/call_kw?x=1#res.partner.read HTTP/1.1" 200 -';
    expect(request(line)).toMatchObject({ path: '/web/dataset/call_kw', call: 'res.partner.read' });
  });

  it.each([
    '127.0.0.1 - - [22/Nov/2026 09:39:57] "GET /web/reset_password?token=geheim&db=odoo HTTP/1.1" 200 -',
    '127.0.0.1 - - [22/Nov/2026 09:39:57] "GET /my/x"y?token=geheim HTTP/1.1" 404 -',
    '127.0.0.1 - - [22/Nov/2026 09:39:57] "GET /my/x?token=geheim#a b HTTP/1.1" 404 -',
    "127.0.0.1 - - [22/Nov/2026 09:39:57] code 400, message Bad request syntax ('GET /x?token=geheim')",
  ])('is logged without the secrets of its query: %s', (line) => {
    const found = request(line, '- - -');
    expect(JSON.stringify(found)).not.toContain('geheim');
    expect(found.message).not.toBe('');
  });

  it('is logged without times where Odoo has none', () => {
    const found = request('127.0.0.1 - - [22/Nov/2026 09:39:57] "GET /web/health HTTP/1.1" 200 -', '- - -');
    expect(found).toMatchObject({ path: '/web/health', status: 200 });
    expect(found).not.toHaveProperty('seconds');
  });

  it('of the gevent process has its time too', () => {
    const line =
      '127.0.0.1 - - [2026-11-22 09:39:07] "GET /websocket?version=18.0-7 HTTP/1.1" 101 184 0.924004';
    expect(event(`log('longpolling').info(${JSON.stringify(line)})`)).toMatchObject({
      message: 'GET /websocket 101',
      path: '/websocket',
      status: 101,
      seconds: 0.924,
    });
  });
});
