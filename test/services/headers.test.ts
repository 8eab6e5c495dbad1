import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningNode } from './harness/running-node.ts';

/** What the load balancer adds to every request. */
const THROUGH_LOAD_BALANCER = { 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' };

/** One path for each way to Odoo. */
const WAYS = ['/odoo', '/web/assets/1/x.js', '/websocket/health'];

describe('what nginx tells Odoo about a request', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it.each(WAYS)('names host, protocol and client in the form that Odoo believes: %s', async (path) => {
    await node.ask(path, { headers: THROUGH_LOAD_BALANCER });
    expect(node.odoo.last(path).headers).toMatchObject({
      host: 'erp.example.com',
      'x-forwarded-host': 'erp.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.7',
      'x-real-ip': '203.0.113.7',
    });
  });

  it.each(WAYS)('says each of these once, however often the client says it: %s', async (path) => {
    const url = `${path}?twice`;
    await node.ask(url, {
      headers: {
        ...THROUGH_LOAD_BALANCER,
        'x-forwarded-host': ['evil.example', 'worse.example'],
        'x-real-ip': ['10.0.0.1', '10.0.0.2'],
        'x-forwarded-for': ['10.9.8.7, 10.9.8.6', '203.0.113.7'],
      },
    });
    const { rawHeaders } = node.odoo.last(url);
    const values = (name: string) =>
      rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
    expect(values('host')).toEqual(['erp.example.com']);
    expect(values('x-forwarded-host')).toEqual(['erp.example.com']);
    expect(values('x-forwarded-for')).toEqual(['203.0.113.7']);
    expect(values('x-forwarded-proto')).toEqual(['https']);
    expect(values('x-real-ip')).toEqual(['203.0.113.7']);
  });

  it.each(WAYS)('hides X-Odoo-Database in every spelling that Python would take for it: %s', async (path) => {
    const url = `${path}?database`;
    await node.ask(url, {
      headers: {
        'X-Odoo-Database': ['other', 'another'],
        X_Odoo_Database: 'other',
        'X-Odoo_Database': 'other',
      },
    });
    const names = Object.keys(node.odoo.last(url).headers).map((name) => name.replaceAll('_', '-'));
    expect(names).not.toContain('x-odoo-database');
  });

  it.each(WAYS)(
    'passes no header with an underscore, which Python would take for its twin: %s',
    async (path) => {
      const url = `${path}?underscore`;
      await node.ask(url, {
        headers: { ...THROUGH_LOAD_BALANCER, X_Forwarded_For: '10.0.0.1', X_Forwarded_Host: 'evil' },
      });
      expect(Object.keys(node.odoo.last(url).headers).join()).not.toContain('_');
    },
  );

  it('hands on what it knows nothing about', async () => {
    const headers = {
      authorization: 'Bearer key',
      'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
      'accept-language': 'fr',
      cookie: 'session_id=a; cids=1-3; frontend_lang=fr_FR',
    };
    await node.ask('/json/2/res.partner/search', { headers });
    expect(node.odoo.last('/json/2/res.partner/search').headers).toMatchObject(headers);
  });

  it('never lets a client upgrade a connection to an HTTP worker', async () => {
    await node.ask('/web', { headers: { connection: 'Upgrade', upgrade: 'h2c' } });
    expect(node.odoo.last('/web').headers).not.toHaveProperty('upgrade');
    expect(node.odoo.last('/web').headers.connection ?? 'close').toBe('close');
  });

  it('takes headers as large as the load balancer does', async () => {
    const cookie = `a=${'x'.repeat(15_900)}`;
    const filters = `/web/content/1?filter=${'y'.repeat(15_900)}`;
    const others = Object.fromEntries([1, 2].map((n) => [`x-large-${n}`, 'z'.repeat(15_900)]));
    const answer = await node.ask(filters, { headers: { cookie, ...others } });
    expect(answer.status).toBe(200);
    expect(node.odoo.last(filters).headers).toMatchObject({ cookie, ...others });
  });

  it('passes an answer with large headers, such as a long policy and many cookies', async () => {
    const cookies = Array.from({ length: 5 }, (_, n) => `c${n}=${'v'.repeat(3_000)}; Path=/`);
    node.odoo.on('/heavy', () => ({
      headers: { 'Set-Cookie': cookies, 'Content-Security-Policy': 'p'.repeat(8_000) },
    }));
    const answer = await node.ask('/heavy');
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toHaveLength(5);
  });

  it('adds HSTS and the flags of session cookies, and leaves other cookies and headers alone', async () => {
    const cookies = ['session_id=s; Path=/; HttpOnly', 'frontend_lang=fr_FR; Path=/; SameSite=None'];
    node.odoo.on('/cookies', () => ({
      headers: { 'Set-Cookie': cookies, 'X-Content-Type-Options': 'nosniff' },
    }));
    const { headers } = await node.ask('/cookies');
    expect(headers['set-cookie']?.[0]).toMatch(
      /^session_id=s; Path=\/; HttpOnly; (Secure; SameSite=Lax|SameSite=Lax; Secure)$/i,
    );
    expect(headers['set-cookie']?.[1]).toBe(cookies[1]);
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers.server).toBe('nginx');
  });

  it('promises HTTPS on errors and assets as well', async () => {
    for (const path of ['/web/database', '/web/assets/1/hsts.js', '/.node/ping']) {
      expect((await node.ask(path)).headers['strict-transport-security']).toBeDefined();
    }
  });

  it('serves the oldest clients: HTTP/1.0 without a host', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(node.port, '127.0.0.1', () => socket.write('GET /oldest HTTP/1.0\r\n\r\n'));
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.[01] 200 OK/);
    expect(answer).toContain('<p>Odoo</p>');
  });
});

