import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { HandedOver, ServerStatus } from '../../lib/growth/cloud.ts';
import { compare, type Compared, filesOf } from './growth/comparison.ts';
import { NewSide } from './growth/new-side.ts';
import { type Ended, OldServer } from './growth/old-server.ts';

// The server's own programs and the database job, both with real PostgreSQL servers, between them the bucket; and users who
// work until the last moment. What stands in is Odoo, systemd and S3.
let old: OldServer;
let grown: NewSide;
beforeAll(async () => {
  old = await OldServer.start();
  grown = await NewSide.start(old.host);
});
afterAll(async () => {
  grown?.stop();
  await old?.stop();
});
beforeEach(() => old.boot());
afterEach(async () => {
  await old.handOver('--take-back');
  grown.reset();
});

const work = () => sleep(500);
const compared = (): Compared =>
  compare(
    { cluster: old.cluster, filestore: old.host.filestore },
    { cluster: grown.bench.cluster, filestore: grown.filestore },
  );
const marker = () => join(old.host.data, 'handed-over');

async function handOver(): Promise<HandedOver> {
  return JSON.parse(lastLine(await old.handOver()));
}

async function statusOf(): Promise<ServerStatus> {
  return JSON.parse(lastLine(await old.handOver('--status')));
}

function lastLine({ code, output }: Ended): string {
  expect(code, output).toBe(0);
  return output.trim().split('\n').at(-1) ?? '';
}

/** What the server writes down of what it hands over. */
interface Manifest {
  readonly contents: Readonly<Record<'tables' | 'sequences' | 'objects', Record<string, number | null>>>;
  readonly attachments: { count: number; readonly bytes: number; readonly faulty: readonly string[] };
}

function manifestOf({ manifest }: HandedOver): Manifest {
  return JSON.parse(old.host.object('backups', manifest));
}

/** Changes the manifest behind everybody's back, as if the server had had something else. */
function forge(handedOver: HandedOver, change: (manifest: Manifest) => void): void {
  const manifest = manifestOf(handedOver);
  change(manifest);
  old.host.spoil('backups', handedOver.manifest, JSON.stringify(manifest));
}

describe('a database that moves while users work in it', () => {
  it('arrives with every row and every attachment that a user was told is saved', async () => {
    await work();
    const { dump, manifest } = await handOver();
    const run = await grown.receive({ dump, manifest, commit: true });

    expect(run.code, run.output).toBe(0);
    const result = compared();
    expect(result.differences).toEqual([]);
    const confirmed = old.confirmed;
    expect(confirmed.length).toBeGreaterThan(10);
    const orders = grown.bench.cluster
      .sql('SELECT id, attachment_id, note FROM sale_order', 'odoo')
      .split('\n');
    expect(confirmed.map((line) => line.join('|')).filter((line) => !orders.includes(line))).toEqual([]);
    expect(run.report?.received).toMatchObject({
      rows: result.rows,
      files: result.files,
      tables: result.tables,
    });
  });

  it('goes on counting where it stopped, and belongs to Odoo alone', async () => {
    const { dump, manifest } = await handOver();
    await grown.receive({ dump, manifest, commit: true });
    const { cluster } = grown.bench;
    const last = (of: typeof cluster) => of.sql('SELECT last_value FROM sale_order_number', 'odoo');
    expect(last(cluster)).toBe(last(old.cluster));
    expect(cluster.sql('SELECT is_called FROM never_used', 'odoo')).toBe('f');
    expect(
      cluster.sql(
        "SELECT DISTINCT relowner::regrole FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        'odoo',
      ),
    ).toBe('odoo');
    expect(cluster.sql("SELECT obj_description('res_partner'::regclass)", 'odoo')).toBe('Contact');
    expect(cluster.sql("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'", 'odoo')).toBe(
      '1',
    );
  });

  it('is what a deployment then finds in order and changes nothing in', async () => {
    const { dump, manifest } = await handOver();
    await grown.receive({ dump, manifest, commit: true });
    const { code, report, standIn } = await grown.release();
    expect(code).toBe(0);
    expect(report).toMatchObject({ created: [], changed: [] });
    expect(standIn).toBeUndefined();
  });
});

