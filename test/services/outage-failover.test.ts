import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseServer, ENDPOINT, removeCommonFiles } from './database/database-server.ts';
import { asRoot, FarHost } from './database/far-host.ts';
import { Office } from './database/office.ts';
import { expectProtection } from './database/outage.ts';
import { WatchedNode } from './database/watched-node.ts';

/** Databases and a node take a second to come up, and half a minute on a machine that is very busy. */
const SETUP_MS = 60_000;

/** A server that ends closes its connections; what it takes to say so, on a busy machine. */
const TOLD_WITHIN_MS = 1000;

/** What the watcher promises when a host vanishes: three seconds without an answer, and a little for its timers. */
const SILENT_WITHIN_MS = 3500;

const impossible = FarHost.impossible();
if (impossible) console.warn(`SKIPPED: the failover of a database is not tested here: ${impossible}`);

describe.skipIf(impossible)('a database on hosts of its own, behind one name', { timeout: 60_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'failover-'));
  const hosts = join(directory, 'hosts');
  let zones: readonly [FarHost, FarHost];
  let primary: DatabaseServer;
  let standby: DatabaseServer;
  let node: WatchedNode;
  let office: Office;

  beforeAll(() => {
    zones = [FarHost.create(0), FarHost.create(1)];
  });
  afterAll(async () => {
    for (const zone of zones) zone.destroy();
    await removeCommonFiles();
    rmSync(directory, { recursive: true });
  });

  beforeEach(async () => {
    primary = await DatabaseServer.start(zones[0]);
    standby = await primary.standby(zones[1]);
    pointAt(zones[0]);
    node = await WatchedNode.start({
      database: { host: ENDPOINT, port: primary.port, caBundle: primary.caBundle },
      hosts,
    });
    office = new Office({ entrance: node.nginx, users: 20, patienceMs: 4000 });
    await expect.poll(() => node.watch.output + node.flagIsUp).toBe('false');
    await office.open();
  }, SETUP_MS);
  afterEach(async () => {
    await node.stop();
    zones[0].mend();
    await standby.destroy();
    await primary.destroy();
  });

  it('is found again on the standby after a failover', () =>
    expectProtection('failover', {
      office,
      node,
      strike: () => primary.stop('immediate'),
      recover: failOver,
      noticedWithinMs: TOLD_WITHIN_MS,
    }));

  it('is found again on the standby when its host was lost without a closing packet', () =>
    expectProtection('host lost', {
      office,
      node,
      strike: () => zones[0].cut(),
      recover: failOver,
      noticedWithinMs: SILENT_WITHIN_MS,
    }));

  it('is found again where it was when the network comes back', () =>
    expectProtection('network lost', {
      office,
      node,
      strike: () => zones[0].cut(),
      recover: () => zones[0].mend(),
      noticedWithinMs: SILENT_WITHIN_MS,
      // Longer than an attempt to connect.
      lastsMs: 5000,
    }));

  it('is not taken for back while the name leads to a standby, or to a server that is starting', async () => {
    await primary.stop('immediate');
    await expect.poll(() => node.flagIsUp).toBe(true);
    pointAt(zones[1]);
    await expect.poll(() => node.watch.output).toContain('session is read-only');
    await standby.stop('fast');
    // Without its queries a standby says what a server says that replays its log after a crash.
    await standby.start('-c hot_standby=off');
    await expect.poll(() => node.watch.output).toContain('not accepting connections');
    await sleep(1000);
    expect(node.watch.output).not.toContain('maintenance off');
    expect(node.flagIsUp).toBe(true);
    await standby.promote();
    await expect.poll(() => node.flagIsUp).toBe(false);
  });

  it('is watched by a flag that needs no room on the disk', async () => {
    const full = join(directory, 'full');
    mkdirSync(full);
    const owner = `uid=${process.getuid?.()},gid=${process.getgid?.()}`;
    asRootNow('mount', '-t', 'tmpfs', '-o', `size=16k,nr_inodes=8,${owner}`, 'tmpfs', full);
    try {
      await node.watch.signal('SIGKILL');
      node.startWatch(join(full, 'maintenance'));
      await expect.poll(() => readdirSync(full)).toEqual(['maintenance.lowered']);
      expect(() => {
        for (let number = 0; ; number += 1) writeFileSync(join(full, `upload-${number}`), 'x'.repeat(8192));
      }).toThrow('ENOSPC');
      await primary.stop('immediate');
      await expect.poll(() => readdirSync(full)).toContain('maintenance');
    } finally {
      await node.watch.signal('SIGKILL');
      asRootNow('umount', full);
    }
  });

  /** As RDS does it: the standby is promoted, then the name is pointed at it. */
  async function failOver(): Promise<void> {
    await standby.promote();
    pointAt(zones[1]);
  }

  function pointAt({ address }: FarHost): void {
    writeFileSync(hosts, `127.0.0.1 localhost\n${address} ${ENDPOINT}\n`);
  }
});

function asRootNow(...command: readonly string[]): void {
  const [program, ...args] = asRoot(command);
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}
