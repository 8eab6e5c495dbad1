import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Run } from '../constructs/database-job/job-bench.ts';
import { ReleaseBench } from '../releases/release-bench.ts';
import { codeOf, confirmed, expectWhole, isPage } from './database/answers.ts';
import { Balancer, type FailedProbe } from './database/balancer.ts';
import { GatedNode } from './database/gated-node.ts';
import { Office } from './database/office.ts';
import type { WebsocketClient } from './harness/websocket-client.ts';

// Whole nodes and the database job, as they are shipped, around one PostgreSQL server, while people work. Odoo is a
// stand-in: on the nodes one that says whose code answers from which database, in the job one that changes modules.

/** Nodes take seconds to come up, and half a minute on a machine that is very busy. */
const SETUP_MS = 60_000;

/** The load balancer waits for a minute (four probes, 15 s apart) before it gives a node up: as many probes here. */
const PROBES_IN_A_MINUTE = 300;

/** Versions that Odoo notes for the module of the two releases. */
const DATABASE = { r1: '19.0.1.0', r2: '19.0.1.1' };

/** An update of the module that people notice. */
const TAKES_A_MOMENT = "ALTER TABLE acme_order ADD state varchar DEFAULT 'new'; SELECT pg_sleep(1)";

/** How many sessions have, or wait for, what a request of the slow kind wants for itself. */
const BRAKES =
  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND (classid, objid, objsubid) = (0, 1, 1)";

/** The kernel's clock for files, which says when the flag went up, is up to this late, in seconds. */
const FILE_CLOCK = 0.01;

let bench: ReleaseBench;
let shared = '';
let balancer: Balancer;
const nodes: GatedNode[] = [];
let old: GatedNode;
let office: Office;
/** When everybody was at work. */
let began = 0;

beforeAll(async () => {
  bench = await ReleaseBench.start();
}, SETUP_MS);
afterAll(() => bench?.stop());

beforeEach(async () => {
  await bench.reset();
  shared = mkdtempSync(join(tmpdir(), 'shared-'));
  // nginx is somebody else where the tests run as root.
  chmodSync(shared, 0o755);
  for (const folder of ['sessions', 'filestore/odoo']) mkdirSync(join(shared, folder), { recursive: true });
  balancer = new Balancer({ unhealthyAfter: PROBES_IN_A_MINUTE });
  await balancer.start();
  old = await addNode('r1');
  office = new Office({ entrance: balancer, users: 10, patienceMs: 30_000 });
  await office.open();
  await office.work();
  began = now();
}, SETUP_MS);
afterEach(async () => {
  await office.rest();
  await balancer.stop();
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  rmSync(shared, { recursive: true, force: true });
});

describe('a release that changes no module', { timeout: 240_000 }, () => {
  it('reaches nobody: both images serve the database until the old node has left', async () => {
    const websocket = await old.nginx.websocket();
    const { report } = await release('r2');
    expect(report).toMatchObject({ outcome: 'succeeded', changed: [] });
    const next = await addNode('r2');
    const newcomers = new Office({ entrance: next.nginx, users: 3 });
    await newcomers.open();
    await newcomers.work();
    await newcomers.rest();
    expect(await stateOf(websocket)).toBe('open');
    websocket.drop();
    await leave(old);
    await expectServedBy('r2');
    await office.rest();

    const attempts = [...office.attempts, ...newcomers.attempts];
    expect(attempts.filter(isPage)).toEqual([]);
    expectWhole(attempts, { r1: DATABASE.r1, r2: DATABASE.r1 });
    expect(failedProbes(old, began)).toEqual([]);
    for (const { watch } of [old, next]) expect(watch.output).toBe('');
  });
});

