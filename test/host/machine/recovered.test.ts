import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { jobMetric, writeAttachment, writeOrders } from './odoo-data.ts';

// A server in one Region is lost with everything but the copies of its buckets and secrets; another one goes on in the Region
// of the copies, where no endpoint of the first one has an address.

const BUCKETS = ['Filestore', 'Backups'] as const;
type Bucket = (typeof BUCKETS)[number];

/** Of data that is like that of tables: half of it is compressible. `LARGE=1` makes it a gigabyte. */
const MEBIBYTES = process.env['LARGE'] ? 1024 : 64;

let bench: Bench;
let machine: Machine;
let moment: string;
let attachment: string;
let certificate: string;
let copies: ReadonlyMap<string, string>;

const backUp = (job: string): Promise<string> => machine.succeed(`systemctl start odoo-backup@${job}`);
const orders = (): Promise<string> => machine.sql("SELECT count(*) || ' to ' || max(id) FROM orders");
const clock = (): Promise<string> =>
  machine.sql('SELECT to_char(clock_timestamp() AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS"Z"\')');

async function fingerprint(): Promise<string> {
  const text = await machine.succeed('cat /srv/data/certificates/current/fullchain.pem');
  return createHash('sha256').update(text).digest('hex');
}

/** Keys of a bucket, each with what says whether its content is still the same. */
async function contents(bucket: Bucket, prefix = ''): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const where = { Bucket: await bench.deployment.bucket(bucket), Prefix: prefix };
  for await (const { Contents = [] } of paginateListObjectsV2({ client: bench.account.s3 }, where)) {
    for (const { Key = '', ETag = '', LastModified } of Contents)
      found.set(Key, `${ETag} ${LastModified?.toISOString()}`);
  }
  return found;
}

/** What S3 has copied: content and metadata. */
async function objectsOf(bucket: Bucket, prefix?: string) {
  const Bucket = await bench.deployment.bucket(bucket);
  const keys = [...(await contents(bucket, prefix)).keys()];
  return Promise.all(
    keys.map(async (Key) => {
      const { Body, Metadata } = await bench.account.s3.send(new GetObjectCommand({ Bucket, Key }));
      return { bucket, Key, Body: await Body?.transformToByteArray(), Metadata };
    }),
  );
}

async function put(objects: Awaited<ReturnType<typeof objectsOf>>): Promise<void> {
  for (const { bucket, ...object } of objects) {
    const Bucket = await bench.deployment.bucket(bucket);
    await bench.account.s3.send(new PutObjectCommand({ Bucket, ...object }));
  }
}

/** What a restore has said about its parts, with the size of what came back. */
async function report(what: string, since: number): Promise<void> {
  const seconds = Math.round((Date.now() - since) / 1000);
  const bytes = Number(await machine.sql("SELECT pg_database_size('odoo')"));
  const log = await machine.succeed('cat /var/log/odoo-provision.log');
  const said = [...log.matchAll(/restore: (files are back|recovered) after \d+ s/g)];
  console.log(
    `${what}: ${(bytes / 2 ** 30).toFixed(2)} GiB, ${seconds} s from launch until it served; ${said.map(([line]) => line).join(', ')}`,
  );
}

beforeAll(async () => {
  bench = await Bench.start({ volumeMiB: 8192 });
  machine = await bench.launch();
  await bench.provisioned(machine);
  await machine.sql('CREATE TABLE orders (id int, text text)');
  await machine.sql(
    `CREATE TABLE filler AS SELECT md5(id::text) || repeat('x', 32) AS text FROM generate_series(1, ${MEBIBYTES} * 10000) id`,
  );
  await writeOrders(machine, 1, 200);
  attachment = await writeAttachment(machine, 'the invoice of order 200');
  await backUp('database-full');
  // A backup ends within a second, and a moment of which it is to be has to be after that.
  await machine.succeed('sleep 2');
  await writeOrders(machine, 201, 300);
  await machine.succeed('sleep 1');
  moment = await clock();
  await machine.succeed('sleep 1');
  await writeOrders(machine, 301, 400);
  await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo check');
  certificate = await fingerprint();
  await machine.kill();

  const { secrets } = bench.deployment;
  const replicas = (await Promise.all(BUCKETS.map((bucket) => objectsOf(bucket)))).flat();
  await bench.stop();
  bench = await Bench.start({
    volumeMiB: 8192,
    region: 'eu-west-1',
    broughtBackTo: moment,
    secrets,
  });
  await put(replicas);
  copies = await contents('Backups', 'server/');
  expect(copies.size).toBeGreaterThan(5);
  // As the role has it.
  const prefix = `/${await bench.deployment.bucket('Backups')}/server/`;
  for (const action of ['PUT', 'POST', 'DELETE'])
    bench.aws.fail({ service: 's3', action, prefix, code: 'AccessDenied' });
});
afterAll(() => bench?.stop());

