import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningNode } from './harness/running-node.ts';

describe('websockets', () => {
  const node = new RunningNode();
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  it('reach the gevent port upgraded, with cookie, origin and client', async () => {
    const path = '/websocket?version=19.0-2';
    const headers = {
      cookie: 'session_id=mine',
      origin: 'https://erp.example.com',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-proto': 'https',
    };
    const socket = await node.websocket(path, { headers });
    const { port, headers: seen, httpVersion } = node.odoo.last(path);
    expect({ port, httpVersion }).toEqual({ port: 'websocket', httpVersion: '1.1' });
    expect(seen).toMatchObject({
      ...headers,
      upgrade: 'websocket',
      connection: 'upgrade',
      host: 'erp.example.com',
      'x-forwarded-host': 'erp.example.com',
      'sec-websocket-version': '13',
    });
    socket.drop();
  });

  it('carry messages both ways at once', async () => {
    const socket = await node.websocket();
    socket.send('from the browser');
    await expect.poll(() => socket.messages).toEqual(['from the browser']);
    node.odoo.notify('from Odoo');
    await expect.poll(() => socket.messages).toContain('from Odoo');
    socket.drop();
  });

  it('carry messages larger than any buffer', async () => {
    const socket = await node.websocket();
    const text = 'x'.repeat(60_000);
    socket.send(text);
    await expect.poll(() => socket.messages).toEqual([text]);
    socket.drop();
  });

  it('are closed by Odoo with its own status, which tells browsers whether to come back', async () => {
    const socket = await node.websocket();
    node.odoo.closeWebsockets();
    expect(await socket.closed).toBe(1001);
  });

  it('that a browser drops are gone in Odoo as well', async () => {
    await expect.poll(() => node.odoo.openWebsockets).toBe(0);
    const socket = await node.websocket();
    expect(node.odoo.openWebsockets).toBe(1);
    socket.drop();
    await expect.poll(() => node.odoo.openWebsockets).toBe(0);
  });

  it('are answered with 502 when the gevent process is away, while pages are still served', async ({
    onTestFinished,
  }) => {
    const only = new RunningNode();
    onTestFinished(() => only.stop());
    await only.start();
    await only.odoo.stopWebsockets();
    await expect(only.websocket()).rejects.toThrow('refused with 502');
    expect((await only.ask('/odoo')).status).toBe(200);
  });

  it('stay open while the maintenance flag is up, and new ones are held back', async () => {
    const socket = await node.websocket();
    node.raiseFlag();
    await expect(node.websocket()).rejects.toThrow('refused with 503');
    socket.send('still here');
    await expect.poll(() => socket.messages).toEqual(['still here']);
    node.lowerFlag();
    socket.drop();
  });
});
