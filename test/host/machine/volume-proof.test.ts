import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { jobMetric, serverMetric, writeAttachment, writeOrders } from './odoo-data.ts';
import { eventually, type Outcome } from './shell.ts';
import type { Volume } from './volume.ts';

const COPY = 'vol-0fedcba9876543210';
const UNIT = `odoo-volume-proof@${COPY.replace('-', '')}`;

let bench: Bench;
let machine: Machine;
let copy: Volume;
let made: string;
beforeAll(async () => {
  bench = await Bench.start();
  machine = await bench.launch();
  await bench.provisioned(machine);
  await machine.sql('CREATE TABLE orders (id int, text text)');
  await writeOrders(machine, 1, 10);
  for (const content of ['the invoice of order 10', 'a contract']) await writeAttachment(machine, content);
});
afterAll(async () => {
  await bench?.stop();
  await copy?.delete();
});

beforeEach(async () => {
  made = new Date().toISOString();
  copy = await restored();
  await machine.plugIn(copy);
});

/** Users notice nothing, nothing is left, and the volume may go. */
afterEach(async () => {
  expect(await machine.succeed("grep -c ' /srv/data ' /proc/1/mountinfo")).toBe('1');
  expect((await machine.run(`grep ${copy.device} /proc/[0-9]*/mountinfo`)).stdout, 'mounted').toBe('');
  expect((await machine.run('pgrep --full config_file=/tmp/')).stdout, 'PostgreSQL').toBe('');
  await machine.unplug(copy);
  expect((await bench.world.visit('/odoo')).status, 'Odoo serves').toBe(200);
  expect(await machine.sql('SELECT count(*) FROM orders')).toBe('10');
  await machine.run('systemctl reset-failed');
});

/** As EBS makes a snapshot, of one moment; nobody is told. */
async function restored(): Promise<Volume> {
  await machine.succeed('fsfreeze --freeze /srv/data');
  try {
    return await bench.volume.restored(COPY);
  } finally {
    await machine.succeed('fsfreeze --unfreeze /srv/data');
  }
}

/** What the document of Systems Manager runs. */
const prove = (): Promise<Outcome> =>
  machine.run(`exec /usr/local/sbin/odoo-prove-volume 7C3F-1 ${COPY} ${made}`);

async function lastReport(): Promise<{
  readonly key: string;
  readonly findings: readonly {
    readonly check: string;
    readonly passed: boolean;
    readonly details: string;
  }[];
}> {
  const Bucket = await bench.deployment.bucket('Audit');
  const { Contents = [] } = await bench.account.s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = Contents.map(({ Key = '' }) => Key).filter((name) => name.endsWith('.json'));
  const key = keys.at(-1) ?? '';
  const { Body } = await bench.account.s3.send(new GetObjectCommand({ Bucket, Key: key }));
  return { key, ...JSON.parse((await Body?.transformToString()) ?? '') };
}

/** Mounts the copy on the computer that runs the machine, and changes something. */
const damage = (command: string): Promise<string> =>
  machine.succeed(
    `unshare --mount sh -ec 'mount -t ext4 ${copy.device} /mnt; cd /mnt; ${command}; cd /; umount /mnt'`,
  );

