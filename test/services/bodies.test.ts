import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningNode } from './harness/running-node.ts';
import { slowly } from './harness/slow-line.ts';

const MIB = 1024 * 1024;
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

describe('uploads', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it.each([100, 128])('of %i MiB reach Odoo whole, byte for byte', async (mebibytes) => {
    const body = randomBytes(mebibytes * MIB);
    const url = `/mail/attachment/upload?mebibytes=${mebibytes}`;
    expect((await node.ask(url, { method: 'POST', body })).status).toBe(200);
    expect(node.odoo.last(url)).toMatchObject({ bodyBytes: body.length, bodySha256: sha256(body) });
  });

  it('that Odoo would refuse are refused at once, before they are sent', async () => {
    const headers = { 'content-length': String(128 * MIB + 1), expect: '100-continue' };
    const answer = await node.ask('/too-large', { method: 'POST', headers });
    expect(answer.status).toBe(413);
    expect(node.odoo.requests('/too-large')).toHaveLength(0);
  });

  it('in chunks get a length, which Odoo needs', async () => {
    const pieces = Array.from({ length: 20 }, () => randomBytes(100_000));
    const body = Readable.from(pieces);
    const headers = { 'transfer-encoding': 'chunked' };
    await node.ask('/chunked', { method: 'POST', body, headers });
    const { headers: seen, bodySha256 } = node.odoo.last('/chunked');
    expect(bodySha256).toBe(sha256(Buffer.concat(pieces)));
    expect(seen['content-length']).toBe('2000000');
    expect(seen).not.toHaveProperty('transfer-encoding');
  });

  it('of a client on a slow line hold no worker: Odoo gets them at once, and loses none', async () => {
    // Pauses for longer than a worker would wait.
    const body = slowly(randomBytes(50_000), 20_000, 2_200);
    const answer = node.ask('/slow', { method: 'POST', body, headers: { 'content-length': '50000' } });
    await sleep(2_000);
    expect(node.odoo.requests('/slow')).toHaveLength(0);
    expect((await answer).status).toBe(200);
    expect(node.odoo.last('/slow').arrivedInMs).toBeLessThan(500);
    expect(node.odoo.impatient).toBe(0);
  });

  it('that are given up half-way never reach Odoo', async () => {
    const socket = await raw(
      node.port,
      'POST /given-up HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhalf',
    );
    await sleep(100);
    socket.destroy();
    await expect.poll(() => node.log).toContain('"path":"/given-up","status":400');
    expect(node.odoo.requests('/given-up')).toHaveLength(0);
  });

  it('of an ordinary call, with a page of text in it, stay in memory', async () => {
    await node.ask('/web/dataset/call_kw', { method: 'POST', body: 'x'.repeat(120_000) });
    await node.ask('/mail/attachment/upload', { method: 'POST', body: 'x'.repeat(200_000) });
    await expect.poll(() => node.errors).toContain('buffered to a temporary file');
    expect(node.errors).not.toMatch(/temporary file.*call_kw/);
  });
});

describe('answers', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('that are large free the worker although the client reads slowly', async () => {
    const body = randomBytes(30 * MIB);
    let answered = 0;
    node.odoo.on('/export', () => {
      answered = performance.now();
      return { headers: { 'Content-Type': 'application/octet-stream' }, body };
    });
    const workerIsFree = new Promise<number>((resolve) => {
      node.odoo.onceAnswered('/export', () => resolve(performance.now() - answered));
    });
    const reader = await raw(node.port, 'GET /export HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await workerIsFree).toBeLessThan(10_000);
    const received: Buffer[] = [];
    reader.on('data', (chunk: Buffer) => received.push(chunk));
    await once(reader, 'end');
    expect(sha256(Buffer.concat(received).subarray(-body.length))).toBe(sha256(body));
  });

  it('that are HTTP/1.0 leave the connection to the client open', async () => {
    const { headers } = await node.ask('/odoo', { headers: { connection: 'keep-alive' } });
    expect(headers.connection).toBe('keep-alive');
  });

  it('of calls are compressed for who accepts it, and say so to caches', async () => {
    const json = JSON.stringify({ result: 'x'.repeat(5_000) });
    node.odoo.on('/call', () => ({ headers: { 'Content-Type': 'application/json' }, body: json }));
    const compressed = await node.ask('/call', { headers: { 'accept-encoding': 'gzip, br' } });
    expect(compressed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gunzipSync(compressed.body).toString()).toBe(json);
    const plain = await node.ask('/call');
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.body.toString()).toBe(json);
    expect(plain.headers.vary).toBe('Accept-Encoding');
  });

  it('of calls are compressed also when they come through another proxy', async () => {
    const headers = { 'accept-encoding': 'gzip', via: '1.1 proxy' };
    expect((await node.ask('/call', { headers })).headers['content-encoding']).toBe('gzip');
  });

  it('to one user are never given to another, even if Odoo calls them public', async () => {
    node.odoo.on('/my/orders', ({ headers }) => ({
      headers: { 'Cache-Control': 'public, max-age=604800', 'Set-Cookie': `session_id=${headers.cookie}` },
      body: `of ${headers.cookie}`,
    }));
    for (const cookie of ['mine', 'yours', 'mine']) {
      const { body, headers } = await node.ask('/my/orders', { headers: { cookie } });
      expect(body.toString()).toBe(`of ${cookie}`);
      expect(headers['set-cookie']?.[0]).toContain(`session_id=${cookie}`);
      expect(headers).not.toHaveProperty('x-cache');
    }
  });

  it('keep the type that Odoo gave them', async () => {
    node.odoo.on('/latin', () => ({ headers: { 'Content-Type': 'text/plain' }, body: 'caf\xe9' }));
    expect((await node.ask('/latin')).headers['content-type']).toBe('text/plain');
  });

  it('that say "not modified", redirect, or have no body, pass as they are', async () => {
    node.odoo.on('/page', ({ headers }) =>
      headers['if-none-match'] === '"v1"'
        ? { status: 304, headers: { ETag: '"v1"' } }
        : { headers: { ETag: '"v1"' } },
    );
    node.odoo.on('/moved', () => ({
      status: 303,
      headers: { Location: 'https://erp.example.com/odoo?a=1' },
    }));
    node.odoo.on('/nothing', () => ({ status: 204 }));
    expect(await node.ask('/page', { headers: { 'if-none-match': '"v1"' } })).toMatchObject({
      status: 304,
      body: Buffer.alloc(0),
    });
    expect((await node.ask('/page')).headers.etag).toBe('"v1"');
    expect((await node.ask('/moved')).headers.location).toBe('https://erp.example.com/odoo?a=1');
    expect((await node.ask('/nothing')).status).toBe(204);
    const head = await node.ask('/odoo', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(head.headers['content-length']).toBe('11');
  });

  it("that are Odoo's own errors pass as they are", async () => {
    node.odoo.on('/broken', () => ({
      status: 500,
      headers: { 'Content-Type': 'text/html' },
      body: 'a traceback',
    }));
    node.odoo.on('/absent', () => ({ status: 404, body: 'the site’s own page' }));
    expect((await node.ask('/broken')).body.toString()).toBe('a traceback');
    expect((await node.ask('/absent')).body.toString()).toBe('the site’s own page');
  });
});

