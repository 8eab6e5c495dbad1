import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { jobMetric, writeAttachment, writeOrders } from './odoo-data.ts';
import { eventually } from './shell.ts';

// What a handover means to systemd, and to the servers that come after the one that was handed over. The move of the data
// itself runs in test/releases.
let bench: Bench;
let machine: Machine;
let attachment: string;
beforeAll(async () => {
  bench = await Bench.start({ volumeMiB: 4096 });
  machine = await bench.launch();
  await bench.provisioned(machine);
  await machine.sql('CREATE TABLE orders (id int, text text)');
  await writeOrders(machine, 1, 100);
  attachment = await writeAttachment(machine, 'the invoice of order 100');
  await eventually(
    'the first backup',
    60,
    () => jobMetric(bench, 'BackupSucceeded', 'database').at(0) === 1 || undefined,
  );
});
afterAll(() => bench?.stop());

const HAND_OVER = '/usr/local/sbin/odoo-hand-over';
const BACKUPS = ['database-full', 'database-incremental', 'filestore', 'filestore-all', 'dump'];

/** Everything below these prefixes is written by backups and handovers alone; WAL is archived for as long as there is any. */
const PREFIXES = [
  ['Backups', 'server/pgbackrest/backup/'],
  ['Backups', 'server/dumps/'],
  ['Backups', 'server/handover/'],
  ['Filestore', ''],
] as const;

describe('a handover', () => {
  it('is not made by whoever asks what there is', async () => {
    expect(await result('--status')).toMatchObject({ handedOver: false, base: '19.0.1.3', files: 2 });
    await expectServed();
  });

  it('whose process dies on the way has stopped Odoo for good', async () => {
    // It holds still, so that its end takes as long as this test likes.
    await machine.succeed('systemctl kill --signal=SIGSTOP odoo-web.service');
    const handingOver = machine.run(HAND_OVER);
    await expect.poll(() => machine.succeed('systemctl list-jobs --no-legend')).toContain('odoo-web.service');
    await machine.succeed('pkill --signal KILL --full backup.hand_over');
    expect((await handingOver).code).not.toBe(0);
    await machine.succeed('systemctl kill --signal=SIGCONT odoo-web.service');
    // TimeoutStopSec of the unit: a request may be running.
    await expect.poll(running, { timeout: 90_000 }).toBe('inactive\ninactive\n');
    await machine.succeed('systemctl start odoo-web.service odoo-cron.service');
    await expectSilent();
    expect(await mark()).not.toHaveProperty('manifest');
  });

  it('is gone on with on the server that replaces this one, also when nobody listens any more', async () => {
    await machine.kill();
    bench.releaseVolume();
    machine = await bench.launch();
    await bench.provisioned(machine);
    await expectSilent();

    const segment = await machine.sql('SELECT pg_walfile_name(pg_current_wal_insert_lsn())');
    // The agent that has started it is updated, for example.
    await machine.run(`${HAND_OVER} | sleep 0.1`);
    const handedOver = await mark();
    expect(handedOver).toHaveProperty('manifest');
    expect(await result()).toEqual(handedOver);
    const { dump, manifest } = handedOver;
    expect(await keys()).toEqual(expect.arrayContaining([dump, manifest]));
    expect(JSON.parse(await object(String(manifest)))).toMatchObject({
      dump,
      contents: { tables: { orders: 100 } },
      attachments: { count: 2, faulty: [] },
    });
    expect(await keys()).toContain(`filestore/odoo/${attachment}`);
    expect(await result('--status')).toMatchObject({ handedOver: true });
    // What was entered last as well.
    const archived = `SELECT last_archived_wal >= '${segment}' FROM pg_stat_archiver`;
    await expect.poll(() => machine.sql(archived)).toBe('t');
  });

  it('lets the backups rest, whoever starts them, and nothing be restored', async () => {
    const before = await keys();
    const late = await writeAttachment(machine, 'of somebody who has not noticed');
    await machine.succeed(`systemctl start ${BACKUPS.map((job) => `odoo-backup@${job}`).join(' ')}`);
    expect(await keys()).toEqual(before);
    const { code, stdout } = await machine.run('/usr/local/sbin/odoo-restore --to 2026-11-22T10:15:00Z');
    expect(code).toBe(1);
    expect(stdout).toContain('take it back first');
    await machine.sql(`DELETE FROM ir_attachment WHERE store_fname = '${late}'`);
  });

  it('outlives a reboot, and an Odoo that somebody starts by hand has no database', async () => {
    await machine.stop();
    await machine.boot();
    // It says 'degraded' here: the CloudWatch agent cannot be had.
    await machine.run('timeout 60 systemctl is-system-running --wait');
    await expectSilent();
    const password = bench.deployment.secret('DatabasePassword');
    const { stderr } = await machine.run(
      `PGPASSWORD='${password}' psql --username odoo --command 'SELECT 1' odoo`,
    );
    expect(stderr).toContain('too many connections for database "odoo"');
  });

  it('outlives the volume, and can be taken back even then, with everything', async () => {
    await machine.kill();
    await bench.replaceVolume(4096);
    machine = await bench.launch();
    await bench.provisioned(machine);
    await expectSilent();

    await result('--take-back');
    await expectServed();
    expect(await machine.succeed('systemctl is-enabled odoo-web odoo-cron')).toBe('enabled\nenabled');
    expect(await machine.sql("SELECT count(*) || ' to ' || max(id) FROM orders")).toBe('100 to 100');
    expect(await machine.succeed(`cat /srv/data/odoo/data/filestore/odoo/${attachment}`)).toBe(
      'the invoice of order 100',
    );
    expect(await result('--status')).toMatchObject({ handedOver: false, files: 2 });
  });

  it('leaves nothing behind once it was taken back: backups go on', async () => {
    const before = await keys();
    const name = await writeAttachment(machine, 'written afterwards');
    await machine.succeed('systemctl start odoo-backup@database-incremental odoo-backup@dump');
    const written = (await keys()).filter((key) => !before.includes(key));
    expect(written).toContain(`filestore/odoo/${name}`);
    for (const prefix of ['server/pgbackrest/backup/', 'server/dumps/']) {
      expect(written.filter((key) => key.startsWith(prefix))).not.toEqual([]);
    }
  });
});