describe('a copy of the data volume on the server', () => {
  it('is proven by a hardened unit while Odoo serves', async () => {
    const visits: number[] = [];
    const working = setInterval(() => {
      void bench.world.visit('/odoo').then(({ status }) => visits.push(status));
    }, 300);
    const { code, stdout } = await prove();
    clearInterval(working);
    expect(code, await machine.succeed(`journalctl --output=cat --unit=${UNIT}`)).toBe(0);
    expect(stdout).toBe('10 checks passed\n');
    expect(new Set(visits)).toEqual(new Set([200]));
    const { key, findings } = await lastReport();
    expect(key).toMatch(/-passed-volume-server\.json$/);
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(findings.find(({ check }) => check === 'attachments')?.details).toMatch(
      /^3 files .* 3 of them read$/,
    );
    expect(jobMetric(bench, 'RestoreProven', 'volume').at(-1)).toBe(1);
    expect(serverMetric(bench, 'RestoreProven'), 'the other proof was never made').toEqual([]);
    await machine.succeed('systemctl start odoo-backup-status');
    const age = jobMetric(bench, 'RestoreProofAge', 'volume').at(-1);
    expect(age).toBeLessThan(60);
    expect(serverMetric(bench, 'RestoreProofAge').at(-1), 'each proof has its own').toBeGreaterThan(age ?? 0);
  });

  it('may be asked for twice, and both get the same answer', async () => {
    const [one, other] = await Promise.all([prove(), prove()]);
    expect([one.code, other.code]).toEqual([0, 0]);
    expect([one.stdout, other.stdout]).toEqual(['10 checks passed\n', '10 checks passed\n']);
  });

  it('is judged: what is wrong is what the command says', async () => {
    await damage('rm -r odoo/data/filestore/odoo/*');
    const { code, stdout } = await prove();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^attachments: 3 missing: /);
  });

  it('cannot be the data volume itself', async () => {
    const { code, stdout } = await machine.run(
      `/usr/local/sbin/odoo-prove-volume 7C3F-1 ${bench.volume.id} ${made}`,
    );
    expect(code).toBe(1);
    expect(stdout).toBe(`volume: ${bench.volume.id} is the data volume in service, and no copy of it\n`);
  });
});

describe('a proof that takes long', () => {
  // A file without a byte on disk, that takes seconds to read.
  const large = `ff/${'f'.repeat(40)}`;
  const bytes = 2_000_000_000;
  beforeAll(() =>
    machine.sql(
      `INSERT INTO ir_attachment (store_fname, type, file_size) VALUES ('${large}', 'binary', ${bytes})`,
    ),
  );
  afterAll(() => machine.sql(`DELETE FROM ir_attachment WHERE store_fname = '${large}'`));

  /** Begins one; returns when it reads. */
  async function proving(): Promise<{ readonly ended: Promise<Outcome> }> {
    const directory = 'odoo/data/filestore/odoo';
    await damage(`mkdir -p ${directory}/ff && truncate --size=${bytes} ${directory}/${large}`);
    const ended = prove();
    await eventually('it reads', 60, async () => {
      const { code } = await machine.run(`ls -l /proc/[0-9]*/fd 2>/dev/null | grep ${large}`);
      return code === 0 || undefined;
    });
    return { ended };
  }

  it('leaves nothing behind when it is killed', async () => {
    const { ended } = await proving();
    await machine.succeed('pgrep --full config_file=/tmp/');
    await machine.succeed(`systemctl kill --signal=SIGKILL ${UNIT}`);
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toContain('it ended without a verdict');
  });

  it('makes way for a restore', async () => {
    const { ended } = await proving();
    // Refused, because newer changes would be lost: only when everything is stopped.
    const restoring = await machine.run('/usr/local/sbin/odoo-restore --to $(date --utc --iso-8601=seconds)');
    expect(restoring.stdout).toContain('add --replace-newer');
    const { code, stdout } = await ended;
    expect(code).toBe(1);
    expect(stdout).toMatch(/^restore: it was stopped: /);
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 60_000 }).toBe(200);
  });

  it('keeps no backup waiting', async () => {
    const { ended } = await proving();
    await machine.succeed('flock --nonblock /run/odoo-backup/database.lock true');
    await machine.succeed(`systemctl stop ${UNIT}`);
    expect((await ended).stdout).toMatch(/^restore: it was stopped: /);
  });

  it('makes way for a handover', async () => {
    const { ended } = await proving();
    await machine.succeed('/usr/local/sbin/odoo-hand-over --web-port 8069');
    expect((await ended).stdout).toMatch(/^restore: it was stopped: /);
    expect((await prove()).stdout).toBe('this server has handed its service over\n');
    await machine.succeed('/usr/local/sbin/odoo-hand-over --take-back');
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 60_000 }).toBe(200);
  });
});