describe('the server that has handed over', () => {
  it('does not start Odoo again, whoever wants it to, until it is taken back', async () => {
    await handOver();
    expect(old.serves).toBe(false);
    await old.boot();
    expect(old.serves).toBe(false);
    await old.handOver('--take-back');
    expect(old.serves).toBe(true);
  });

  it('lets no Odoo at its database that somebody starts by hand', async () => {
    await handOver();
    const connect = await old.run('psql', ['-Xqc', 'SELECT 1', 'user=odoo dbname=odoo']);
    expect(connect.output).toContain('too many connections for database "odoo"');
    await old.handOver('--take-back');
    expect((await old.run('psql', ['-Xqc', 'SELECT 1', 'user=odoo dbname=odoo'])).code).toBe(0);
  });

  it('stays silent when it dies in the middle and another one takes its volume over', async () => {
    await old.handOverKilledAfter('handover.mark');
    await old.replace();
    expect(old.serves).toBe(false);
  });

  it('stays silent on a blank volume, since it is in the bucket too', async () => {
    await handOver();
    unlinkSync(marker());
    old.host.evaluate(
      'from backup import handover\nfrom backup.host import Host\nhandover.bring_back_marker(Host(), Host().backups)',
      'None',
    );
    expect(existsSync(marker())).toBe(true);
  });

  it('copies nothing into buckets that are another Odoo’s, and restores nothing', async () => {
    await handOver();
    const uploads = old.host.uploads.length;
    old.host.attach('something new');
    expect((await old.backup('filestore-all')).code).toBe(0);
    expect((await old.backup('dump')).code).toBe(0);
    expect(old.host.uploads).toHaveLength(uploads);
    const restore = old.host.python(['-m', 'backup.restore', '--to', '2026-11-22T10:15:00Z']);
    expect(restore).toMatchObject({ code: 1, output: expect.stringContaining('take it back first') });
  });

  it('says what it has and whether it has handed over', async () => {
    const before = await statusOf();
    expect(before).toMatchObject({ handedOver: false, base: '19.0.1.3' });
    await handOver();
    const after = await statusOf();
    expect(after).toMatchObject({ handedOver: true, files: filesOf(old.cluster).length });
  });

  it('hands over what it has handed over, and nothing else, when it is asked again', async () => {
    const first = await handOver();
    const dumps = old.host.keys('backups').length;
    expect(await handOver()).toEqual(first);
    expect(old.host.keys('backups')).toHaveLength(dumps);
  });

  it('writes down the attachments that it had lost before, which then are nobody’s fault', async () => {
    await work();
    const [missing = '', damaged = ''] = filesOf(old.cluster);
    const contents = [missing, damaged].map((name) => readFileSync(join(old.host.filestore, name)));
    unlinkSync(join(old.host.filestore, missing));
    writeFileSync(join(old.host.filestore, damaged), 'x'.repeat(contents[1]?.length ?? 0));
    for (const name of [missing, damaged]) {
      rmSync(join(old.host.aws, 'objects/filestore', encodeURIComponent(`filestore/odoo/${name}`)), {
        force: true,
      });
    }
    const handedOver = await handOver();
    expect(manifestOf(handedOver).attachments).toMatchObject({ faulty: [missing, damaged].toSorted() });
    const { code, report } = await grown.receive({ ...handedOver, commit: true });
    expect(code).toBe(0);
    expect(report?.warnings[0]).toContain(
      '2 files were missing or damaged where the database comes from already',
    );
    [missing, damaged].forEach((name, index) =>
      writeFileSync(join(old.host.filestore, name), contents[index] ?? ''),
    );
  });
});

describe('a handover that is killed', () => {
  it.each([
    'filestore.attempt',
    'handover.write',
    'handover.mark',
    'hand_over.stop_odoo',
    'hand_over.keep_everybody_out',
    'dump.write',
    'hand_over.attachments',
    'hand_over.save',
  ])('after %s: the next one loses nothing', async (moment) => {
    await work();
    const killed = await old.handOverKilledAfter(moment);
    expect(killed.signal).toBe('SIGKILL');
    const { dump, manifest } = await handOver();
    const { code, output } = await grown.receive({ dump, manifest, commit: true });
    expect(code, output).toBe(0);
    expect(compared().differences).toEqual([]);
  });

  it.each(['handover.write', 'hand_over.stop_odoo', 'hand_over.keep_everybody_out', 'dump.write'])(
    'after %s: taken back, it serves with everything',
    async (moment) => {
      await work();
      await old.handOverKilledAfter(moment);
      lastLine(await old.handOver('--take-back'));
      const before = old.confirmed.length;
      await expect.poll(() => old.confirmed.length).toBeGreaterThan(before);
      expect(existsSync(marker())).toBe(false);
    },
  );
});

