import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './bench.ts';
import type { Machine } from './machine.ts';
import { jobMetric, serverMetric, writeAttachment, writeOrders } from './odoo-data.ts';
import { eventually } from './shell.ts';

const PROVING = '/srv/data/postgresql/proving';

let bench: Bench;
let machine: Machine;
const attachments: string[] = [];
beforeAll(async () => {
  bench = await Bench.start({ volumeMiB: 4096 });
  machine = await bench.launch();
  await bench.provisioned(machine);
  await machine.sql('CREATE TABLE orders (id int, text text)');
  await writeOrders(machine, 1, 100);
  for (const content of ['the invoice of order 100', 'a contract', 'a photo']) {
    attachments.push(await writeAttachment(machine, content));
  }
  await eventually(
    'the first backup',
    60,
    () => jobMetric(bench, 'BackupSucceeded', 'filestore').at(0) === 1 || undefined,
  );
  await machine.succeed('systemctl start odoo-backup@database-full');
  // So that the copy which a proof makes repairs nothing of what is damaged here.
  await machine.succeed('systemctl stop odoo-backup-filestore.timer odoo-backup-database-incremental.timer');
});
afterAll(() => bench?.stop());

/** Users notice nothing, whatever comes of a proof, and nothing of it is left. */
afterEach(async () => {
  expect(await machine.succeed(`ls ${PROVING}`), 'nothing is left').toBe('');
  expect((await bench.world.visit('/odoo')).status, 'Odoo serves').toBe(200);
  expect(await machine.sql("SELECT count(*) || ' to ' || max(id) FROM orders")).toBe('100 to 100');
  expect(await machine.sql('SELECT timeline_id FROM pg_control_checkpoint()')).toBe('1');
  expect(await machine.sql('SELECT failed_count FROM pg_stat_archiver'), 'WAL is archived').toBe('0');
  await machine.run('systemctl reset-failed');
});

/** Starts a proof as its timer does; whether it ended well. */
async function prove(): Promise<boolean> {
  const longAgo = `{"until": ${Date.now() / 1000 + 3600}}`;
  await machine.succeed('cat >/srv/data/backup/filestore.json', longAgo);
  return (await machine.run('systemctl start odoo-backup@proof')).code === 0;
}

interface Report {
  readonly key: string;
  readonly findings: readonly {
    readonly check: string;
    readonly passed: boolean;
    readonly details: string;
  }[];
  readonly attachments: { readonly checked: number; readonly read: number };
  readonly rpoSeconds: number | null;
  readonly seconds: number;
}

async function reports(): Promise<string[]> {
  const Bucket = await bench.deployment.bucket('Audit');
  const { Contents = [] } = await bench.account.s3.send(new ListObjectsV2Command({ Bucket }));
  return Contents.map(({ Key = '' }) => Key).filter((key) => key.endsWith('.json'));
}

async function lastReport(): Promise<Report> {
  const key = (await reports()).at(-1) ?? '';
  return { key, ...JSON.parse(await object('Audit', key)) };
}

async function failures(): Promise<Record<string, string>> {
  const { findings } = await lastReport();
  return Object.fromEntries(
    findings.filter(({ passed }) => !passed).map(({ check, details }) => [check, details]),
  );
}

async function object(bucket: 'Audit' | 'Backups' | 'Filestore', key: string): Promise<string> {
  const Bucket = await bench.deployment.bucket(bucket);
  const { Body } = await bench.account.s3.send(new GetObjectCommand({ Bucket, Key: key }));
  return (await Body?.transformToString()) ?? '';
}

/** Changes an object, or loses it, until the returned function is called. */
async function damage(
  bucket: 'Backups' | 'Filestore',
  Key: string,
  change: (good: Buffer) => Buffer | undefined,
) {
  const Bucket = await bench.deployment.bucket(bucket);
  const found = await bench.account.s3.send(new GetObjectCommand({ Bucket, Key }));
  const good = Buffer.from((await found.Body?.transformToByteArray()) ?? []);
  const bad = change(good);
  const put = (Body: Buffer) => bench.account.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  await (bad === undefined ? bench.account.s3.send(new DeleteObjectCommand({ Bucket, Key })) : put(bad));
  return () => put(good);
}

