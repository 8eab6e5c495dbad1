import { randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it, type TestContext } from 'vitest';
import { OdooStandIn } from './harness/odoo-stand-in.ts';
import { RunningNode } from './harness/running-node.ts';
import { slowly } from './harness/slow-line.ts';
import type { WebsocketClient } from './harness/websocket-client.ts';

/** How long nginx waits for what does not end by itself (`worker_shutdown_timeout`). */
const WEBSOCKETS_END_AFTER_MS = 30_000;
/** Fargate kills nginx's container after this time. */
const STOP_TIMEOUT_MS = 60_000;

const UPLOAD = randomBytes(300_000);
const EXPORT = randomBytes(3_000_000);

/** Sends requests to the registered nodes in turn, over connections that it keeps, as a load balancer does. */
class Balancer {
  readonly failures: string[] = [];
  answered = 0;
  private readonly targets: { readonly node: RunningNode; readonly agent: Agent }[] = [];
  private readonly waiting = new Map<RunningNode, number>();
  private turn = 0;

  register(node: RunningNode): void {
    this.targets.push({ node, agent: new Agent({ keepAlive: true }) });
  }

  /** The node gets no further requests; those that it has go on. */
  deregister(node: RunningNode): void {
    this.targets.splice(
      this.targets.findIndex((target) => target.node === node),
      1,
    );
  }

  /** Requests that a node has not answered yet. */
  inFlight(node: RunningNode): number {
    return this.waiting.get(node) ?? 0;
  }

  async send(path: string, body?: Buffer | Readable, length?: number): Promise<void> {
    const target = this.targets[(this.turn += 1) % this.targets.length];
    if (!target) throw new Error('no node is registered');
    this.waiting.set(target.node, this.inFlight(target.node) + 1);
    const headers = { 'x-forwarded-for': '203.0.113.7', ...(length && { 'content-length': String(length) }) };
    try {
      const question = { method: body ? 'POST' : 'GET', body, headers, agent: target.agent };
      const answer = await target.node.ask(path, question);
      if (answer.status !== 200) this.failures.push(`${path}: ${answer.status}`);
      if (path === '/export' && !answer.body.equals(EXPORT)) this.failures.push(`${path}: other bytes`);
      this.answered += 1;
    } catch (error) {
      this.failures.push(`${path}: ${String(error)}`);
    } finally {
      this.waiting.set(target.node, this.inFlight(target.node) - 1);
    }
  }
}

/** Users that click without pause until told to stop. */
function startUsers(balancer: Balancer): () => Promise<void> {
  const stopping = new AbortController();
  const user = async (requests: readonly (() => Promise<void>)[]) => {
    for (let next = 0; !stopping.signal.aborted; next += 1) await requests[next % requests.length]?.();
  };
  const page = () => balancer.send('/odoo');
  const call = () => balancer.send('/web/dataset/call_kw', Buffer.from('{}'));
  const asset = () => balancer.send('/web/assets/1/web.assets_web.min.js');
  const document = () => balancer.send('/web/content/1');
  const upload = () => balancer.send('/upload', UPLOAD);
  const slowUpload = () => balancer.send('/upload', slowly(UPLOAD, 20_000, 100), UPLOAD.length);
  const report = () => balancer.send('/report');
  const users = [
    ...Array.from({ length: 8 }, () => user([page, call, asset, document, upload])),
    ...Array.from({ length: 4 }, () => user([slowUpload])),
    ...Array.from({ length: 4 }, () => user([report])),
    ...Array.from({ length: 2 }, () => user([() => balancer.send('/export')])),
  ];
  return async () => {
    stopping.abort();
    await Promise.all(users);
  };
}

async function startNode({ onTestFinished }: TestContext): Promise<RunningNode> {
  // This process plays users and Odoo at once: what keeps it busy for long must not look like a client that is slow.
  const node = new RunningNode({ odoo: new OdooStandIn({ patienceMs: 30_000 }) });
  onTestFinished(() => node.stop());
  await node.start();
  node.odoo.on('/report', async () => {
    await sleep(2_000);
    return { body: 'the report' };
  });
  node.odoo.on('/export', () => ({ body: EXPORT }));
  node.odoo.on('/upload', ({ bodyBytes }) => ({ status: bodyBytes === UPLOAD.length ? 200 : 500 }));
  return node;
}

describe.concurrent('a node that is told to stop', { timeout: 90_000 }, () => {
  it.for(['SIGTERM', 'SIGQUIT'] as const)(
    'under load answers every request that it has, then ends: %s',
    async (signal, test) => {
      const { expect } = test;
      const [leaving, staying] = [await startNode(test), await startNode(test)];
      const balancer = new Balancer();
      balancer.register(leaving);
      balancer.register(staying);
      const stopUsers = startUsers(balancer);
      await expect.poll(() => balancer.answered, { timeout: 30_000 }).toBeGreaterThan(100);
      balancer.deregister(leaving);
      const asked = leaving.odoo.seen.length;
      const inFlight = balancer.inFlight(leaving);
      const begun = performance.now();
      const code = await leaving.signal(signal);
      const tookMs = performance.now() - begun;
      await stopUsers();
      expect(balancer.failures).toEqual([]);
      expect(code).toBe(0);
      expect(inFlight).toBeGreaterThan(0);
      expect(tookMs).toBeLessThan(WEBSOCKETS_END_AFTER_MS / 2);
      // Uploads that had only begun are among them.
      expect(leaving.odoo.seen.length).toBeGreaterThan(asked);
    },
  );

  it('keeps websockets working for a while, then closes them, in time', async (test) => {
    const { expect } = test;
    const node = await startNode(test);
    const sockets: WebsocketClient[] = [];
    for (let socket = 0; socket < 20; socket += 1) sockets.push(await node.websocket());
    const begun = performance.now();
    const ended = node.signal('SIGTERM');
    await sleep(2_000);
    node.odoo.notify('still here');
    await expect.poll(() => sockets.map(({ messages }) => messages.length)).toEqual(sockets.map(() => 1));
    await expect(node.websocket()).rejects.toThrow('ECONNREFUSED');
    await Promise.all(sockets.map(({ closed }) => closed));
    expect(await ended).toBe(0);
    const tookMs = performance.now() - begun;
    expect(tookMs).toBeGreaterThan(WEBSOCKETS_END_AFTER_MS - 1_000);
    expect(tookMs).toBeLessThan(STOP_TIMEOUT_MS - 15_000);
    await expect.poll(() => node.odoo.openWebsockets).toBe(0);
  });

  it('closes the connections that nobody uses at once', async (test) => {
    const node = await startNode(test);
    const agent = new Agent({ keepAlive: true });
    await node.ask('/odoo', { agent });
    const begun = performance.now();
    await node.signal('SIGTERM');
    test.expect(performance.now() - begun).toBeLessThan(WEBSOCKETS_END_AFTER_MS / 2);
  });
});