describe('a server that is brought back in another Region', () => {
  it('serves what was there at the moment, and nothing that came later', async () => {
    const since = Date.now();
    machine = await bench.launch();
    await bench.provisioned(machine);
    await report(`brought back as of ${moment}`, since);
    expect(await orders()).toBe('300 to 300');
    expect(await machine.succeed(`cat /srv/data/odoo/data/filestore/odoo/${attachment}`)).toBe(
      'the invoice of order 200',
    );
    expect(await fingerprint()).toBe(certificate);
    expect((await bench.world.visit('/odoo')).status).toBe(200);
    const lost = await machine.run('curl --silent --max-time 10 https://s3.eu-central-1.amazonaws.com');
    expect(lost.code).not.toBe(0);
  });

  it('keeps backups of its own beside the copies, and changes none of these', async () => {
    await expect
      .poll(() => jobMetric(bench, 'BackupSucceeded', 'database'), { timeout: 200_000 })
      .toContain(1);
    await backUp('dump');
    await backUp('filestore');
    const own = [...(await contents('Backups', 'recovered/')).keys()];
    for (const part of [
      'pgbackrest/backup/odoo/backup.info',
      'dumps/',
      'configuration.tar',
      'recovery-points.json',
    ])
      expect(
        own.some((key) => key.startsWith(`recovered/${part}`)),
        part,
      ).toBe(true);
    expect(await contents('Backups', 'server/')).toEqual(copies);
    const bucket = await bench.deployment.bucket('Backups');
    const changing = bench.aws.calls.filter(
      ({ service, action, path }) =>
        service === 's3' && !/GET|HEAD/.test(action) && path.startsWith(`/${bucket}/server/`),
    );
    expect(changing).toEqual([]);
  });

  it('comes back from its own backups when its volume is lost, whatever has become of the copies', async () => {
    await writeOrders(machine, 301, 310);
    const later = await writeAttachment(machine, 'written in the other Region');
    await backUp('filestore');
    await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo check');
    await machine.kill();
    await bench.replaceVolume(8192);
    const prefix = `/${await bench.deployment.bucket('Backups')}/server/`;
    const readable = bench.aws.fail({ service: 's3', prefix, code: 'AccessDenied' });
    const since = Date.now();
    machine = await bench.launch();
    await bench.provisioned(machine);
    readable();
    await report('again, from its own backups', since);
    expect(await orders()).toBe('310 to 310');
    expect(await machine.succeed(`cat /srv/data/odoo/data/filestore/odoo/${later}`)).toBe(
      'written in the other Region',
    );
    expect(await contents('Backups', 'server/')).toEqual(copies);
  });
});

// What npm run failback does on both servers; what it does with stacks and buckets is in test/lib/failback/server.
describe('the way home', () => {
  it('ends with a server at home that filled a blank volume from what the recovered one has left', async () => {
    await writeOrders(machine, 311, 320);
    const last = await writeAttachment(machine, 'written before everybody went home');
    await machine.succeed('/usr/local/sbin/odoo-hand-over --web-port 8069');
    await machine.succeed('runuser -u postgres -- pgbackrest --stanza=odoo check');
    const left = (await objectsOf('Backups', 'recovered/'))
      .filter(({ Key }) => Key !== 'recovered/handed-over.json')
      .map((object) => ({ ...object, Key: object.Key.replace('recovered/', 'server/') }));
    const files = await objectsOf('Filestore');
    const { secrets } = bench.deployment;
    await machine.kill();
    await bench.stop();

    bench = await Bench.start({ volumeMiB: 8192, secrets });
    await put([...left, ...files]);
    const since = Date.now();
    machine = await bench.launch();
    await bench.provisioned(machine);
    await report('home again', since);
    expect(await orders()).toBe('320 to 320');
    for (const [name, content] of [
      [attachment, 'the invoice of order 200'],
      [last, 'written before everybody went home'],
    ])
      expect(await machine.succeed(`cat /srv/data/odoo/data/filestore/odoo/${name}`)).toBe(content);
    expect((await bench.world.visit('/odoo')).status).toBe(200);
    await backUp('database-full');
    expect([...(await contents('Backups', 'recovered/')).keys()]).toEqual([]);
  });
});