describe('the job that receives', () => {
  it.each(['create', 'harden', 'restore', 'compare_contents', 'compare_attachments', 'set_comment'])(
    'is killed after %s: what is served stays as it is, and the next run ends the work',
    async (killedAfter) => {
      const { dump, manifest } = await handOver();
      const killed = await grown.receive({ dump, manifest, commit: true }, { killedAfter });
      expect(killed.signal).toBe('SIGKILL');
      expect(grown.databases()).toEqual(['odoo_incoming']);
      const { code, output } = await grown.receive({ dump, manifest, commit: true });
      expect(code, output).toBe(0);
      expect(grown.databases()).toEqual(['odoo']);
      expect(compared().differences).toEqual([]);
    },
  );

  it('was killed when it had put the database in service: the next run leaves it, and what was entered since', async () => {
    const { dump, manifest } = await handOver();
    await grown.receive({ dump, manifest, commit: true }, { killedAfter: 'put_in_service' });
    grown.bench.cluster.sql("INSERT INTO bus_bus (message) VALUES ('entered since')", 'odoo');
    const { code, report } = await grown.receive({ dump, manifest, commit: true });
    expect(code).toBe(0);
    expect(report?.received).toEqual({ already: true });
    expect(
      grown.bench.cluster.sql("SELECT message FROM bus_bus WHERE message = 'entered since'", 'odoo'),
    ).not.toBe('');
  });

  it('keeps what an earlier growth had put in service, for somebody to look at', async () => {
    await grown.receive({ ...(await handOver()), commit: true });
    await old.handOver('--take-back');
    await sleep(1000);
    const { code, report } = await grown.receive({ ...(await handOver()), commit: true });
    expect(code).toBe(0);
    expect(grown.databases()).toEqual(['odoo', expect.stringMatching(/^odoo_undone_\d{8}_\d{6}$/)]);
    expect(report?.warnings[0]).toContain('the database that was served here before is odoo_undone_');
  });

  it('leaves nothing behind after a rehearsal, with the nightly dump', async () => {
    expect((await old.backup('dump')).code).toBe(0);
    const dump = old.host.keys('backups').findLast((key) => key.startsWith('server/dumps/')) ?? '';
    await work();
    const { code, report } = await grown.receive({ dump, commit: false });
    expect(code).toBe(0);
    expect(report?.received?.rows).toBeGreaterThan(500);
    expect(grown.databases()).toEqual([]);
    expect(old.serves).toBe(true);
  });

  it.each<[string, (manifest: Manifest) => void, string]>([
    ['a row more', (m) => (m.contents.tables['res_partner'] = 501), 'res_partner: 500 rows instead of 501'],
    ['a table more', (m) => (m.contents.tables['gone'] = 3), 'gone: none rows instead of 3'],
    [
      'another sequence',
      (m) => (m.contents.sequences['never_used'] = 7),
      'never_used: None as last value instead of 7',
    ],
    ['an index more', (m) => (m.contents.objects['indexes'] = 99), /indexes: \d+ instead of \d+/.source],
    ['a file more', (m) => (m.attachments.count += 1), /refers to \d+ files instead of \d+/.source],
  ])('refuses what has lost something on the way: the server had %s', async (_, change, message) => {
    const handedOver = await handOver();
    forge(handedOver, change);
    const { code, report } = await grown.receive({ ...handedOver, commit: true });
    expect(code).toBe(1);
    expect(report?.error).toMatch(new RegExp(message));
    expect(grown.databases()).toEqual([]);
  });

  it('refuses a filestore that lacks a file, or has it with another size', async () => {
    await work();
    const handedOver = await handOver();
    const [lost = '', short = ''] = filesOf(old.cluster);
    grown.show();
    unlinkSync(join(grown.filestore, lost));
    unlinkSync(join(grown.filestore, short));
    writeFileSync(join(grown.filestore, short), 'x');
    const { code, report } = await grown.receive({ ...handedOver, commit: true });
    expect(code).toBe(1);
    expect(report?.error).toContain(`${lost} (missing)`);
    expect(report?.error).toContain(`${short} (wrong size)`);
    expect(grown.databases()).toEqual([]);
  });

  it('waits for files that the mount shows later', async () => {
    await work();
    const handedOver = await handOver();
    const request = { ...handedOver, commit: true, patienceSeconds: 60 };
    const { code, output } = await grown.receiveWithoutMount(request, {
      onOutput: (said) => said.includes('not in the filestore yet') && grown.show(),
    });
    expect(output).toMatch(/\d+ of \d+ files are not in the filestore yet/);
    expect(code, output).toBe(0);
  });

  it('reads on where a connection to S3 broke, and refuses a damaged dump', async () => {
    const handedOver = await handOver();
    grown.store.breakAfter = 20_000;
    const broken = await grown.receive({ ...handedOver, commit: false });
    expect(broken.output).toMatch(/reading s3:\/\/backups\/\S+ again from byte [1-9]\d*/);
    expect(broken.code, broken.output).toBe(0);
    // From there on only.
    expect(grown.store.ranges.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
    const dump = readFileSync(join(old.host.aws, 'objects/backups', encodeURIComponent(handedOver.dump)));
    writeFileSync(
      join(old.host.aws, 'objects/backups', encodeURIComponent(handedOver.dump)),
      dump.subarray(0, dump.length - 2000),
    );
    const damaged = await grown.receive({ ...handedOver, commit: true });
    expect(damaged.code).toBe(1);
    expect(damaged.report?.error).toContain('pg_restore');
    expect(grown.databases()).toEqual([]);
  });

  it('begins no new database where a server had one', async () => {
    await old.run('mkdir', ['-p', join(old.host.aws, 'objects/backups')]);
    const info = join(
      old.host.aws,
      'objects/backups',
      encodeURIComponent('server/pgbackrest/backup/odoo/backup.info'),
    );
    writeFileSync(info, 'x');
    const { code, report } = await grown.release();
    rmSync(info);
    expect(code).toBe(1);
    expect(report?.error).toContain(
      'this environment had a single server, whose database has not been moved here',
    );
    expect(grown.databases()).toEqual([]);
  });
});