/** What the program says at its end. */
async function result(...options: string[]): Promise<Record<string, unknown>> {
  const output = await machine.succeed([HAND_OVER, ...options].join(' '));
  return JSON.parse(output.split('\n').at(-1) ?? '');
}

async function mark(): Promise<Record<string, unknown>> {
  return JSON.parse(await machine.succeed('cat /srv/data/handed-over'));
}

async function running(): Promise<string> {
  return (await machine.run('systemctl is-active odoo-web.service odoo-cron.service')).stdout;
}

async function expectServed(): Promise<void> {
  await expect.poll(running).toBe('active\nactive\n');
  await expect.poll(async () => (await bench.world.visit('/odoo')).status).toBe(200);
}

/** Nothing of Odoo runs, and whoever comes gets the page for maintenance. */
async function expectSilent(): Promise<void> {
  expect(await running()).toBe('inactive\ninactive\n');
  const page = await bench.world.visit('/odoo', { headers: { Accept: 'text/html' } });
  expect(page.status).toBe(502);
  expect(page.body).toBe(nodeFile('unavailable.html'));
}

async function keys(): Promise<string[]> {
  const found = await Promise.all(
    PREFIXES.map(async ([name, Prefix]) => {
      const Bucket = await bench.deployment.bucket(name);
      const { Contents = [] } = await bench.account.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = '' }) => Key);
    }),
  );
  return found.flat();
}

async function object(key: string): Promise<string> {
  const Bucket = await bench.deployment.bucket('Backups');
  const { Body } = await bench.account.s3.send(new GetObjectCommand({ Bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}
