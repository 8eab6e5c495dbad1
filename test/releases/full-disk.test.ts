import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SmallDisk } from '../support/small-disk.ts';
import { ReleaseBench } from './release-bench.ts';

// The job as it is shipped, with a PostgreSQL server whose disk is full in earnest while the modules of a database change. The
// look beforehand lets it pass: it counts databases, and what else is on the disk it cannot know.
const impossible = SmallDisk.impossible();
if (impossible) console.warn(`SKIPPED: releases on a full disk are not tested here: ${impossible}`);

/** Mebibytes that a copy of the small database takes at most. */
const COPY = 12;
const ROOM = 100;
const PASSES = { release: 'r2', flags: ['--storage-gib=1'] };

/** What a module does when it is updated: rows, or log alone, that take several times as much as is left. */
const ROWS = `DO $$ BEGIN FOR step IN 1..400 LOOP
  INSERT INTO acme_order (name) SELECT repeat('x', 1000) FROM generate_series(1, 1000); COMMIT;
  END LOOP; END $$`;
const LOG =
  "SELECT pg_logical_emit_message(false, 'acme', repeat('x', 100000)) FROM generate_series(1, 2000)";

let bench: ReleaseBench;
const disk = (): SmallDisk => {
  if (bench.job.cluster.disk === undefined) throw new Error('the server shares its disk');
  return bench.job.cluster.disk;
};

/** Fills the disk but for this much, once everything that the server has noted down is in its place. */
function leave(mebibytes: number): void {
  bench.sql('CHECKPOINT');
  disk().leave(mebibytes);
}

/** What is served is whole, takes what users enter, and goes through the same release once there is room. */
async function expectServedAndMended(before: unknown): Promise<void> {
  expect(bench.content()).toEqual(before);
  expect(bench.releases()).toEqual([['r1']]);
  bench.sql("INSERT INTO acme_order (name) VALUES ('entered since')");
  const served = bench.content();
  disk().leave(ROOM);
  bench.nextRelease();
  const { code, report } = await bench.run(PASSES);
  expect(report?.error).toBeUndefined();
  expect(code).toBe(0);
  expect(bench.databases()).toEqual(['odoo', 'odoo_before']);
  expect(bench.content('odoo_before')).toEqual(served);
  expect(bench.sql('SELECT count(*), min(state) FROM acme_order')).toBe('101|new');
}

describe.skipIf(impossible)('a disk that is full while modules change', () => {
  beforeAll(async () => {
    bench = await ReleaseBench.start({ disk: 200, logOnDisk: false });
  });
  afterAll(() => bench?.stop());
  beforeEach(async () => {
    disk().leave(ROOM);
    await bench.reset();
  });

  it('ends the copy, and gives back what that took', async () => {
    const before = bench.content();
    bench.nextRelease();
    leave(4);
    const { code, report } = await bench.run(PASSES);
    expect(code).toBe(1);
    expect(report).toMatchObject({ outcome: 'failed', step: 'ensure_release' });
    expect(report?.error).toContain('No space left on device');
    expect(bench.databases()).toEqual(['odoo']);
    expect(disk().free).toBeGreaterThan(2 * 2 ** 20);
    await expectServedAndMended(before);
  });

  it('ends Odoo, whose copy is dropped', async () => {
    const before = bench.content();
    bench.module('1.1', 'b', ROWS);
    leave(COPY + 20);
    const { code, report } = await bench.run(PASSES);
    expect(code).toBe(1);
    expect(report?.error).toMatch(
      /^odoo ended with code 1 while it changed acme: psycopg2\.errors\.DiskFull: could not extend/,
    );
    expect(bench.databases()).toEqual(['odoo']);
    expect(disk().free).toBeGreaterThan(COPY * 2 ** 20);
    await expectServedAndMended(before);
  });
});

describe.skipIf(impossible)('a disk that has no room left for the log of a server', () => {
  beforeAll(async () => {
    bench = await ReleaseBench.start({ disk: 300 });
  });
  afterAll(() => bench?.stop());

  it('ends the server, which comes back with what was served once there is room', async () => {
    await bench.reset();
    const before = bench.content();
    bench.module('1.1', 'b', LOG);
    leave(COPY + 40);
    const { code, report } = await bench.run(PASSES);
    expect(code).toBe(1);
    expect(report?.error).toMatch(
      /^odoo ended with code 1 while it changed acme: .*psycopg2\.OperationalError: /,
    );
    expect(bench.job.cluster.log()).toMatch(/PANIC: .*No space left on device/);
    disk().leave(ROOM);
    bench.job.cluster.revive();
    await expect.poll(answers).toBe(true);
    await expectServedAndMended(before);
  });
});

function answers(): boolean {
  try {
    return bench.sql('SELECT 1') === '1';
  } catch {
    return false;
  }
}
