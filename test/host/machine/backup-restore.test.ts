import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { jobMetric, writeAttachment, writeOrders } from './odoo-data.ts';
import { eventually } from './shell.ts';

let bench: Bench;
let machine: Machine;
beforeAll(async () => {
  bench = await Bench.start({ volumeMiB: 4096 });
  machine = await bench.launch();
  await bench.provisioned(machine);
});
afterAll(() => bench?.stop());

const RESTORE = '/usr/local/sbin/odoo-restore';

/** Starts a job as its timer does, and waits for its end. */
const backUp = (job: string): Promise<string> => machine.succeed(`systemctl start odoo-backup@${job}`);

async function orders(): Promise<string> {
  return machine.sql("SELECT count(*) || ' to ' || max(id) FROM orders");
}

describe('the backups of a new server', () => {
  it('begin by themselves, with a full one that is verified', async () => {
    await expect
      .poll(() => jobMetric(bench, 'BackupSucceeded', 'database'), { timeout: 60_000 })
      .toEqual([1]);
    const information = await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo info');
    expect(information).toContain('status: ok');
    expect(information).toContain('full backup');
    await expect.poll(() => jobMetric(bench, 'BackupSucceeded', 'filestore')).toContain(1);
  });

  it('are encrypted before they leave the server', async () => {
    const bucket = await bench.deployment.bucket('Backups');
    const { Contents = [] } = await bench.account.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'server/pgbackrest/archive/' }),
    );
    const segment = Contents.find(({ Key }) => Key?.endsWith('.zst'));
    const text = await machine.succeed(
      `cd / && python3 -c 'import boto3, sys; sys.stdout.write(str(boto3.client("s3", region_name="eu-central-1").get_object(Bucket="${bucket}", Key="${segment?.Key}")["Body"].read(8)))'`,
    );
    // OpenSSL's mark of salted encryption; compressed only, a segment would begin with zstd's.
    expect(text).toBe("b'Salted__'");
  });

  it('carry the metadata with which Amazon S3 Files shows files as those of Odoo', async () => {
    const name = await writeAttachment(machine, 'a contract');
    await backUp('filestore');
    const bucket = await bench.deployment.bucket('Filestore');
    const metadata = async (key: string) =>
      (await bench.account.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))).Metadata;
    const owner = { 'file-owner': '100', 'file-group': '101' };
    expect(await metadata(`filestore/odoo/${name}`)).toEqual({ ...owner, 'file-permissions': '0100644' });
    for (const directory of ['filestore/', 'filestore/odoo/', `filestore/odoo/${name.slice(0, 3)}`])
      expect(await metadata(directory)).toEqual({ ...owner, 'file-permissions': '0040755' });
  });

  it('include a dump that can be read, and the certificates, but no secret', async () => {
    await backUp('dump');
    const bucket = await bench.deployment.bucket('Backups');
    const { Contents = [] } = await bench.account.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'server/' }),
    );
    const keys = Contents.map(({ Key }) => Key);
    expect(keys).toContainEqual(
      expect.stringMatching(/^server\/dumps\/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.dump$/),
    );
    const tar = await machine.succeed(
      `python3 -c 'import boto3, sys; sys.stdout.buffer.write(boto3.client("s3", region_name="eu-central-1").get_object(Bucket="${bucket}", Key="server/configuration.tar")["Body"].read())' | tar -xO`,
    );
    expect(tar).toContain('PRIVATE KEY');
    for (const [name, secret] of bench.deployment.secrets) expect(tar.includes(secret), name).toBe(false);
  });
});