describe('a proof on the server', () => {
  it('passes on a good repository while Odoo serves, and says so everywhere', async () => {
    const visits: number[] = [];
    const working = setInterval(() => {
      void bench.world.visit('/odoo').then(({ status }) => visits.push(status));
    }, 500);
    const passed = await prove();
    clearInterval(working);
    expect(passed, await machine.succeed('journalctl --output=cat --unit=odoo-backup@proof')).toBe(true);
    expect(visits.length).toBeGreaterThan(5);
    expect(new Set(visits)).toEqual(new Set([200]));

    const { key, findings, ...report } = await lastReport();
    expect(key).toMatch(/^restore-tests\/\d{4}-.+Z-passed-server\.json$/);
    expect(findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.attachments).toMatchObject({ checked: 4, read: 4 });
    expect(report.rpoSeconds).toBeLessThan(120);
    expect(await object('Audit', key.replace('.json', '.html'))).toContain('Restored and proven');
    expect(serverMetric(bench, 'RestoreProven').at(-1)).toBe(1);
    expect(serverMetric(bench, 'AttachmentsChecked').at(-1)).toBe(4);
    await machine.succeed('systemctl start odoo-backup-status');
    expect(serverMetric(bench, 'RestoreProofAge').at(-1)).toBeLessThan(60);
    const listing = JSON.parse(await object('Backups', 'server/recovery-points.json'));
    expect(listing).toMatchObject({ dumps: [], proof: { verdict: 'passed', report: key } });
    expect(listing.database.latest >= listing.database.oldest).toBe(true);
  });

  it('may write nothing of the database in service', async () => {
    const unit = await machine.succeed('systemctl show --property=ReadWritePaths odoo-backup@proof');
    expect(unit.match(/\/srv\/data\/postgresql\S*/g)).toEqual([PROVING]);
  });

  it('names a lost attachment and one that was cut short', async () => {
    const [lost = '', short = ''] = attachments;
    const heal = [
      await damage('Filestore', `filestore/odoo/${lost}`, () => undefined),
      await damage('Filestore', `filestore/odoo/${short}`, (good) => good.subarray(0, 5)),
    ];
    try {
      expect(await prove()).toBe(false);
    } finally {
      for (const put of heal) await put();
    }
    expect(await failures()).toEqual({ attachments: `1 missing: ${lost}; 1 wrong size: ${short}` });
    expect(serverMetric(bench, 'RestoreProven').at(-1)).toBe(0);
  });

  it('names a repository whose files are damaged', async () => {
    const Bucket = await bench.deployment.bucket('Backups');
    const Prefix = 'server/pgbackrest/backup/odoo/';
    const { Contents = [] } = await bench.account.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    const bundles = Contents.map(({ Key = '' }) => Key).filter((key) => /\/bundle\/\d+$/.test(key));
    const heal: (() => Promise<unknown>)[] = [];
    for (const key of bundles) {
      heal.push(
        await damage('Backups', key, (good) =>
          Buffer.concat([
            good.subarray(0, good.length / 2),
            Buffer.alloc(64),
            good.subarray(good.length / 2 + 64),
          ]),
        ),
      );
    }
    try {
      expect(await prove()).toBe(false);
    } finally {
      for (const put of heal) await put();
    }
    expect((await failures())['restore']).toMatch(/^pgbackrest ended with code \d+: /);
  });

  it('leaves a volume alone that has no room for it', async () => {
    await machine.succeed(
      'cd /srv/data; fallocate -l $(( $(df --output=avail -B1 . | tail -n 1) - (1 << 30) )) filler',
    );
    try {
      expect(await prove()).toBe(false);
    } finally {
      await machine.succeed('rm /srv/data/filler');
    }
    expect((await failures())['restore']).toMatch(/has 10\d\d MiB free and the restore needs \d+ MiB/);
  });

  it('that is killed says nothing, has stopped its PostgreSQL, and the next backup clears away what it left', async () => {
    const before = await reports();
    const proving = prove();
    await eventually('the copy is there', 240, async () => {
      const { code } = await machine.run(`test -e ${PROVING}/restored/recovery.log`);
      return code === 0 || undefined;
    });
    await machine.succeed('systemctl kill --signal=SIGKILL odoo-backup@proof');
    expect(await proving).toBe(false);
    expect(await machine.succeed(`ls ${PROVING}`)).toBe('restored');
    expect((await machine.run(`pgrep --full ${PROVING}`)).stdout).toBe('');
    expect(await reports()).toEqual(before);
    await machine.succeed('systemctl start odoo-backup@database-incremental');
    expect(await machine.succeed(`ls ${PROVING}`)).toBe('');
  });

  it('makes way for a restore', async () => {
    const proving = prove();
    await eventually('the copy is there', 240, async () => {
      const { code } = await machine.run(`test -e ${PROVING}/restored/data/PG_VERSION`);
      return code === 0 || undefined;
    });
    // Refused, because newer changes would be lost: only when everything is stopped.
    const refused = machine.run('/usr/local/sbin/odoo-restore --to $(date --utc --iso-8601=seconds)');
    expect(await proving).toBe(false);
    expect((await refused).stdout).toContain('add --replace-newer');
    expect(await failures()).toEqual({ restore: expect.stringMatching(/^it was stopped: /) });
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 60_000 }).toBe(200);
  });

  it('is proven again after a killed one, and a reboot loses nothing of it', async () => {
    expect(await prove()).toBe(true);
    await machine.stop();
    await machine.boot();
    await expect.poll(async () => (await bench.world.visit('/odoo')).status, { timeout: 60_000 }).toBe(200);
    expect(await machine.succeed('systemctl list-timers --no-legend odoo-backup-proof.timer')).toMatch(
      /^Sun .* 08:/,
    );
  });
});
