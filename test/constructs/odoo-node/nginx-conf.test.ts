import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  LOGIN_BURST,
  loginsPerMinute,
  type NginxEntry,
  renderNginxConf,
} from '../../../constructs/odoo-node/nginx-conf.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { checkNginx } from '../../support/nginx.ts';
import { BUNDLE } from './fake-odoo.ts';
import { type Question, RunningNode, withLogsIn } from './running-node.ts';

/** nginx as root becomes this user; as anybody else it stays who it is, and says so. */
const USER = userInfo().username;

/** What the load balancer adds to every request. */
const THROUGH_LOAD_BALANCER = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };

function loginFrom(client: string): Question {
  return { method: 'POST', headers: { 'x-forwarded-for': client } };
}

describe('nginx behind a load balancer', () => {
  const node = new RunningNode();
  beforeAll(() => node.start(() => ({ kind: 'load-balancer', trustedCidr: '127.0.0.0/8' })));
  afterAll(() => node.stop());

  it('tells Odoo host, protocol and client, in the form that Odoo believes', async () => {
    await node.ask('/odoo', { headers: THROUGH_LOAD_BALANCER });
    expect(node.odoo.last('/odoo').headers).toMatchObject({
      host: 'erp.example.com',
      'x-forwarded-host': 'erp.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
    });
  });

  it('tells Odoo the same on the way through the compressor', async () => {
    await node.ask('/web/assets/1/forwarded.js', { headers: THROUGH_LOAD_BALANCER });
    expect(node.odoo.last('/web/assets/1/forwarded.js').headers).toMatchObject({
      'x-forwarded-host': 'erp.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
    });
  });

  it('does not believe an address that the client sent itself', async () => {
    const chain = '10.9.8.7, 198.51.100.1, 203.0.113.7';
    await node.ask('/spoofed', { headers: { ...THROUGH_LOAD_BALANCER, 'x-forwarded-for': chain } });
    expect(node.odoo.last('/spoofed').headers['x-forwarded-for']).toBe('203.0.113.7');
  });

  it('does not believe an address that a client within the trusted network sent itself', async () => {
    await node.ask('/inside', { headers: { 'x-forwarded-for': '203.0.113.99, 127.0.0.9' } });
    expect(node.odoo.last('/inside').headers['x-forwarded-for']).toBe('127.0.0.9');
  });

  it('does not believe a host that the client sent itself', async () => {
    await node.ask('/host', { headers: { 'x-forwarded-host': 'evil.example' } });
    expect(node.odoo.last('/host').headers['x-forwarded-host']).toBe('erp.example.com');
  });

  it.each(['/odoo', '/web/assets/1/x.js', '/websocket/health'])(
    'hides X-Odoo-Database on %s',
    async (path) => {
      await node.ask(path, { headers: { 'x-odoo-database': 'other' } });
      expect(node.odoo.last(path).headers).not.toHaveProperty('x-odoo-database');
    },
  );

  it('sends websockets to the gevent port, upgraded', async () => {
    const answer = await node.ask('/websocket?version=19.0-1', {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'sec-websocket-version': '13',
      },
    });
    expect(answer.status).toBe(101);
    const seen = node.odoo.last('/websocket?version=19.0-1');
    expect(seen.port).toBe('websocket');
    expect(seen.headers).toMatchObject({ upgrade: 'websocket', connection: 'upgrade' });
  });

  it('sends everything else to the HTTP workers, not upgraded', async () => {
    await node.ask('/web', { headers: { connection: 'keep-alive' } });
    expect(node.odoo.last('/web').port).toBe('http');
    expect(node.odoo.last('/web').headers.upgrade).toBeUndefined();
  });

  it('keeps asset bundles compressed and asks Odoo once', async () => {
    const headers = { 'accept-encoding': 'gzip, deflate, br' };
    const path = '/web/assets/abc1234/web.assets_web.min.js';
    const first = await node.ask(path, { headers });
    const second = await node.ask(path, { headers });
    expect(first.headers['x-cache']).toBe('MISS');
    expect(second.headers['x-cache']).toBe('HIT');
    expect(second.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(second.body).toString()).toBe(BUNDLE);
    expect(node.odoo.seen.filter(({ url }) => url === path)).toHaveLength(1);
    const files = filesBelow(join(node.directory, 'run/cache')).map((file) => readFileSync(file));
    const kept = files.find((bytes) => bytes.includes(path));
    expect(kept?.length).toBeLessThan(BUNDLE.length / 10);
  });

  it('serves the same asset uncompressed to a client that does not accept gzip', async () => {
    const path = '/web/static/plain.js';
    await node.ask(path, { headers: { 'accept-encoding': 'gzip' } });
    const plain = await node.ask(path);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body.toString()).toBe(BUNDLE);
  });

  it('lets no session into the cache nor out of it', async () => {
    const path = '/web/static/session.js';
    const answer = await node.ask(path, { headers: { cookie: 'session_id=secret' } });
    expect(node.odoo.last(path).headers).not.toHaveProperty('cookie');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('sends a document that Odoo only names, with the type that Odoo gave it', async () => {
    const answer = await node.ask('/web/content/1');
    expect(answer.body.toString()).toBe('a document');
    expect(answer.headers['content-type']).toContain('application/pdf');
  });

  it('does not hand out the filestore by its path', async () => {
    expect((await node.ask('/web/filestore/odoo/ab/abcd')).status).toBe(404);
  });

  it.each([
    '/web/database',
    '/web/database/manager',
    '/web//database/selector',
    '/de/web/database/manager',
    '/web/%64atabase',
  ])('closes the database manager at %s', async (path) => {
    expect((await node.ask(path)).status).toBe(404);
    expect(node.odoo.seen.map(({ url }) => url)).not.toContain(path);
  });

  it('marks session cookies as secure and asks browsers to stay with HTTPS', async () => {
    const { headers } = await node.ask('/odoo');
    expect(headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Lax; Secure|Secure; SameSite=Lax/i);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it('takes an upload of 100 MiB and refuses what Odoo would refuse', async () => {
    const accepted = await node.ask('/upload', { method: 'POST', body: Buffer.alloc(100 * 1024 * 1024) });
    expect(accepted.status).toBe(200);
    expect(node.odoo.last('/upload').bodyBytes).toBe(100 * 1024 * 1024);
    const headers = { 'content-length': String(200 * 1024 * 1024) };
    expect((await node.ask('/too-large', { method: 'POST', headers })).status).toBe(413);
  });

  it('lets a burst of 100 calls of one client pass', async () => {
    const call = { method: 'POST', body: '{}', headers: THROUGH_LOAD_BALANCER };
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => node.ask('/web/dataset/call_kw', call)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
  });

  it.each(
    [
      '/web/login',
      '/web/login/',
      '/web/login/totp',
      '/fr/web/login',
      '/pt_BR/web/login',
      '//fr//web/login',
      '/fr/web/login?redirect=%2Fodoo',
      '/web/session/authenticate',
      '/de/web/reset_password',
      '/xmlrpc/common',
      '/xmlrpc/2/common',
    ].map((path, index) => ({ path, guesser: `192.0.2.${index}` })),
  )('slows down guessing of passwords at $path, for that client only', async ({ path, guesser }) => {
    const guesses = await Promise.all(Array.from({ length: 60 }, () => node.ask(path, loginFrom(guesser))));
    const passed = guesses.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(LOGIN_BURST);
    expect(passed).toBeLessThanOrEqual(LOGIN_BURST + 3);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(60 - passed);
    expect((await node.ask(path, loginFrom('192.0.2.200'))).status).toBe(200);
    expect((await node.ask('/odoo', { headers: { 'x-forwarded-for': guesser } })).status).toBe(200);
  });

  it('answers its own health check without Odoo, to nobody but the node itself', async () => {
    expect((await node.ask('/.node/ping')).status).toBe(200);
    expect((await node.ask('/.node/ping', { headers: THROUGH_LOAD_BALANCER })).status).toBe(404);
  });

  it('writes no query string into its log, where tokens would stay readable', async () => {
    await node.ask('/web/reset_password?token=s3cr3t-token');
    await expect.poll(() => node.log).toContain('"path":"/web/reset_password"');
    expect(node.log).not.toContain('s3cr3t-token');
  });

  describe('while the maintenance flag is there', () => {
    beforeEach(() => writeFileSync(node.flag, ''));
    afterEach(() => {
      if (existsSync(node.flag)) unlinkSync(node.flag);
    });

    it('shows people a page, keeps Odoo out of it, and is back at once afterwards', async () => {
      const answer = await node.ask('/odoo/sales', { headers: { accept: 'text/html,*/*' } });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('5');
      expect(answer.headers['content-type']).toContain('text/html');
      expect(answer.body.toString()).toContain('Back in a moment');
      expect(answer.headers).not.toHaveProperty('set-cookie');
      expect(node.odoo.seen.map(({ url }) => url)).not.toContain('/odoo/sales');
      unlinkSync(node.flag);
      expect((await node.ask('/odoo/sales')).status).toBe(200);
    });

    it("gives Odoo's web client an answer that it takes for a lost connection, not for a result", async () => {
      const answer = await node.ask('/web/dataset/call_kw', {
        method: 'POST',
        body: '{}',
        headers: { accept: '*/*', 'content-type': 'application/json' },
      });
      expect(answer.status).toBe(503);
      expect(answer.headers['content-type']).toContain('text/plain');
      expect(answer.body.toString()).toBe(nodeFile('unavailable.txt'));
      expect(() => JSON.parse(answer.body.toString())).toThrow();
    });

    it.each(['/websocket', '/web/assets/1/y.js', '/web/login'])('holds back %s as well', async (path) => {
      expect((await node.ask(path)).status).toBe(503);
    });

    it("lets the load balancer's probe through, or every node would be replaced", async () => {
      expect((await node.ask('/web/health')).status).toBe(200);
      expect((await node.ask('/.node/ping')).status).toBe(200);
    });
  });
});

describe('nginx when Odoo does not answer', () => {
  const node = new RunningNode();
  beforeAll(async () => {
    await node.start(() => ({ kind: 'load-balancer', trustedCidr: '127.0.0.0/8' }));
    await node.ask('/web/static/kept.js', { headers: { 'accept-encoding': 'gzip' } });
    await node.odoo.stop();
  });
  afterAll(() => node.stop());

  it('shows the page instead of a bare error', async () => {
    const answer = await node.ask('/odoo', { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(502);
    expect(answer.headers['retry-after']).toBe('5');
    expect(answer.body.toString()).toContain('Back in a moment');
  });

  it('answers a form that was sent, too', async () => {
    const answer = await node.ask('/web/login', { method: 'POST', headers: { accept: 'text/html' } });
    expect(answer.status).toBe(502);
    expect(answer.body.toString()).toContain('Back in a moment');
  });

  it('still serves what it kept', async () => {
    expect((await node.ask('/web/static/kept.js', { headers: { 'accept-encoding': 'gzip' } })).status).toBe(
      200,
    );
  });
});

describe('nginx on the single server', () => {
  const node = new RunningNode();
  beforeAll(() =>
    node.start((directory) => {
      certify(directory);
      mkdirSync(join(directory, '.well-known/acme-challenge'), { recursive: true });
      writeFileSync(join(directory, '.well-known/acme-challenge/token'), 'proof');
      return { kind: 'server', user: USER, tls: tlsFiles(directory) };
    }),
  );
  afterAll(() => node.stop());

  it('redirects HTTP to HTTPS, except for the proof that a certificate is issued for', async () => {
    const answer = await node.ask('/odoo?a=1');
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe('https://erp.example.com/odoo?a=1');
    expect((await node.ask('/.well-known/acme-challenge/token')).body.toString()).toBe('proof');
  });

  it('believes no X-Forwarded header at all', async () => {
    await node.ask('/odoo', {
      tls: true,
      headers: { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'http' },
    });
    expect(node.odoo.last('/odoo').headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'erp.example.com',
    });
  });

  it('marks session cookies as secure and asks browsers to stay with HTTPS', async () => {
    const { headers } = await node.ask('/odoo', { tls: true });
    expect(headers['set-cookie']?.[0]).toMatch(/secure/i);
    expect(headers['strict-transport-security']).toBeDefined();
  });

  it('refuses TLS below 1.2, also where the system would allow it', () => {
    const client = ['s_client', '-connect', `127.0.0.1:${node.httpsPort}`, '-cipher', 'DEFAULT@SECLEVEL=0'];
    const handshake = (version: string) => spawnSync('openssl', [...client, version], { input: '' }).status;
    expect(handshake('-tls1_2')).toBe(0);
    expect(handshake('-tls1_1')).not.toBe(0);
    // OpenSSL's own defaults refuse it as well on most systems; the configuration must not depend on them.
    expect(readFileSync(join(node.directory, 'nginx.conf'), 'utf8')).toContain(
      'ssl_protocols TLSv1.2 TLSv1.3;',
    );
  });
});

describe('nginx on a single server without a domain', () => {
  const node = new RunningNode();
  beforeAll(() => node.start(() => ({ kind: 'server', user: USER })));
  afterAll(() => node.stop());

  it('serves plain HTTP and makes no promise of HTTPS', async () => {
    const { status, headers } = await node.ask('/odoo');
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers['set-cookie']?.[0]).not.toMatch(/secure/i);
    expect(node.odoo.last('/odoo').headers['x-forwarded-proto']).toBe('http');
  });
});

describe('the rendered configuration', () => {
  it.each<[string, (directory: string) => NginxEntry]>([
    ['a load balancer', () => ({ kind: 'load-balancer', trustedCidr: '10.0.0.0/16' })],
    ['a server with TLS', (directory) => ({ kind: 'server', user: USER, tls: tlsFiles(directory) })],
    ['a server without TLS', () => ({ kind: 'server', user: USER })],
  ])('for %s is accepted by nginx without a warning', (_, entry) => {
    const directory = mkdtempSync(join(tmpdir(), 'odoo-node-'));
    certify(directory);
    const file = join(directory, 'nginx.conf');
    const configuration = renderNginxConf({
      entry: entry(directory),
      release: 'r',
      loginsPerMinute: 30,
      runDirectory: directory,
      maintenanceFlag: join(directory, 'flag'),
      pagesDirectory: directory,
      filestoreDirectory: directory,
    });
    writeFileSync(file, withLogsIn(directory, configuration));
    const { ok, output } = checkNginx(file);
    rmSync(directory, { recursive: true });
    expect(ok, output).toBe(true);
    const warnings = output
      .split('\n')
      .filter((line) => line.includes('[warn]') && !line.includes('"user" directive'));
    expect(warnings).toEqual([]);
  });

  it('keeps idle connections open for longer than the load balancer does', () => {
    const rendered = renderNginxConf({
      entry: { kind: 'load-balancer', trustedCidr: '10.0.0.0/16' },
      release: 'r',
      loginsPerMinute: 30,
      runDirectory: '/r',
      maintenanceFlag: '/f',
      pagesDirectory: '/p',
      filestoreDirectory: '/s',
    });
    expect(Number(/keepalive_timeout (\d+)s/.exec(rendered)?.[1])).toBeGreaterThan(720);
  });

  it('lets all users of one office log in within ten minutes', () => {
    for (const users of [1, 25, 150, 1000, 5000]) {
      expect(loginsPerMinute(users) * 10).toBeGreaterThanOrEqual(users);
      expect(loginsPerMinute(users)).toBeGreaterThanOrEqual(30);
    }
  });
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function tlsFiles(directory: string) {
  return {
    certificateFile: join(directory, 'certificate.pem'),
    certificateKeyFile: join(directory, 'key.pem'),
    acmeDirectory: directory,
  };
}

/** A certificate that signs itself, as the server has one before the first real one. */
function certify(directory: string): void {
  const { certificateFile, certificateKeyFile } = tlsFiles(directory);
  const { status, stderr } = spawnSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
    ].concat(['-subj', '/CN=erp.example.com', '-keyout', certificateKeyFile, '-out', certificateFile]),
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
}
