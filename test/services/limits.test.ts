import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loginsPerMinute } from '../../config/sizing/login-limits.ts';
import { LOGIN_BURST } from '../../constructs/odoo-node/nginx-conf.ts';
import { type Question, RunningNode } from './harness/running-node.ts';

const USERS = 25;

const SIGN_IN = [
  '/web/login',
  '/web/login/',
  '/web/login/totp',
  '/fr/web/login',
  '/pt_BR/web/login',
  '//fr//web/login',
  '/web/%6cogin',
  '/fr/web/login?redirect=%2Fodoo',
  '/web/session/authenticate',
  '/de/web/reset_password',
  '/web/signup',
  '/xmlrpc/common',
  '/xmlrpc/2/common',
  '/base_import_module/login_upload',
];

function post(client: string): Question {
  return { method: 'POST', body: '{}', headers: { 'x-forwarded-for': client } };
}

/** How many of these questions, sent at once, were let through, and how many the limit allows in the time they took. */
async function send(node: RunningNode, count: number, path: string, client: string) {
  const begun = performance.now();
  const answers = await Promise.all(Array.from({ length: count }, () => node.ask(path, post(client))));
  const minutes = (performance.now() - begun) / 60_000;
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status !== 200 && status !== 429)).toEqual([]);
  return {
    passed: statuses.filter((status) => status === 200).length,
    // The first one is beside the burst.
    allowed: LOGIN_BURST + 1 + Math.ceil(minutes * loginsPerMinute(USERS)),
  };
}

describe('limits', () => {
  const node = new RunningNode({ users: USERS });
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it.each(SIGN_IN.map((path, index) => ({ path, guesser: `192.0.2.${index}` })))(
    'slow down guessing of passwords at $path, for that client only',
    async ({ path, guesser }) => {
      const { passed, allowed } = await send(node, 60, path, guesser);
      expect(passed).toBeGreaterThanOrEqual(LOGIN_BURST);
      expect(passed).toBeLessThanOrEqual(allowed);
      const refused = await node.ask(path, post(guesser));
      expect(refused.status).toBe(429);
      expect(refused.headers['retry-after']).toBe('5');
      expect((await node.ask(path, post('192.0.2.200'))).status).toBe(200);
    },
  );

  it('count all ways of guessing together', async () => {
    const client = '198.51.100.1';
    const [first, second] = await Promise.all([
      send(node, 30, '/web/login', client),
      send(node, 30, '/xmlrpc/2/common', client),
    ]);
    expect(first.passed + second.passed).toBeLessThanOrEqual(Math.max(first.allowed, second.allowed));
  });

  it('let a guesser work who is logged in already, and look at the login page', async () => {
    const client = '198.51.100.2';
    await send(node, 40, '/web/login', client);
    expect((await send(node, 100, '/web/dataset/call_kw/x', client)).passed).toBe(100);
    const page = await node.ask('/web/login', { headers: { 'x-forwarded-for': client } });
    expect(page.status).toBe(200);
  });

  it('let a burst of 100 calls of one user pass', async () => {
    const { passed } = await send(node, 100, '/web/dataset/call_kw/res.partner/read', '203.0.113.7');
    expect(passed).toBe(100);
  });

  it('let 25 people behind one address load the whole web client at once', async () => {
    const office = { headers: { 'x-forwarded-for': '203.0.113.8' } };
    const paths = [
      '/odoo',
      '/web/webclient/load_menus/1',
      '/web/assets/1/office.js',
      '/web/static/office.png',
    ];
    const everybody = Array.from({ length: 25 }, () => paths).flat();
    const answers = await Promise.all(everybody.map((path) => node.ask(path, office)));
    expect(answers.map(({ status }) => status)).toEqual(everybody.map(() => 200));
  });

  it('let everybody of an office log in that arrives at the same minute', async () => {
    const path = '/web/login';
    expect((await send(node, LOGIN_BURST, path, '203.0.113.9')).passed).toBe(LOGIN_BURST);
    // One more every two seconds: the rest of 25 within ten.
    await expect.poll(async () => (await node.ask(path, post('203.0.113.9'))).status).toBe(200);
    expect(loginsPerMinute(USERS)).toBe(30);
  });
});
