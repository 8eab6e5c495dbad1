import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findPython } from '../../support/python.ts';

// The module in an Odoo of the shape that 18.0 and 19.0 have, as far as the module looks at it. With the real ones, 20 of
// 20 users stayed logged in while PostgreSQL was stopped and they loaded pages, and 0 of 20 without it (November 2026).
const MODULES = fileURLToPath(new URL('../../../constructs/odoo-node/files/addons', import.meta.url));
const python = findPython(['json'], ['python3']);

const ODOO = `
import json, logging, sys, types

class RegistryError(RuntimeError):
    pass

class Request:
    def __init__(self, path, method, accept):
        headers = {'Accept': accept}
        self.httprequest = types.SimpleNamespace(path=path, method=method, headers=headers)
        self.session = types.SimpleNamespace(can_save=True, logout=lambda: print('logged out'))

    def _serve_db(self):
        if FAILS:
            raise RegistryError('Cannot get registry odoo') from ConnectionError('connection\\nrefused')
        return 'served'

class Application:
    def __call__(self, request):
        try:
            return request._serve_db()
        except RegistryError:
            request.session.logout()
            return 'served without a database'

class Response:
    def __init__(self, body, status, mimetype):
        self.body, self.status, self.mimetype, self.headers = body, status, mimetype, {}

http = types.SimpleNamespace(RegistryError=RegistryError, Request=Request, Application=Application)
release = types.SimpleNamespace(version_info=(18, 0, 0, 'final', 0, ''), version='18.0')
sys.modules['odoo'] = types.SimpleNamespace(http=http, release=release)
sys.modules['werkzeug'] = types.SimpleNamespace()
sys.modules['werkzeug.wrappers'] = types.SimpleNamespace(Response=Response)
sys.path.insert(0, ${JSON.stringify(MODULES)})
FAILS = True
`;

interface Visit {
  readonly path?: string;
  readonly method?: string;
  readonly accept?: string;
  /** Changes Odoo before the module is loaded. */
  readonly odoo?: string;
}

/** What a request gets, whether its session may be saved, and what was said meanwhile. */
function visit({ path = '/odoo', method = 'GET', accept = 'text/html', odoo = '' }: Visit = {}) {
  const ask = `
import session_guard
request = Request(${JSON.stringify(path)}, ${JSON.stringify(method)}, ${JSON.stringify(accept)})
answer = Application()(request)
print(json.dumps({'answer': vars(answer) if isinstance(answer, Response) else answer, 'saves': request.session.can_save}))`;
  const { status, stdout, stderr } = spawnSync(python, ['-B', '-c', ODOO + odoo + ask], { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return { ...JSON.parse(lines.at(-1) ?? ''), loggedOut: lines.includes('logged out'), log: stderr.trim() };
}

describe('a request without a database', () => {
  it('is answered with 503 and when to come back, and leaves its session alone', () => {
    expect(visit()).toMatchObject({
      answer: {
        status: 503,
        mimetype: 'text/plain',
        headers: { 'Retry-After': '5', 'Cache-Control': 'no-store', Refresh: '5' },
      },
      saves: false,
      loggedOut: false,
      log: 'the database is away: connection refused',
    });
  });

  it.each([
    { method: 'POST', accept: 'application/json' },
    { method: 'POST', accept: 'text/html' },
    { method: 'GET', accept: 'image/png' },
  ])('asks nobody to load again who is no browser with a page: %o', (asked) => {
    const { answer } = visit(asked);
    expect(answer.headers).not.toHaveProperty('Refresh');
    expect(answer.status).toBe(503);
  });

  it.each(['/web/health', '/websocket/health'])(
    'is answered as ever where it is a probe of the process: %s',
    (path) => {
      expect(visit({ path }).answer).toBe('served without a database');
    },
  );
});

describe('the guard', () => {
  it('does nothing while the database is there', () => {
    expect(visit({ odoo: 'FAILS = False' })).toMatchObject({ answer: 'served', saves: true, log: '' });
  });

  it('is active on Odoo 19.0, too', () => {
    expect(visit({ odoo: 'release.version_info = (19, 0)' }).answer.status).toBe(503);
  });

  it.each([
    ['another version', `release.version_info = (20, 0)`],
    ['a development version', `release.version_info = ('saas~18', 2)`],
    ['a method that takes more', 'Request._serve_db = lambda self, more=None: Application.fail()'],
    ['a method that is gone', 'Request.serve, _ = Request._serve_db, delattr(Request, "_serve_db")'],
    ['another error', 'http.RegistryError = None'],
    ['a caller that logs nobody out', 'Application.__call__ = lambda self, request: "changed"'],
  ])('does nothing and says so on an Odoo with %s', (_, odoo) => {
    const load = `
before = vars(Request).get('_serve_db')
import session_guard
print(vars(Request).get('_serve_db') is before)`;
    const { stdout, stderr } = spawnSync(python, ['-B', '-c', `${ODOO}${odoo}${load}`], { encoding: 'utf8' });
    expect(stdout.trim()).toBe('True');
    expect(stderr.trim()).toBe('not active: this Odoo, 18.0, is not one that it was tried with');
  });
});
