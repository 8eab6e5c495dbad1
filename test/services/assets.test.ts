import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUNDLE } from './harness/odoo-stand-in.ts';
import { type Question, RunningNode } from './harness/running-node.ts';

const GZIP = { 'accept-encoding': 'gzip, deflate, br' };
const IMMUTABLE = {
  'Content-Type': 'text/css; charset=utf-8',
  'Cache-Control': 'public, max-age=31536000, immutable',
};

describe('scripts and styles', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('are asked of Odoo once and kept compressed', async () => {
    const path = '/web/assets/abc1234/web.assets_web.min.js';
    const first = await node.ask(path, { headers: GZIP });
    const second = await node.ask(path, { headers: GZIP });
    expect([first.headers['x-cache'], second.headers['x-cache']]).toEqual(['MISS', 'HIT']);
    expect(second.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(second.body).toString()).toBe(BUNDLE);
    expect(node.odoo.requests(path)).toHaveLength(1);
    const kept = filesBelow(join(node.directory, 'run/cache')).find((bytes) => bytes.includes(path));
    expect(kept?.length).toBeLessThan(BUNDLE.length / 10);
  });

  it('are kept compressed also where they come from the filestore', async () => {
    node.odoo.on('/web/assets/1/named.js', () => ({
      headers: {
        'X-Accel-Redirect': '/web/filestore/odoo/ab/abcd',
        'Content-Type': 'application/javascript; charset=utf-8',
        'Cache-Control': 'public, max-age=31536000, immutable',
        'Set-Cookie': 'session_id=abc',
      },
    }));
    await node.ask('/web/assets/1/named.js');
    const { headers, body } = await node.ask('/web/assets/1/named.js');
    expect(headers).toMatchObject({
      'x-cache': 'HIT',
      'content-type': 'application/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(body.toString()).toBe('a document');
  });

  it('come plain to a client that does not accept gzip, and caches are told of the difference', async () => {
    const path = '/web/static/plain.js';
    const compressed = await node.ask(path, { headers: GZIP });
    expect(compressed.headers.vary).toBe('Accept-Encoding');
    const others: Record<string, string>[] = [{}, { 'accept-encoding': 'br' }];
    for (const headers of others) {
      const plain = await node.ask(path, { headers });
      expect(plain.headers).not.toHaveProperty('content-encoding');
      expect(plain.headers.vary).toBe('Accept-Encoding');
      expect(plain.body.toString()).toBe(BUNDLE);
    }
  });

  it('are the same for browsers that name their encodings differently', async () => {
    const path = '/web/static/encodings.js';
    for (const encodings of ['gzip', 'gzip, deflate', 'gzip, deflate, br, zstd', 'br;q=1.0, gzip;q=0.8']) {
      const { headers } = await node.ask(path, { headers: { 'accept-encoding': encodings } });
      expect(headers['content-encoding']).toBe('gzip');
    }
    expect(node.odoo.requests(path)).toHaveLength(1);
  });

  it('stay compressed for everybody when the first one asks in a strange way', async () => {
    const path = '/web/static/strange.js';
    await node.ask(path, { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect((await node.ask(path, { headers: GZIP })).headers['content-encoding']).toBe('gzip');
  });

  it('differ by query string, host and release, and one is never taken for another', async () => {
    const path = '/web/static/versions.js';
    const questions: [string, Question][] = [
      [path, {}],
      [`${path}?v=2`, {}],
      [path, { headers: { host: 'other.example.com' } }],
    ];
    for (const [url, question] of questions) {
      expect((await node.ask(url, question)).headers['x-cache']).toBe('MISS');
      expect((await node.ask(url, question)).headers['x-cache']).toBe('HIT');
    }
    expect(readFileSync(join(node.directory, 'nginx.conf'), 'utf8')).toContain('proxy_cache_key release-1:');
  });

  it('carry no session into the cache nor out of it', async () => {
    const path = '/web/static/session.js';
    const mine = await node.ask(path, { headers: { cookie: 'session_id=mine' } });
    const yours = await node.ask(path, { headers: { cookie: 'session_id=yours' } });
    expect(node.odoo.last(path).headers).not.toHaveProperty('cookie');
    expect(yours.headers['x-cache']).toBe('HIT');
    for (const { headers } of [mine, yours]) expect(headers).not.toHaveProperty('set-cookie');
  });

  it('are kept although Odoo names headers on which they would depend', async () => {
    node.odoo.on('/web/assets/1/vary.css', () => ({
      headers: { ...IMMUTABLE, Vary: 'Cookie, Accept-Language' },
      body: 'a{}',
    }));
    await node.ask('/web/assets/1/vary.css', { headers: { 'accept-language': 'fr' } });
    const { headers } = await node.ask('/web/assets/1/vary.css', { headers: { 'accept-language': 'de' } });
    expect(headers['x-cache']).toBe('HIT');
  });

  it('are not sent again to a browser that has them', async () => {
    node.odoo.on('/web/assets/1/etag.css', () => ({
      headers: { ...IMMUTABLE, ETag: '"abc"' },
      body: 'a{}'.repeat(999),
    }));
    for (const encodings of [GZIP, {}]) {
      const { headers } = await node.ask('/web/assets/1/etag.css', { headers: encodings });
      const again = await node.ask('/web/assets/1/etag.css', {
        headers: { ...encodings, 'if-none-match': headers.etag ?? '' },
      });
      expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
    }
  });

  it('are asked of Odoo whole, whatever part of them the first client wants', async () => {
    node.odoo.on('/web/assets/1/part.css', () => ({
      headers: { ...IMMUTABLE, ETag: '"abc"' },
      body: 'abcdef',
    }));
    const headers = { range: 'bytes=2-3', 'if-none-match': '"other"' };
    await node.ask('/web/assets/1/part.css', { headers });
    expect(node.odoo.last('/web/assets/1/part.css').headers).not.toHaveProperty('range');
    expect((await node.ask('/web/assets/1/part.css')).body.toString()).toBe('abcdef');
  });

  it('that are asked for by many at once are made by one worker, however long that takes', async () => {
    node.odoo.on('/web/assets/1/slow.css', async () => {
      // Longer than nginx makes others wait by default. Odoo 19.0 with few modules took 1.4 s for its largest bundle.
      await sleep(6_500);
      return { headers: IMMUTABLE, body: 'slow{}' };
    });
    const answers = await Promise.all(Array.from({ length: 10 }, () => node.ask('/web/assets/1/slow.css')));
    expect(answers.map(({ body }) => body.toString())).toEqual(Array.from({ length: 10 }, () => 'slow{}'));
    expect(node.odoo.requests('/web/assets/1/slow.css')).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof node.odoo.on>[1]]>([
    ['that Odoo does not have', () => ({ status: 404, body: 'no' })],
    ['that have moved', () => ({ status: 301, headers: { Location: '/web/assets/2/x.css' } })],
    ['that failed', () => ({ status: 500, headers: { 'Cache-Control': 'no-store' }, body: 'no' })],
    ['of the developer mode', () => ({ headers: { 'Cache-Control': 'no-cache' }, body: 'a{}' })],
    ['that broke off', () => ({ headers: { ...IMMUTABLE, 'Content-Length': '999' }, body: 'a{' })],
  ])('%s are not kept', async (reason, answerer) => {
    const path = `/web/assets/1/${reason.replaceAll(' ', '-')}.css`;
    node.odoo.on(path, answerer);
    await node.ask(path).catch(() => undefined);
    await node.ask(path).catch(() => undefined);
    expect(node.odoo.requests(path)).toHaveLength(2);
  });

  it('that broke off look broken to the client as well', async () => {
    const path = '/web/assets/1/half.css';
    node.odoo.on(path, () => ({ headers: { ...IMMUTABLE, 'Content-Length': '9999' }, body: 'a{' }));
    await expect(node.ask(path)).rejects.toThrow('aborted');
  });
});

describe('scripts and styles of another release', () => {
  const old = new RunningNode({ release: 'odoo:19.0@sha256:1' });
  const cache = join(old.directory, 'run/cache');
  const next = new RunningNode({
    release: 'odoo:19.0@sha256:2',
    edit: (configuration) => configuration.replace(/proxy_cache_path \S+/, `proxy_cache_path ${cache}`),
  });
  afterAll(() => Promise.all([old.stop(), next.stop()]));

  it('are asked of Odoo again on a node that keeps the cache of the old one', async () => {
    const path = '/web/static/release.js';
    await old.start();
    await old.ask(path);
    await old.signal('SIGQUIT');
    await next.start();
    expect((await next.ask(path)).headers['x-cache']).toBe('MISS');
  });
});

describe('scripts and styles when Odoo is gone', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('are still served, also those that are due to be asked for again', async () => {
    node.odoo.on('/web/static/due.js', () => ({ headers: { 'Cache-Control': 'max-age=1' }, body: 'due' }));
    await node.ask('/web/static/kept.js');
    await node.ask('/web/static/due.js');
    await node.odoo.stop();
    await sleep(2_000);
    expect((await node.ask('/web/static/kept.js')).headers['x-cache']).toBe('HIT');
    const due = await node.ask('/web/static/due.js');
    expect(due.body.toString()).toBe('due');
    expect(due.headers['x-cache']).toBe('STALE');
  });
});

function filesBelow(directory: string): readonly Buffer[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}