describe('whose address nginx takes for the client, with a load balancer in 127.1.0.0/16', () => {
  const node = new RunningNode({ entry: () => ({ kind: 'load-balancer', trustedCidr: '127.1.0.0/16' }) });
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  /** The client as Odoo and the log see it. */
  async function clientOf(from: string, forwardedFor?: string | readonly string[]): Promise<string> {
    await node.ask('/who', {
      from,
      headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
    });
    const { headers } = node.odoo.last('/who');
    expect(headers['x-real-ip']).toBe(headers['x-forwarded-for']);
    return String(headers['x-forwarded-for']);
  }

  it.each([
    ['the one that the load balancer reports', '203.0.113.7', '203.0.113.7'],
    ['the last entry, not one that the client made up', '10.9.8.7, 203.0.113.7', '203.0.113.7'],
    ['the last of many', '1.1.1.1, 2.2.2.2, 3.3.3.3, 203.0.113.7', '203.0.113.7'],
    [
      'the last also when the client pretends to be the load balancer',
      '198.51.100.1, 127.1.0.5',
      '127.1.0.5',
    ],
    ['a client within the trusted network itself', '203.0.113.99, 127.1.0.9', '127.1.0.9'],
    ['an IPv6 client', 'fe80::1, 2001:db8::7', '2001:db8::7'],
    ['the load balancer, where it reports nothing that is an address', 'unknown', '127.1.0.5'],
  ])('%s', async (_, forwardedFor, client) => {
    expect(await clientOf('127.1.0.5', forwardedFor)).toBe(client);
  });

  it('the last of several header lines', async () => {
    expect(await clientOf('127.1.0.5', ['10.9.8.7', '203.0.113.7'])).toBe('203.0.113.7');
  });

  it('the connection itself when it does not come from the load balancer', async () => {
    expect(await clientOf('127.2.0.5', '203.0.113.7')).toBe('127.2.0.5');
  });

  it('the connection itself when nothing is reported, as in health checks', async () => {
    expect(await clientOf('127.1.0.5')).toBe('127.1.0.5');
  });
});
