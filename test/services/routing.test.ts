import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningNode } from './harness/running-node.ts';

/** Where requests of Odoo 18 and 19 belong: paths of their controllers, one or two for each kind. */
const HTTP_WORKERS = {
  pages: [
    '/',
    '/odoo',
    '/odoo/action-123/45',
    '/web',
    '/web?debug=assets',
    '/web/login',
    '/web/session/logout',
  ],
  'calls of the web client': [
    '/web/dataset/call_kw/res.partner/web_search_read',
    '/web/action/load',
    '/mail/data',
  ],
  'calls of programs': [
    '/xmlrpc/2/object',
    '/xmlrpc/2/common',
    '/jsonrpc',
    '/json/2/res.partner/search_read',
  ],
  attachments: [
    '/web/content/7?download=true',
    '/web/image/res.partner/3/avatar_128',
    '/documents/content/a-token',
  ],
  reports: ['/report/pdf/sale.report_saleorder/1,2', '/report/download', '/report/barcode/QR/x'],
  'website pages': ['/shop', '/fr/shop/chair-7?order=name', '/contactus', '/sitemap.xml', '/robots.txt'],
  'webhooks and sign-in': ['/payment/stripe/webhook', '/auth_oauth/signin', '/web/hook/6c1f'],
  'scripts of the bus': ['/bus/websocket_worker_bundle?v=19.0-1', '/bus/get_model_definitions'],
  'health of the workers': ['/web/health', '/web/health?db_server_status=1'],
  'names that only begin like others': ['/webhook', '/web/databases', '/web/assets', '/static'],
};
const GEVENT = ['/websocket', '/websocket/health', '/websocket/peek_notifications?channels=%5B%5D'];
const CACHED = [
  '/web/assets/1ab2c3d/web.assets_web.min.js',
  '/web/static/src/img/logo.png',
  '/my_module/static/description/icon.png',
];

const paths = (groups: Record<string, readonly string[]>) =>
  Object.entries(groups).flatMap(([kind, urls]) => urls.map((url) => [kind, url] as const));

describe('nginx sends', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it.each(paths(HTTP_WORKERS))('%s to the HTTP workers: %s', async (_, url) => {
    for (const method of ['GET', 'POST']) {
      expect((await node.ask(url, { method })).status).toBe(200);
      expect(node.odoo.last(url)).toMatchObject({ port: 'http', method });
    }
    expect(node.odoo.requests(url)).toHaveLength(2);
  });

  it.each(GEVENT)('%s to the gevent port', async (url) => {
    await node.ask(url);
    expect(node.odoo.last(url).port).toBe('websocket');
  });

  it.each(CACHED)('%s to the HTTP workers through its cache', async (url) => {
    await node.ask(url);
    expect((await node.ask(url)).headers['x-cache']).toBe('HIT');
    expect(node.odoo.requests(url).map(({ port }) => port)).toEqual(['http']);
  });

  it('a path to Odoo as the client spelled it', async () => {
    const spelled = '/shop/caf%C3%A9%2Fcr%C3%A8me//x?a=%20b&c=+&d';
    await node.ask(spelled);
    expect(node.odoo.requests(spelled)).toHaveLength(1);
  });

  it('a request with any method that the programming interfaces use', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      await node.ask('/json/2/any', { method });
      expect(node.odoo.last('/json/2/any').method).toBe(method);
    }
  });
});

describe('nginx keeps closed', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it.each([
    '/web/database',
    '/web/database/',
    '/web/database?x=1',
    '/web/database/manager',
    '/web/database/create',
    '/web/database/list',
    '/web//database/selector',
    '//web/database/manager',
    '/de/web/database/manager',
    '/pt_BR/web/database/manager',
    '/de//web///database//manager',
    '/web/%64atabase',
    '/%77eb/database/manager',
    '/web%2Fdatabase/manager',
    '/web/database%2Fmanager',
    '/web/./database/manager',
    '/x/../web/database/manager',
    '/x/..%2Fweb/database/manager',
    '/web/static/../database/manager',
    '/web/static/..%2Fdatabase/manager',
  ])('the database manager at %s', async (url) => {
    for (const method of ['GET', 'POST', 'HEAD']) {
      expect((await node.ask(url, { method })).status).toBe(404);
    }
    expect(node.odoo.seen).toEqual([]);
  });

  it.each([
    '/web/filestore/odoo/ab/abcd',
    '/web//filestore/odoo/ab/abcd',
    '/web/%66ilestore/odoo/ab/abcd',
    '/web/filestore/',
    '/web/filestore/../filestore/odoo/ab/abcd',
    '/.node/unavailable',
  ])('what is only for its own redirects: %s', async (url) => {
    expect((await node.ask(url)).status).toBe(404);
    expect(node.odoo.seen).toEqual([]);
  });

  it('its own health check, to everybody but the node itself', async () => {
    const own = await node.ask('/.node/ping');
    expect(own).toMatchObject({ status: 200 });
    expect(own.body.toString()).toBe('alive');
    for (const client of ['203.0.113.7', '127.0.0.1, 203.0.113.7']) {
      const { status } = await node.ask('/.node/ping', { headers: { 'x-forwarded-for': client } });
      expect(status).toBe(404);
    }
    expect(node.log).not.toContain('/.node/ping');
    expect(node.odoo.seen).toEqual([]);
  });
});

describe('the access log', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('has one JSON object for each request, without the query string, where tokens would stay readable', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.7', 'user-agent': 'a "quoted" agent\\' };
    await node.ask('/web/reset_password?token=s3cr3t-token', { headers });
    await expect.poll(() => node.log).toContain('reset_password');
    expect(JSON.parse(node.log)).toMatchObject({
      client: '203.0.113.7',
      method: 'GET',
      path: '/web/reset_password',
      status: 200,
      bytes: expect.any(Number),
      seconds: expect.any(Number),
      agent: 'a "quoted" agent\\',
    });
    expect(node.log).not.toContain('s3cr3t-token');
  });

  it('says as a number how long Odoo took to answer, and nothing of what nginx answers itself', async () => {
    const logged = async (path: string): Promise<unknown> => {
      const before = node.log.split('\n').length;
      await node.ask(path);
      await expect.poll(() => node.log.split('\n').length).toBeGreaterThan(before);
      const { responseSeconds }: { responseSeconds: unknown } = JSON.parse(
        node.log.trim().split('\n').at(-1) ?? '',
      );
      return responseSeconds;
    };
    expect(await logged('/odoo/timed')).toEqual(expect.any(Number));
    expect(await logged('/web/assets/1/timed.js')).toEqual(expect.any(Number));
    // From the cache.
    expect(await logged('/web/assets/1/timed.js')).toBeNull();
    writeFileSync(node.flag, '');
    expect(await logged('/odoo/timed')).toBeNull();
    rmSync(node.flag);
  });

  it('has one for an asset as well, which passes through nginx twice', async () => {
    await node.ask('/web/assets/1/logged.js');
    await node.ask('/odoo/after');
    await expect.poll(() => node.log).toContain('/odoo/after');
    expect(node.log.split('\n').filter((line) => line.includes('/web/assets/1/logged.js'))).toHaveLength(1);
  });
});