describe('a restore to a moment', () => {
  let moment: string;
  let attachment: string;

  it('refuses a time without a zone, one in the future, and one before the first backup', async () => {
    const refusal = async (time: string) => (await machine.run(`${RESTORE} --to ${time}`)).stdout;
    expect(await refusal('2026-11-22T10:00:00')).toContain('has no time zone');
    expect(await refusal('2099-01-01T00:00:00Z')).toContain('is in the future');
    expect(await refusal('2020-01-01T00:00:00Z')).toContain('the first one is from');
    expect(await machine.succeed('systemctl is-active odoo-web odoo-cron')).toBe('active\nactive');
  });

  it('refuses to give up newer changes by accident', async () => {
    await machine.sql('CREATE TABLE orders (id int, text text)');
    await writeOrders(machine, 1, 200);
    attachment = await writeAttachment(machine, 'the invoice of order 200');
    await backUp('filestore');
    await writeOrders(machine, 201, 300);
    moment = await machine.sql('SELECT to_char(clock_timestamp(), \'YYYY-MM-DD"T"HH24:MI:SS.USOF\')');
    await writeOrders(machine, 301, 400);
    const { code, stdout } = await machine.run(`${RESTORE} --to ${moment}`);
    expect(code).toBe(1);
    expect(stdout).toContain('add --replace-newer to give that up');
    expect(await orders()).toBe('400 to 400');
    expect(await machine.succeed('systemctl is-active odoo-web odoo-cron')).toBe('active\nactive');
  });

  it('brings back every row up to that moment and none after it, with the files they refer to', async () => {
    // Odoo clears away what nobody refers to any more; the bucket keeps it.
    await machine.sql(`DELETE FROM ir_attachment WHERE store_fname = '${attachment}'`);
    await machine.succeed(`rm /srv/data/odoo/data/filestore/odoo/${attachment}`);
    const restoring = machine.run(`${RESTORE} --to ${moment} --replace-newer`);
    await expect.poll(async () => (await bench.world.visit('/odoo')).status).toBe(503);
    const { code, stdout, stderr } = await restoring;
    expect(code, stdout + stderr).toBe(0);
    expect(await orders()).toBe('300 to 300');
    expect(await machine.succeed(`sha1sum /srv/data/odoo/data/filestore/odoo/${attachment}`)).toContain(
      attachment.slice(3),
    );
    expect(await machine.succeed(`stat -c '%u:%g %a' /srv/data/odoo/data/filestore/odoo/${attachment}`)).toBe(
      '100:101 644',
    );
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 30_000 }).toBe(200);
  });

  it('keeps the database that it replaced', async () => {
    expect(
      await machine.succeed(
        'ls /srv/data/postgresql/aside/*/main/PG_VERSION | wc -l; ls /srv/data/postgresql',
      ),
    ).toBe('1\naside\nclusters\nconfiguration\nproving');
  });

  it('is followed by a full backup of the new timeline, and archives on', async () => {
    await expect
      .poll(() => machine.succeed(`${RESTORE} --list`), { timeout: 60_000 })
      .toMatch(/full {2}timeline 2/);
    await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo check');
    expect(await machine.succeed('systemctl is-active odoo-backup-filestore.timer')).toBe('active');
  });

  it('can be taken back: the moment before it is still in the archive', async () => {
    const { code, stdout, stderr } = await machine.run(`${RESTORE} --replace-newer --timeline 1`);
    expect(code, stdout + stderr).toBe(0);
    expect(await orders()).toBe('400 to 400');
  });
});

describe('a blank data volume', () => {
  it('gets the latest backup and every change that was archived, even if a server dies over it', async () => {
    await backUp('database-full');
    const attachment = await writeAttachment(machine, 'written last');
    await backUp('filestore');
    await writeOrders(machine, 401, 500);
    await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo check');
    const certificate = await fingerprint();

    await machine.kill();
    await bench.replaceVolume(4096);
    // The first server that tries dies half way: what it has left is not taken for a database.
    const dying = await bench.launch();
    await eventually('the restore begins', 60, async () => {
      const { code } = await dying.run('test -e /srv/data/postgresql/restoring/data/PG_VERSION');
      return code === 0 || undefined;
    });
    await dying.kill();
    bench.releaseVolume();
    machine = await bench.launch();
    await bench.provisioned(machine);

    expect(await orders()).toBe('500 to 500');
    expect(await machine.succeed(`cat /srv/data/odoo/data/filestore/odoo/${attachment}`)).toBe(
      'written last',
    );
    expect(await fingerprint()).toBe(certificate);
    expect((await bench.world.visit('/odoo')).status).toBe(200);
  });

  it('can be turned back at once, before there is a backup of what was restored', async () => {
    const moment = await machine.sql('SELECT to_char(clock_timestamp(), \'YYYY-MM-DD"T"HH24:MI:SS.USOF\')');
    await writeOrders(machine, 501, 510);
    const { code, stdout, stderr } = await machine.run(`${RESTORE} --to ${moment} --replace-newer`);
    expect(code, stdout + stderr).toBe(0);
    expect(await orders()).toBe('500 to 500');
  });

  it('goes on with backups of what was restored', async () => {
    await backUp('database-incremental');
    expect(await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo info')).toContain(
      'status: ok',
    );
  });
});

async function fingerprint(): Promise<string> {
  const text = await machine.succeed('cat /srv/data/certificates/current/fullchain.pem');
  return createHash('sha256').update(text).digest('hex');
}
