import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SmallDisk } from '../support/small-disk.ts';
import { compare } from './growth/comparison.ts';
import { NewSide } from './growth/new-side.ts';
import { OldServer } from './growth/old-server.ts';
import { keptOf } from './staging/comparison.ts';
import { nightlyDump } from './staging/nightly-dump.ts';
import { BUCKETS, StagingAccount } from './staging/staging-account.ts';
import { attachmentsOf, type TwoEnvironments } from './staging/two-environments.ts';

// A database that comes from elsewhere, and a server whose disk is full in earnest before all of it has arrived.
const impossible = SmallDisk.impossible();
if (impossible) console.warn(`SKIPPED: receiving on a full disk is not tested here: ${impossible}`);

/** Mebibytes: an empty database and some of the rows, but not all of them. */
const SOME = 24;
const ROOM = 140;
const DISK = { disk: 300, logOnDisk: false };
/** Rows of some 30 MiB. */
const MANY = 400_000;

describe.skipIf(impossible)('growth into a database server whose disk is full', () => {
  let old: OldServer;
  let grown: NewSide;
  beforeAll(async () => {
    old = await OldServer.start();
    old.cluster.sql(
      [
        'CREATE TABLE history (n int PRIMARY KEY, text varchar)',
        `INSERT INTO history SELECT n, md5(n::text) FROM generate_series(1, ${MANY}) n`,
        'ALTER TABLE history OWNER TO odoo',
      ],
      'odoo',
    );
    grown = await NewSide.start(old.host, DISK);
    await old.boot();
  });
  afterAll(async () => {
    grown?.stop();
    await old?.stop();
  });

  it('receives nothing, says why, and receives everything once there is room', async () => {
    const { output } = await old.handOver();
    const { dump, manifest } = JSON.parse(output.trim().split('\n').at(-1) ?? '');
    const { disk } = grown.bench.cluster;
    disk?.leave(SOME);
    const { code, report } = await grown.receive({ dump, manifest, commit: true });
    expect(code).toBe(1);
    expect(report?.error).toMatch(/^pg_restore ended with code 1: .*could not (extend|write)/);
    expect(grown.databases()).toEqual([]);
    expect(disk?.free).toBeGreaterThan((SOME / 2) * 2 ** 20);

    disk?.leave(ROOM);
    const again = await grown.receive({ dump, manifest, commit: true });
    expect(again.code, again.output).toBe(0);
    const sides = {
      old: { cluster: old.cluster, filestore: old.host.filestore },
      grown: { cluster: grown.bench.cluster, filestore: grown.filestore },
    };
    expect(compare(sides.old, sides.grown).differences).toEqual([]);
  });
});

describe.skipIf(impossible)('a copy of production in a database server whose disk is full', () => {
  let world: TwoEnvironments;
  let account: StagingAccount;
  const attachments = attachmentsOf(20);
  beforeAll(async () => {
    account = await StagingAccount.start(150_000, attachments, DISK);
    ({ world } = account);
  });
  afterAll(() => account?.stop());

  it.each([
    ['instance', 150, /^the copy did not come into service, .*pg_restore failed: .*could not (extend|write)/],
    [
      'dump',
      10,
      /^the copy did not come into service, .*pg_restore ended with code 1: .*could not (extend|write)/,
    ],
  ])('by way of the %s leaves what staging serves, and room for it', async (_, users, why) => {
    const disk = world.staging.cluster.disk;
    disk?.leave(ROOM);
    account.reset();
    account.configure('prod', users, { production: true });
    account.s3.put(BUCKETS.dumps, 'server/dumps/2026-11-30T01-00-00Z.dump', {
      content: nightlyDump(world.production.cluster),
    });
    world.staging.cluster.sql('CHECKPOINT');
    disk?.leave(SOME);
    const { code, errors } = await account.call();
    expect(code).toBe(1);
    expect(errors).toMatch(why);
    expect(world.servesOldStaging()).toBe(true);
    expect(world.databases()).toEqual(['odoo']);
    expect(disk?.free).toBeGreaterThan((SOME / 2) * 2 ** 20);
    expect(account.s3.keys(BUCKETS.received)).toEqual([]);
    world.staging.cluster.sql(
      "INSERT INTO ir_config_parameter (key, value) VALUES ('entered', 'since')",
      'odoo',
    );

    disk?.leave(ROOM);
    world.production.cluster.sql("ALTER ROLE odoo_master PASSWORD 'changed again'");
    expect((await account.call()).errors).toBe('');
    expect(keptOf(world.staging.cluster)).toEqual(keptOf(world.production.cluster));
    expect(world.parameter('database.is_neutralized')).toBe('true');
  });
});
