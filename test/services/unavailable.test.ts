import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { nodeFile } from '../../constructs/odoo-node/render-template.ts';
import { type Answer, RunningNode } from './harness/running-node.ts';

/** What a browser sends when somebody opens a page. */
const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
/** What Odoo's web client sends with a call. */
const WEB_CLIENT = { accept: '*/*', 'content-type': 'application/json' };

function expectPage({ headers, body }: Answer): void {
  expect(headers['retry-after']).toBe('5');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(body.toString()).toBe(nodeFile('unavailable.html'));
}

function expectText({ headers, body }: Answer): void {
  expect(headers['retry-after']).toBe('5');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body.toString()).toBe(nodeFile('unavailable.txt'));
  // Odoo's web client would take JSON without an error for a result.
  expect(() => JSON.parse(body.toString())).toThrow();
}

describe('while the maintenance flag is up', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());
  beforeEach(() => node.raiseFlag());
  afterEach(() => node.lowerFlag());

  it.each(['GET', 'POST'])(
    'people get a page that reloads itself, whatever they did (%s)',
    async (method) => {
      const answer = await node.ask('/odoo/sales', { method, headers: BROWSER });
      expect(answer.status).toBe(503);
      expectPage(answer);
      expect(answer.body.toString()).toContain('http-equiv="refresh"');
      expect(answer.headers['strict-transport-security']).toBeDefined();
    },
  );

  it.each<Record<string, string>>([
    {},
    WEB_CLIENT,
    { accept: 'application/json' },
    { accept: 'image/avif,image/webp,*/*' },
  ])('programs get a line of text: %o', async (headers) => {
    const answer = await node.ask('/web/dataset/call_kw', { method: 'POST', body: '{}', headers });
    expect(answer.status).toBe(503);
    expectText(answer);
  });

  it('nobody gets a cookie, and nothing reaches Odoo', async () => {
    const seen = node.odoo.seen.length;
    for (const path of ['/', '/odoo', '/web/login', '/websocket', '/web/assets/1/y.js', '/web/content/1']) {
      const { status, headers } = await node.ask(path, { headers: { cookie: 'session_id=mine' } });
      expect(status).toBe(503);
      expect(headers).not.toHaveProperty('set-cookie');
    }
    expect(node.odoo.seen).toHaveLength(seen);
  });

  it('a browser that asks whether its copy is still good gets the page as well', async () => {
    const { headers } = await node.ask('/odoo', { headers: BROWSER });
    const copy = { 'if-none-match': headers.etag ?? '*', 'if-modified-since': new Date().toUTCString() };
    expect(await node.ask('/odoo', { headers: { ...BROWSER, ...copy } })).toMatchObject({ status: 503 });
  });

  it('an upload is refused without being taken in', async () => {
    const answer = await node.ask('/upload', { method: 'POST', body: Buffer.alloc(5 * 1024 * 1024) });
    expect(answer.status).toBe(503);
  });

  it('logins are not counted', async () => {
    for (let attempt = 0; attempt < 60; attempt += 1) await node.ask('/web/login', { method: 'POST' });
    node.lowerFlag();
    expect((await node.ask('/web/login', { method: 'POST' })).status).toBe(200);
  });

  it.each(['/web/health', '/web/health?x=1', '/.node/ping'])(
    "the load balancer's probe passes, or it would replace every node: %s",
    async (path) => {
      const seen = node.odoo.seen.length;
      expect((await node.ask(path)).status).toBe(200);
      // An Odoo that waits for its database could not answer.
      expect(node.odoo.seen).toHaveLength(seen);
    },
  );

  it.each(['/web/healthy', '/web/health/more', '/x/web/health', '/.node/pingpong', '/.nodes/ping'])(
    'nothing else passes for a probe: %s',
    async (path) => {
      expect((await node.ask(path)).status).toBe(503);
    },
  );

  it('the next request after it passes', async () => {
    expect((await node.ask('/odoo')).status).toBe(503);
    node.lowerFlag();
    expect((await node.ask('/odoo')).status).toBe(200);
  });

  it('a request that Odoo works on already is answered', async () => {
    node.lowerFlag();
    node.odoo.on('/report/pdf/x/1', async () => {
      await sleep(500);
      return { body: 'the report' };
    });
    const answer = node.ask('/report/pdf/x/1');
    await expect.poll(() => node.odoo.requests('/report/pdf/x/1')).toHaveLength(1);
    node.raiseFlag();
    expect((await answer).body.toString()).toBe('the report');
  });
});

describe('when Odoo does not answer', () => {
  const node = new RunningNode();
  beforeAll(async () => {
    await node.start();
    await node.odoo.stop();
  });
  afterAll(() => node.stop());

  it.each(['GET', 'POST'])('people get the page instead of a bare error (%s)', async (method) => {
    const answer = await node.ask('/web/login', { method, headers: BROWSER });
    expect(answer.status).toBe(502);
    expectPage(answer);
  });

  it('programs get a line of text', async () => {
    const answer = await node.ask('/web/dataset/call_kw', { method: 'POST', headers: WEB_CLIENT });
    expect(answer.status).toBe(502);
    expectText(answer);
  });

  it('the node itself is alive, and its probe fails', async () => {
    expect((await node.ask('/.node/ping')).status).toBe(200);
    expect((await node.ask('/web/health')).status).toBe(502);
  });
});

describe('when Odoo comes and goes', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('the first request after its return is answered: nginx does not remember failures', async () => {
    const ports = node.odooPorts;
    await node.odoo.stop();
    for (let attempt = 0; attempt < 20; attempt += 1) expect((await node.ask('/odoo')).status).toBe(502);
    await node.odoo.start(ports);
    expect((await node.ask('/odoo')).status).toBe(200);
  });

  it('a call whose worker died is not sent a second time, it may have been half-way', async () => {
    node.odoo.on('/web/dataset/call_kw/sale.order/create', () => 'hang up');
    const answer = await node.ask('/web/dataset/call_kw/sale.order/create', {
      method: 'POST',
      headers: WEB_CLIENT,
    });
    expect(answer.status).toBe(502);
    expectText(answer);
    expect(node.odoo.requests('/web/dataset/call_kw/sale.order/create')).toHaveLength(1);
  });
});
