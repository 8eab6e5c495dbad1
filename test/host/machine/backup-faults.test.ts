import { DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { eventually } from './shell.ts';
import { jobMetric, serverMetric, writeAttachment, writeOrders } from './odoo-data.ts';

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start({ volumeMiB: 4096 });
  machine = await bench.launch();
  await bench.provisioned(machine);
  await eventually(
    'the first backup',
    60,
    async () => jobMetric(bench, 'BackupSucceeded', 'filestore').at(0) === 1 || undefined,
  );
  await machine.sql('CREATE TABLE orders (id int, text text)');
});
afterAll(() => bench?.stop());

const waitingSegments = async (): Promise<number> =>
  Number(
    await machine.succeed(
      'ls /srv/data/postgresql/clusters/15/main/pg_wal/archive_status | grep -c ready || true',
    ),
  );

const backUp = (job: string) => machine.run(`systemctl start odoo-backup@${job}`);

describe('without S3', () => {
  it('keeps serving and all of its WAL, says so, and archives everything afterwards', async () => {
    const heal = await bench.unreachable('s3', 'refused');
    try {
      const before = serverMetric(bench, 'WalArchiveDelay').length;
      // One segment more than what would do, so that several wait.
      for (let batch = 0; batch < 4; batch++) {
        await writeOrders(machine, batch * 50 + 1, batch * 50 + 50);
        await machine.sql('SELECT pg_switch_wal()');
      }
      // Published each minute; one attempt to archive may take as long.
      const delay = () => Math.max(0, ...serverMetric(bench, 'WalArchiveDelay').slice(before));
      await expect.poll(delay, { timeout: 240_000, interval: 1000 }).toBeGreaterThan(60);
      expect((await bench.world.visit('/odoo')).status).toBe(200);
      expect(await waitingSegments()).toBeGreaterThanOrEqual(4);
    } finally {
      await heal();
    }

    await expect.poll(waitingSegments, { timeout: 300_000, interval: 2000 }).toBe(0);
    await machine.succeed('systemctl start odoo-backup-status');
    expect(serverMetric(bench, 'WalArchiveDelay').at(-1)).toBe(0);
    // A full backup also looks for gaps in the archive.
    expect((await backUp('database-full')).code).toBe(0);
  }, 600_000);
});

describe('without the permission to write to the backup bucket', () => {
  it('fails the run, counts the failure and says why; the next run succeeds', async () => {
    const bucket = await bench.deployment.bucket('Backups');
    const heal = bench.aws.fail({ service: 's3', prefix: `/${bucket}/server/`, code: 'AccessDenied' });
    try {
      for (const [job, unit] of [
        ['database', 'database-incremental'],
        ['dump', 'dump'],
      ] as const) {
        expect((await backUp(unit)).code).not.toBe(0);
        expect(jobMetric(bench, 'BackupSucceeded', job).at(-1)).toBe(0);
        expect(await machine.succeed(`journalctl --output=cat --unit=odoo-backup@${unit}`)).toMatch(
          /AccessDenied|Forbidden/,
        );
      }
    } finally {
      heal();
    }
    await machine.succeed('systemctl reset-failed');
    expect((await backUp('database-incremental')).code).toBe(0);
    expect(jobMetric(bench, 'BackupSucceeded', 'database').at(-1)).toBe(1);
  });
});

describe('with a full disk', () => {
  it('loses nothing, and is back when there is room again', async () => {
    await writeOrders(machine, 201, 300);
    // Allocated rather than written: gigabytes on their way to the disk would keep the dead machine from ending.
    await machine.run(
      'cd /srv/data; fallocate -l $(df --output=avail -B1 . | tail -n 1) filler; dd if=/dev/zero of=filler2 bs=64k; sync',
    );
    // Each switch wants room for another segment: PostgreSQL gives up in the end, as it must.
    const change = `runuser -u postgres -- psql -d odoo -c "INSERT INTO orders VALUES (1000, 'too much')" -c 'SELECT pg_switch_wal()'`;
    const { stderr } = await machine.run(`for i in $(seq 20); do ${change}; done`);
    expect(stderr).toMatch(/No space left on device|server closed the connection/);
    await machine.succeed('rm -f /srv/data/filler /srv/data/filler2');
    await expect
      .poll(() => machine.run('systemctl is-active postgresql@15-main').then(({ stdout }) => stdout), {
        timeout: 60_000,
      })
      .toBe('active\n');
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 60_000 }).toBe(200);
    expect(await machine.sql('SELECT count(*) FROM orders WHERE id <= 300')).toBe('300');
    expect((await backUp('database-incremental')).code).toBe(0);
  });
});

describe('a blank data volume', () => {
  it('is not taken for a new server when the backups cannot be read', async () => {
    await writeAttachment(machine, 'a contract');
    await machine.succeed(
      'systemctl start odoo-backup@filestore; runuser -u postgres -- pgbackrest --stanza=odoo check',
    );
    await machine.kill();
    await bench.replaceVolume(4096);
    const bucket = await bench.deployment.bucket('Backups');
    const heal = bench.aws.fail({ service: 's3', prefix: `/${bucket}`, code: 'AccessDenied' });
    try {
      machine = await bench.launch();
      expect(await bench.signalOf(machine)).toBe('FAILURE');
      expect(machine.console()).toContain('AccessDenied');
      expect((await machine.run('ls -d /srv/data/postgresql/clusters/15/main')).code).not.toBe(0);
    } finally {
      heal();
    }
  });

  it('is not taken for a new server while attachments of an earlier one are in the bucket', async () => {
    await empty(await bench.deployment.bucket('Backups'));
    machine = await relaunched();
    expect(await bench.signalOf(machine)).toBe('FAILURE');
    expect(machine.console()).toContain('has attachments of an earlier database');
  });

  it('begins with a new database when there surely is nothing to bring back', async () => {
    await empty(await bench.deployment.bucket('Filestore'));
    machine = await relaunched();
    await bench.provisioned(machine);
    expect(await machine.sql("SELECT to_regclass('orders') IS NULL")).toBe('t');
  });
});

/** The instance replaced once more, with the volume as it is. */
async function relaunched(): Promise<Machine> {
  await machine.kill();
  bench.releaseVolume();
  return bench.launch();
}

async function empty(bucket: string): Promise<void> {
  for (;;) {
    const { Contents = [] } = await bench.account.s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    if (Contents.length === 0) return;
    const Objects = Contents.map(({ Key }) => ({ Key }));
    await bench.account.s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
  }
}
