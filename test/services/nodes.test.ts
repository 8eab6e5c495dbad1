import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Balancer } from './database/balancer.ts';
import { DatabaseServer, removeCommonFiles } from './database/database-server.ts';
import { type Attempt, Office } from './database/office.ts';
import { WatchedNode } from './database/watched-node.ts';

/** Databases and nodes take a second to come up, and half a minute on a machine that is very busy. */
const SETUP_MS = 60_000;

const UPLOADED = z.object({ id: z.number() });

interface Upload {
  readonly id: number;
  readonly content: Buffer;
}

describe('several nodes that share database, filestore and sessions', { timeout: 60_000 }, () => {
  let database: DatabaseServer;
  let shared = '';
  let balancer: Balancer;
  let nodes: WatchedNode[];
  let office: Office;
  let uploads: Upload[];

  beforeAll(async () => {
    database = await DatabaseServer.start();
  }, SETUP_MS);
  afterAll(async () => {
    await database.destroy();
    await removeCommonFiles();
  });

  beforeEach(async () => {
    shared = mkdtempSync(join(tmpdir(), 'shared-'));
    // nginx is somebody else where the tests run as root.
    chmodSync(shared, 0o755);
    balancer = new Balancer();
    await balancer.start();
    nodes = await Promise.all([startNode(), startNode(), startNode()]);
    office = new Office({ entrance: balancer, users: 20, patienceMs: 30_000 });
    uploads = [];
    await office.open();
  }, SETUP_MS);
  afterEach(async () => {
    await balancer.stop();
    await Promise.all(nodes.map((node) => node.stop()));
    rmSync(shared, { recursive: true });
  });

  it('lose no session and no attachment when one is killed under load', async () => {
    const [victim] = nodes;
    if (!victim) throw new Error('there is no node to kill');
    await office.work();
    const uploading = uploadFor(3000);
    await sleep(1000);
    const killed = Date.now() / 1000;
    await victim.kill();
    await expect.poll(() => balancer.healthy).toBe(2);
    const noticed = Date.now() / 1000;
    await uploading;
    await office.rest();

    const failed = office.attempts.filter(isFailure);
    const inFlight = failed.filter(({ sent }) => sent < killed);
    console.info(
      `node killed: ${inFlight.length} requests failed in flight and ${failed.length - inFlight.length} until it was out` +
        ` ${Math.round((noticed - killed) * 1000)} ms later, of ${office.attempts.length}; ${uploads.length} uploads`,
    );
    for (const { answer, ended, sent } of failed) {
      expect(answer?.headers['x-node']).toBe(String(victim.nginx.port));
      expect(ended).toBeGreaterThan(killed - 0.1);
      expect(sent).toBeLessThan(noticed);
    }
    expect(await office.loggedOut()).toEqual([]);
    await expectUploadsOn(nodes.slice(1));
  });

  it('lose no request when one is replaced in order under load', async () => {
    const [old] = nodes;
    if (!old) throw new Error('there is no node to replace');
    await office.work();
    const uploading = uploadFor(3500);
    await sleep(500);
    nodes.push(await startNode());
    await sleep(500);
    await balancer.deregister(old.nginx);
    await old.drain();
    await uploading;
    await office.rest();

    expect(office.attempts.filter(isFailure)).toEqual([]);
    expect(await office.loggedOut()).toEqual([]);
    await expectUploadsOn(nodes.slice(1));
  });

  async function startNode(): Promise<WatchedNode> {
    const { port, caBundle } = database;
    const node = await WatchedNode.start({
      database: { host: 'localhost', port, caBundle },
      dataDirectory: shared,
    });
    await balancer.register(node.nginx);
    return node;
  }

  /** Everybody uploads as well. What was acknowledged is kept in `uploads`. */
  async function uploadFor(milliseconds: number): Promise<void> {
    const end = performance.now() + milliseconds;
    const upload = async (user: number) => {
      while (performance.now() < end) {
        const content = randomBytes(100_000);
        const attempt = await office.attempt(user, '/web/binary/upload_attachment', {
          method: 'POST',
          body: content,
        });
        if (attempt.status === 200) {
          uploads.push({ content, id: UPLOADED.parse(JSON.parse(String(attempt.answer?.body))).id });
        }
        await sleep(50);
      }
    };
    await Promise.all(office.jars.map((_, user) => upload(user)));
  }

  /** Every acknowledged upload is there, byte by byte, and each node hands it out. */
  async function expectUploadsOn(survivors: readonly WatchedNode[]): Promise<void> {
    expect(uploads.length).toBeGreaterThan(20);
    for (const { id, content } of uploads) {
      const answers = await Promise.all(survivors.map(({ nginx }) => nginx.ask(`/web/content/${id}`)));
      for (const { status, body } of answers) {
        expect([status, body.equals(content)]).toEqual([200, true]);
      }
    }
  }
});

function isFailure({ status }: Attempt): boolean {
  return status !== 200 && status !== 303;
}
