import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findPython } from '../../support/python.ts';

const PROGRAM = fileURLToPath(new URL('../../../constructs/drill/files/check_odoo.py', import.meta.url));
const python = findPython(['http.cookiejar'], ['python3']);

const PARTNERS = {
  name: 'partners',
  model: 'res.partner',
  method: 'search_read',
  args: [[]],
  kwargs: { limit: 3 },
};

interface Rpc {
  readonly params: { readonly password?: string; readonly model?: string };
}

/** Answers as Odoo does; a test changes some of them. */
type Answer = (
  body: string,
  cookie: string,
) => {
  readonly status?: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
};

let answers: Record<string, Answer>;
let server: Server;
let url: string;
let asked: string[];
let directory: string;

beforeEach(async () => {
  asked = [];
  directory = mkdtempSync(join(tmpdir(), 'check-odoo-'));
  answers = {
    '/web/health': () => ({ body: '{"status": "pass"}' }),
    '/web/health?db_server_status=1': () => ({ body: '{"status": "pass", "db_server_status": true}' }),
    '/web/login': () => ({
      body: '<link href="/web/assets/1/a.min.css"/><script src="/web/assets/2/a.min.js"></script><input name="password"/>',
    }),
    '/web/assets/1/a.min.css': () => ({ body: 'body {}' }),
    '/web/assets/2/a.min.js': () => ({ body: 'let x;' }),
    '/web/session/authenticate': (body) => {
      const { params }: Rpc = JSON.parse(body);
      return params.password === 'right'
        ? { body: '{"result": {"uid": 2}}' }
        : { body: '{"error": {"data": {"message": "Access Denied"}}}' };
    },
    '/web/dataset/call_kw': (_, cookie) =>
      cookie === 'session_id=1'
        ? { body: '{"result": [{"id": 1}, {"id": 2}]}' }
        : { body: '{"error": {"message": "Session expired"}}' },
  };
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = request.url ?? '';
      asked.push(path);
      const answer = answers[path]?.(Buffer.concat(parts).toString(), request.headers.cookie ?? '');
      response.writeHead(answer === undefined ? 404 : (answer.status ?? 200), {
        ...answer?.headers,
        ...(answer?.body.includes('uid') && { 'Set-Cookie': 'session_id=1; Path=/' }),
      });
      response.end(answer?.body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  url = `http://127.0.0.1:${address.port}`;
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await new Promise((resolve) => void server.close(resolve));
});

async function looked(password = 'right', workflows: readonly object[] = [PARTNERS]) {
  const passwordFile = join(directory, 'password');
  writeFileSync(passwordFile, password);
  const options = {
    url,
    database: 'odoo',
    login: 'admin',
    'password-file': passwordFile,
    'wait-seconds': '1',
    workflows: JSON.stringify(workflows),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const program = spawn(python, [PROGRAM, ...args], {
    env: { PATH: process.env['PATH'] },
  });
  let output = '';
  program.stdout.on('data', (part: Buffer) => (output += part.toString()));
  const code = await new Promise((resolve) => void program.on('close', resolve));
  const { drillFindings }: { drillFindings: { check: string; passed: boolean; details: string }[] } =
    JSON.parse(output.trim().split('\n').at(-1) ?? '');
  return { code, output, findings: drillFindings, failed: drillFindings.filter(({ passed }) => !passed) };
}

it('finds an Odoo that serves in order', async () => {
  const { code, failed, findings } = await looked();
  expect(failed).toEqual([]);
  expect(code).toBe(0);
  expect(findings.map(({ check }) => check)).toEqual([
    'start',
    'deep health',
    'login page',
    'assets',
    'login',
    'workflow partners',
  ]);
  expect(findings.at(-1)?.details).toMatch(/^res\.partner\.search_read: 2 records, /);
});

const sent =
  (file: string): Answer =>
  () => ({ body: '', headers: { 'X-Sendfile': join(directory, file) } });

describe('assets that Odoo leaves to nginx', () => {
  it('are read where it says that they are', async () => {
    writeFileSync(join(directory, 'a.css'), 'body {}');
    answers['/web/assets/1/a.min.css'] = sent('a.css');
    expect((await looked()).failed).toEqual([]);
  });

  it('are missing if they are not there', async () => {
    answers['/web/assets/1/a.min.css'] = sent('missing.css');
    expect((await looked()).failed).toMatchObject([
      { check: 'assets', details: expect.stringContaining('No such file or directory') },
    ]);
  });
});

describe('a workflow of a module', () => {
  const quotations = { ...PARTNERS, name: 'quotations', model: 'sale.order', module: 'sale' };

  it('has nothing to look at where that is not installed', async () => {
    answers['/web/dataset/call_kw'] = (body) => {
      const { params }: Rpc = JSON.parse(body);
      return { body: params.model === 'ir.module.module' ? '{"result": 0}' : '{"error": {"message": "no"}}' };
    };
    const { code, findings } = await looked('right', [quotations]);
    expect(findings.at(-1)).toMatchObject({
      passed: true,
      details: expect.stringContaining('sale is not installed'),
    });
    expect(code).toBe(0);
  });

  it('is read where it is', async () => {
    const models: (string | undefined)[] = [];
    answers['/web/dataset/call_kw'] = (body) => {
      const { params }: Rpc = JSON.parse(body);
      models.push(params.model);
      return { body: params.model === 'ir.module.module' ? '{"result": 1}' : '{"error": {"message": "no"}}' };
    };
    const { failed } = await looked('right', [quotations]);
    expect(models).toEqual(['ir.module.module', 'sale.order']);
    expect(failed).toMatchObject([{ check: 'workflow quotations', details: 'no' }]);
  });
});

describe('names what is wrong', () => {
  it.each<[string, string, Answer, string]>([
    ['deep health', '/web/health?db_server_status=1', () => ({ status: 500, body: '{}' }), 'HTTP 500'],
    [
      'deep health',
      '/web/health?db_server_status=1',
      () => ({ body: '{"status": "pass"}' }),
      "says {'status'",
    ],
    ['login page', '/web/login', () => ({ body: '/web/assets/1/a.min.css' }), 'no field for a password'],
    [
      'assets',
      '/web/assets/2/a.min.js',
      () => ({ status: 404, body: '' }),
      '/web/assets/2/a.min.js: HTTP 404',
    ],
    ['assets', '/web/assets/1/a.min.css', () => ({ body: '' }), 'empty: /web/assets/1/a.min.css'],
    ['assets', '/web/login', () => ({ body: 'name="password"' }), 'styles and scripts are needed'],
    [
      'workflow partners',
      '/web/dataset/call_kw',
      () => ({ body: '{"error": {"data": {"message": "no such model"}}}' }),
      'no such model',
    ],
    [
      'workflow partners',
      '/web/dataset/call_kw',
      () => ({ body: '<html>' }),
      'could not be checked: JSONDecodeError',
    ],
  ])('with %s: %s', async (check, path, answer, said) => {
    answers[path] = answer;
    const { code, failed } = await looked();
    expect(code).toBe(1);
    expect(failed.find((finding) => finding.check === check)?.details).toContain(said);
  });

  it('with the login, and with the workflows that need it', async () => {
    const { failed, output } = await looked('wrong');
    expect(failed.map(({ check }) => check)).toEqual(['login', 'workflow partners']);
    expect(failed[0]?.details).toBe('Access Denied');
    expect(output).not.toContain('wrong');
  });

  it('with a login that is not refused and lets nobody in: Odoo asks for a second factor', async () => {
    answers['/web/session/authenticate'] = () => ({ body: '{"result": {"uid": null}}' });
    const { failed } = await looked();
    expect(failed[0]).toMatchObject({ check: 'login', details: 'Odoo does not let admin in' });
  });

  it('with one that does not come up, and asks for nothing else', async () => {
    delete answers['/web/health'];
    const { code, failed } = await looked();
    expect(code).toBe(1);
    expect(failed).toMatchObject([
      { check: 'start', details: expect.stringContaining('did not answer within 1 s') },
    ]);
    expect(new Set(asked)).toEqual(new Set(['/web/health']));
  });
});