describe('documents that Odoo only names', () => {
  const node = new RunningNode();
  const path = '/web/content/1';
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('come with their content and the headers that Odoo gave them', async () => {
    node.odoo.on('/web/content/2', () => ({
      headers: {
        'X-Accel-Redirect': '/web/filestore/odoo/ab/abcd',
        'Content-Length': '0',
        'Content-Type': 'image/svg+xml',
        'Content-Disposition': 'attachment; filename=drawing.svg',
        'Cache-Control': 'private, no-cache',
        'Content-Security-Policy': "default-src 'none'",
        'X-Content-Type-Options': 'nosniff',
        'Access-Control-Allow-Origin': '*',
        ETag: '"of Odoo"',
      },
    }));
    const { body, headers } = await node.ask('/web/content/2');
    expect(body.toString()).toBe('a document');
    expect(headers).toMatchObject({
      'content-length': '10',
      'content-type': 'image/svg+xml',
      'content-disposition': 'attachment; filename=drawing.svg',
      'cache-control': 'private, no-cache',
      // Without these two, a drawing that somebody uploaded could run scripts in the name of who looks at it.
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
      'strict-transport-security': 'max-age=31536000',
    });
    expect(headers).not.toHaveProperty('x-accel-redirect');
  });

  it('do not get a policy twice where Odoo sends the content itself', async () => {
    node.odoo.on('/web/content/3', () => ({
      headers: { 'Content-Security-Policy': "default-src 'none'", 'X-Content-Type-Options': 'nosniff' },
      body: 'sent by Odoo',
    }));
    const { headers } = await node.ask('/web/content/3');
    expect(headers['content-security-policy']).toBe("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('can be fetched in part, which videos and resumed downloads need', async () => {
    const part = await node.ask(path, { headers: { range: 'bytes=2-4' } });
    expect(part).toMatchObject({ status: 206, body: Buffer.from('doc') });
    expect(part.headers['content-range']).toBe('bytes 2-4/10');
    expect((await node.ask(path, { headers: { range: 'bytes=99-' } })).status).toBe(416);
  });

  it('are not sent again to who has them', async () => {
    const { headers } = await node.ask(path);
    const again = await node.ask(path, { headers: { 'if-none-match': headers.etag ?? '' } });
    expect(again).toMatchObject({ status: 304, body: Buffer.alloc(0) });
  });

  it('have a size without being sent', async () => {
    const head = await node.ask(path, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: Buffer.alloc(0) });
    expect(head.headers['content-length']).toBe('10');
  });

  it('cost a 404, not an empty file, when they are gone', async () => {
    node.odoo.on('/web/content/4', () => ({ headers: { 'X-Accel-Redirect': '/web/filestore/odoo/ff/ff' } }));
    expect((await node.ask('/web/content/4')).status).toBe(404);
  });

  it('are only those of the filestore', async () => {
    node.odoo.on('/web/content/5', () => ({
      headers: { 'X-Accel-Redirect': '/web/filestore/../access.log' },
    }));
    node.odoo.on('/web/content/6', () => ({
      headers: { 'X-Accel-Redirect': '/web/filestore../access.log' },
    }));
    for (const outside of ['/web/content/5', '/web/content/6']) {
      expect((await node.ask(outside)).body.toString()).not.toContain('"client"');
    }
  });
});

/** A connection that has sent these bytes. */
function raw(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => resolve(socket)));
    socket.on('error', reject);
  });
}