describe('a release that changes a module', { timeout: 240_000 }, () => {
  it('never lets code answer from a database that is not its own, and keeps every order', async () => {
    const websocket = await old.nginx.websocket();
    const brake = bench.job.cluster.hold('odoo', 'brake', 'SELECT pg_advisory_lock(1)');
    await expect.poll(() => bench.sql(BRAKES, 'postgres')).toBe('1');
    const running = office.attempt(0, '/web/dataset/call_kw/slow', { method: 'POST', body: '{}' });
    await expect.poll(() => bench.sql(BRAKES, 'postgres')).toBe('2');
    bench.module('1.1', 'b', TAKES_A_MOMENT);
    const job = release('r2');
    await expect.poll(() => old.flagIsUp).toBe(true);
    const held = old.flagChanged;
    await expect.poll(() => old.gate.output).toContain('Odoo ends');
    expect(bench.databases()).toEqual(['odoo']);
    brake.kill();
    expect((await job).report?.changed).toEqual(['modules: update acme']);
    const swapped = now();
    expect((await running).status).toBe(200);
    await websocket.closed;

    // Users are bound to the old node, which the load balancer does not give up.
    await office.seen();
    const next = await addNode('r2');
    await expect(old.nginx.websocket()).rejects.toThrow('refused with 503');
    (await next.nginx.websocket()).drop();
    await leave(old);
    await expectServedBy('r2');
    await office.rest();

    expectWhole(office.attempts, DATABASE);
    const late = office.attempts.filter((attempt) => attempt.sent > swapped && codeOf(attempt) === 'r1');
    expect(late).toEqual([]);
    const refused = office.attempts.filter((attempt) => isPage(attempt) && attempt.sent > held + FILE_CLOCK);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]));
    expect(failedProbes(old, held + FILE_CLOCK)).toEqual([]);
    expect(old.watch.output).not.toContain('maintenance off');
    expect(ordersIn('odoo')).toEqual(expect.arrayContaining(confirmed(office.attempts)));
    expect(await office.loggedOut()).toEqual([]);
  });

  it('is taken back: the old code serves the old database again, and the new code nothing', async () => {
    bench.nextRelease();
    await release('r2');
    const next = await addNode('r2');
    // It stays, as one of a deployment that fails in the end does.
    await balancer.deregister(old.nginx);
    await expectServedBy('r2');
    const before = office.attempts.length;
    await office.seen();
    const entered = confirmed(office.attempts.slice(before));
    expect((await bench.run({ release: 'r2', request: { kind: 'undo' } })).code).toBe(0);
    const undone = now();
    await balancer.register(old.nginx);
    await expect.poll(() => next.flagIsUp).toBe(true);
    await leave(next);
    await expectServedBy('r1');
    await office.rest();

    expectWhole(office.attempts, DATABASE);
    const late = office.attempts.filter((attempt) => attempt.sent > undone && codeOf(attempt) === 'r2');
    expect(late).toEqual([]);
    const [aside = ''] = bench.databases().filter((name) => name.startsWith('odoo_undone'));
    expect(ordersIn(aside)).toEqual(expect.arrayContaining(entered));
    expect(entered).not.toEqual([]);
    expect(ordersIn('odoo').filter((name) => entered.includes(name))).toEqual([]);
    expect(await office.loggedOut()).toEqual([]);
  });
});

describe('a release that fails', { timeout: 240_000 }, () => {
  it('before it has begun is noticed by nobody', async () => {
    const websocket = await old.nginx.websocket();
    bench.nextRelease();
    const { code } = await release('r2', { flags: ['--storage-gib=0.02'] });
    expect(code).toBe(1);
    await office.seen();
    await office.rest();
    expect(office.attempts.filter(isPage)).toEqual([]);
    expect(await stateOf(websocket)).toBe('open');
    websocket.drop();
  });

  it('halfway lets the same node go on where it was', async () => {
    bench.module('1.1', 'b', TAKES_A_MOMENT);
    expect((await release('r2', { odoo: 'fails-halfway' })).code).toBe(1);
    await expectServedBy('r1');
    await office.rest();

    expectWhole(office.attempts, { r1: DATABASE.r1 });
    expect(office.attempts.filter(isPage)).not.toEqual([]);
    expect(ordersIn('odoo')).toEqual(expect.arrayContaining(confirmed(office.attempts)));
    expect(await office.loggedOut()).toEqual([]);
    (await old.nginx.websocket()).drop();
  });
});

async function addNode(name: string): Promise<GatedNode> {
  const { directory, caBundle } = bench.job.cluster;
  const node = await GatedNode.start({
    release: name,
    configuration: join(directory, 'odoo.conf'),
    caBundle,
    dataDirectory: shared,
  });
  nodes.push(node);
  await balancer.register(node.nginx);
  return node;
}

async function leave(node: GatedNode): Promise<void> {
  await balancer.deregister(node.nginx);
  await node.drain();
}

function release(name: string, options: Parameters<ReleaseBench['run']>[0] = {}): Promise<Run> {
  return bench.run({ release: name, ...options });
}

/** Waits until everybody has had an answer of this code to what he asked last. */
async function expectServedBy(code: string): Promise<void> {
  const last = (user: number) => office.attempts.findLast((attempt) => attempt.user === user);
  await expect
    .poll(() => office.jars.map((_, user) => codeOf(last(user))))
    .toEqual(office.jars.map(() => code));
}

function failedProbes({ nginx }: GatedNode, since: number): readonly FailedProbe[] {
  return balancer.failedProbes.filter(({ port, sent }) => port === nginx.port && sent > since);
}

function stateOf({ closed }: WebsocketClient): Promise<'open' | 'closed'> {
  return Promise.race([closed.then(() => 'closed' as const), sleep(0, 'open' as const)]);
}

function ordersIn(database: string): string[] {
  return bench.sql('SELECT name FROM acme_order', database).split('\n');
}

function now(): number {
  return Date.now() / 1000;
}
