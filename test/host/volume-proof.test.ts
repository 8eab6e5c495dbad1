import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BackedUpCluster, canBackUp } from './backed-up-cluster.ts';
import { type BackupHost, type Ended, python } from './backup-host.ts';
import { hasProgram } from './host.ts';

const REPORT = z.object({
  restoreJob: z.string(),
  volume: z.string(),
  recoveryPoint: z.string(),
  newestChange: z.nullable(z.string()),
  validated: z.string(),
  findings: z.array(z.object({ check: z.string(), passed: z.boolean(), details: z.string() })),
  attachments: z.object({ checked: z.number(), bytes: z.number(), read: z.number() }),
});
type Report = z.infer<typeof REPORT>;

/** Every check, in the order of the report. */
const CHECKS = [
  'volume',
  'recovery point',
  'restore',
  'encoding and collation',
  'extension pg_trgm',
  'modules',
  'release',
  'users',
  'rows',
  'attachments',
];

const VOLUME = 'vol-0fedcba9876543210';
const LINK = 'nvme-Amazon_Elastic_Block_Store_vol0fedcba9876543210';
const HOUR = 3_600_000;

/** Loop devices and mount namespaces of one's own, which a sandbox may forbid even root. */
const canMount =
  canBackUp &&
  hasProgram('mkfs.ext4') &&
  spawnSync('unshare', ['--mount', 'sh', '-c', 'losetup --find'], { stdio: 'ignore' }).status === 0;

function succeed(command: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** A real cluster and filestore, the file system of a moment at which the power failed, and the server that goes on. */
describe.skipIf(!canMount)('the proof that a recovery point of the data volume can be served', () => {
  let cluster: BackedUpCluster;
  let host: BackupHost;
  let good: string;
  let devices: string;
  let temporary: string;
  let taken: Date;
  const attachments: string[] = [];

  beforeAll(() => {
    cluster = new BackedUpCluster({ archive_timeout: '1s' });
    host = cluster.host;
    good = join(host.path, 'good.img');
    devices = join(host.path, 'by-id');
    temporary = join(host.path, 'tmp');
    for (const folder of [devices, temporary]) mkdirSync(folder);
    for (const content of ['an invoice', 'a contract', 'a photo']) {
      const name = host.attach(content);
      const [sha1] = name.split('/').slice(1);
      cluster.sql(
        `INSERT INTO ir_attachment VALUES ('${name}', 'binary', ${Buffer.byteLength(content)}, '${sha1}')`,
      );
      attachments.push(name);
    }
    cluster.sql(`CREATE TABLE sale_order (id int, create_date timestamp DEFAULT (now() AT TIME ZONE 'UTC'));
      INSERT INTO sale_order SELECT generate_series(1, 200)`);
    snapshot(good);
    // What users do while the snapshot is stored and restored.
    cluster.sql('INSERT INTO sale_order SELECT generate_series(201, 400)');
  }, 120_000);
  afterAll(() => cluster?.remove());

  /** The data volume at this moment, as EBS would have it: nobody was told to write down what was open. */
  function snapshot(image: string): void {
    taken = new Date();
    cluster.control('stop', '--mode=immediate');
    rmSync(image, { force: true });
    succeed('truncate', '--size=600M', image);
    succeed('mkfs.ext4', '-q', '-d', host.data, image);
    cluster.start();
  }

  function noFileSystem(): string {
    const image = join(host.path, 'zeros.img');
    succeed('truncate', '--size=10M', image);
    return image;
  }

  interface Case {
    readonly image?: string;
    /** A shell command on the mounted file system. */
    readonly damage?: string;
    readonly recoveryPoint?: Date;
    /** Statements of Python before the proof. */
    readonly statements?: string;
    readonly environment?: Record<string, string>;
  }

  /** Attaches a copy of the image, and calls. */
  function withVolume<T>({ image = good, damage }: Case, use: (device: string) => T): T {
    const file = join(host.path, 'restored.img');
    copyFileSync(image, file);
    const device = succeed('losetup', '--find', '--show', file);
    try {
      if (damage !== undefined) {
        const script = `mount -t ext4 ${device} /mnt && cd /mnt && ${damage} && cd / && umount /mnt`;
        succeed('unshare', '--mount', 'sh', '-ec', script);
      }
      succeed('ln', '-sfn', device, join(devices, LINK));
      return use(device);
    } finally {
      rmSync(join(devices, LINK), { force: true });
      succeed('losetup', '--detach', device);
    }
  }

  const program = (statements = ''): string => `import sys
from pathlib import Path
from backup import restored_volume, volume_proof
restored_volume.DEVICES = Path('${devices}')
${statements}
sys.exit(volume_proof.main('test'))`;

  const request = (recoveryPoint = taken): Record<string, string> => ({
    TMPDIR: temporary,
    VOLUME,
    RESTORE_JOB: '7C3F-1',
    RECOVERY_POINT: recoveryPoint.toISOString(),
  });

  /** Runs a proof as its unit does, in a mount namespace of its own. */
  function prove(of: Case = {}): Ended {
    return withVolume(of, () => {
      const { status, stdout, stderr } = spawnSync(
        'unshare',
        ['--mount', '--propagation=slave', python, '-c', program(of.statements)],
        {
          cwd: cluster.bundle.path,
          encoding: 'utf8',
          env: {
            ...process.env,
            ...host.environment,
            ...cluster.environment,
            ...request(of.recoveryPoint),
            ...of.environment,
          },
        },
      );
      return { code: status, output: stdout + stderr, stdout };
    });
  }

  const verdict = (): string => readFileSync(join(host.path, 'run/test.verdict'), 'utf8').trim();

  function lastReport(): { readonly key: string } & Report {
    const key = String(
      host
        .keys('audit')
        .filter((name) => name.endsWith('.json'))
        .at(-1),
    );
    return { key, ...REPORT.parse(JSON.parse(host.object('audit', key))) };
  }

  function failures(): Record<string, string> {
    const failed = lastReport().findings.filter(({ passed }) => !passed);
    return Object.fromEntries(failed.map(({ check, details }) => [check, details]));
  }

  const restoreMetrics = (): Record<string, number> =>
    Object.fromEntries(
      host.metrics
        .flat()
        .filter(({ MetricName }) => /^(Restore|Attachments)/.test(MetricName))
        .map(({ MetricName, Value, Dimensions }) => [
          `${MetricName} ${Dimensions.map((dimension) => dimension.Value).join(' ')}`,
          Value,
        ]),
    );

  /** Who serves notices nothing, and nothing is mounted, running or left. */
  afterEach(() => {
    expect(cluster.sql('SELECT count(*) FROM sale_order'), 'the database in service').toBe('400');
    expect(
      spawnSync('pgrep', ['--full', `config_file=${temporary}/`], { encoding: 'utf8' }).stdout,
      'PostgreSQL',
    ).toBe('');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(temporary);
    expect(readdirSync(temporary), 'nothing is left').toEqual([]);
  });

  describe('of a good volume', () => {
    let ended: Ended;
    let report: ReturnType<typeof lastReport>;
    beforeAll(() => {
      // On it is the number of the process that had it, which is another one here: even that of the database in service.
      ended = prove({ damage: `cp ${cluster.path}/postmaster.pid postgresql/clusters/*/main/` });
      report = lastReport();
    }, 120_000);

    it('passes with every check, although users went on', () => {
      expect(ended.code, ended.output).toBe(0);
      expect(report.findings.map(({ check }) => check)).toEqual(CHECKS);
      expect(report.findings.filter(({ passed }) => !passed)).toEqual([]);
      expect(report.attachments).toEqual({ checked: 3, bytes: 27, read: 3 });
      expect(verdict()).toBe('10 checks passed');
    });

    it('knows the newest change that is on it', () => {
      const newest = Date.parse(report.newestChange ?? '');
      expect(newest).toBeLessThanOrEqual(taken.getTime() + 1000);
      expect(newest).toBeGreaterThan(taken.getTime() - 60_000);
    });

    it('keeps its report beside those of the other proof, and names what was restored', () => {
      expect(report.key).toBe(`restore-tests/${report.validated}-passed-volume-server.json`);
      expect(report).toMatchObject({ restoreJob: '7C3F-1', volume: VOLUME });
      const page = host.object('audit', report.key.replace('.json', '.html'));
      expect(page).toContain('Restored and proven');
      for (const check of CHECKS) expect(page).toContain(`<th scope="row">${check}</th><td>passed</td>`);
    });

    it('is in the listing under a name of its own', () => {
      const text = readFileSync(join(host.data, 'backup/recovery-points.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({
        proof: null,
        volumeProof: { verdict: 'passed', restoredTo: report.recoveryPoint, report: report.key },
      });
    });

    it('does not hide that the other proof was never made', () => {
      expect(restoreMetrics()).toMatchObject({ 'RestoreProven test volume': 1 });
      expect(restoreMetrics()).not.toHaveProperty('RestoreProven test');
      const since = { time: Date.now() / 1000 - 100 * 24 * 3600 };
      writeFileSync(join(host.data, 'backup/since.json'), JSON.stringify(since));
      host.backup('status', cluster.environment);
      expect(restoreMetrics()['RestoreProofAge test volume']).toBeLessThan(120);
      expect(restoreMetrics()['RestoreProofAge test']).toBeGreaterThan(99 * 24 * 3600);
    });
  });

  describe('names what is wrong:', () => {
    const filestore = 'odoo/data/filestore/odoo';
    const cases: readonly (readonly [string, () => Case, Record<string, unknown>])[] = [
      [
        'no file system that could be mounted',
        () => ({ image: noFileSystem() }),
        { volume: expect.stringMatching(/^mount ended with code 32: .*wrong fs type/) },
      ],
      [
        'a volume that is not there',
        () => ({ environment: { VOLUME: 'vol-00000000' } }),
        { volume: expect.stringMatching(/^vol-00000000 is not attached to this server: there is no /) },
      ],
      [
        'no database',
        () => ({ damage: 'rm -r postgresql/clusters' }),
        { volume: expect.stringMatching(/^PostgreSQL is not on it, this server has \d+$/) },
      ],
      [
        'a PostgreSQL of another version',
        () => ({ damage: 'mv postgresql/clusters/* postgresql/clusters/9' }),
        { volume: expect.stringMatching(/^PostgreSQL 9 on it, this server has \d+$/) },
      ],
      [
        'a database that does not start',
        () => ({ damage: 'rm postgresql/clusters/*/main/global/pg_filenode.map' }),
        { restore: expect.stringMatching(/^PostgreSQL could not recover: .*pg_filenode.map/) },
      ],
      [
        'a write-ahead log that is gone',
        () => ({ damage: 'rm postgresql/clusters/*/main/pg_wal/0*' }),
        { restore: expect.stringMatching(/^PostgreSQL could not recover: .*checkpoint record/) },
      ],
      [
        'attachments that are missing, cut short or changed',
        () => ({
          damage: `printf 'an inv' >${filestore}/${attachments[0]} && printf 'a CONTRACT' >${filestore}/${attachments[1]} && rm ${filestore}/${attachments[2]}`,
        }),
        {
          attachments: expect.stringMatching(/^1 missing: \S+; 1 wrong size: \S+; 1 wrong content: \S+$/),
        },
      ],
      [
        'no filestore',
        () => ({ damage: 'rm -r odoo' }),
        { attachments: expect.stringMatching(/^3 missing: /) },
      ],
      [
        'a recovery point older than two days',
        () => ({ recoveryPoint: new Date(Date.now() - 49 * HOUR) }),
        { 'recovery point': expect.stringMatching(/^of .+Z, 49 hours old: there is no newer one$/) },
      ],
      [
        'changes that end long before it was made',
        () => ({ recoveryPoint: new Date(taken.getTime() + 2 * HOUR) }),
        {
          'recovery point': expect.stringMatching(
            /^the newest change on it is of .+Z, 2\.\d hours before it was made$/,
          ),
        },
      ],
    ];

    it.each(cases)(
      '%s',
      (_, of, expected) => {
        const { code, output } = prove(of());
        expect(code, output).toBe(1);
        expect(failures()).toMatchObject(expected);
        for (const check of Object.keys(expected)) expect(verdict()).toContain(`${check}: `);
        expect(lastReport().key).toMatch(/-failed-volume-server\.json$/);
        expect(restoreMetrics()).toMatchObject({ 'RestoreProven test volume': 0 });
      },
      60_000,
    );

    it('what is wrong in the database, all of it', () => {
      const image = join(host.path, 'damaged.img');
      cluster.sql(`UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'web';
        UPDATE ir_module_module SET latest_version = '18.0.1.3' WHERE name = 'base';
        UPDATE res_users SET active = false WHERE id = 2; DROP EXTENSION pg_trgm;
        ALTER TABLE sale_order RENAME TO elsewhere`);
      cluster.sql("UPDATE pg_database SET datcollate = 'C.UTF-8' WHERE datname = 'odoo'", 'postgres');
      try {
        snapshot(image);
      } finally {
        cluster.sql(`UPDATE ir_module_module SET state = 'installed', latest_version = '19.0.1.3';
          UPDATE res_users SET active = true WHERE id = 2; CREATE EXTENSION pg_trgm;
          ALTER TABLE elsewhere RENAME TO sale_order`);
        cluster.sql("UPDATE pg_database SET datcollate = 'C' WHERE datname = 'odoo'", 'postgres');
      }
      expect(prove({ image })).toMatchObject({ code: 1 });
      expect(failures()).toEqual({
        'encoding and collation': 'encoding and collation are UTF8 and C.UTF-8 instead of UTF8 and C',
        'extension pg_trgm': 'the extension pg_trgm is missing',
        modules: 'modules are not installed: web; a change of modules was not finished: web',
        release: 'module base is 18.0.1.3, the environment deploys Odoo 19.0',
        users: 'nobody can log in',
        rows: 'table sale_order is missing',
      });
    }, 60_000);

    it('fewer rows than were there when it was made, in the database in service', () => {
      const image = join(host.path, 'damaged.img');
      cluster.sql('DELETE FROM sale_order WHERE id > 390');
      snapshot(image);
      // Made before the snapshot, as whoever counts sees it.
      cluster.sql("INSERT INTO sale_order SELECT generate_series(391, 400), '2026-01-01'");
      expect(prove({ image })).toMatchObject({ code: 1 });
      expect(failures()).toEqual({ rows: 'sale_order has 390 rows instead of 400' });
      cluster.sql("UPDATE sale_order SET create_date = now() AT TIME ZONE 'UTC' WHERE id > 200");
    }, 60_000);

    it('that the database in service cannot be counted', () => {
      const { code } = prove({
        statements: 'volume_proof.ask = lambda *_, **__: (_ for _ in ()).throw(volume_proof.Failure("no"))',
      });
      expect(code).toBe(1);
      expect(failures()).toEqual({
        rows: 'could not be checked: RuntimeError: nobody has counted the database in service',
      });
    }, 60_000);

    it('that there is no report', () => {
      expect(prove({ environment: { STAND_IN_DENY: 'restore-tests/' } })).toMatchObject({ code: 1 });
      expect(verdict()).toBe('the report could not be written');
    }, 60_000);
  });

  it('never touches the data volume in service', () => {
    withVolume({}, (device) => {
      const script = `mount -t ext4 ${device} /mnt && exec ${python} -c "$PROGRAM"`;
      const { status } = spawnSync('unshare', ['--mount', 'sh', '-ec', script], {
        cwd: cluster.bundle.path,
        env: { ...process.env, ...host.environment, ...request(), DATA: '/mnt', PROGRAM: program() },
      });
      expect(status).toBe(1);
    });
    expect(verdict()).toBe(`volume: ${VOLUME} is the data volume in service, and no copy of it`);
  });

  it('is cleared away when it is stopped, and its report says that', async () => {
    const file = join(host.path, 'restored.img');
    copyFileSync(good, file);
    const device = succeed('losetup', '--find', '--show', file);
    succeed('ln', '-sfn', device, join(devices, LINK));
    const slow = `import time
restored_volume.VolumeFilestore.faults_of = lambda *_: time.sleep(600)`;
    const proving = spawn('unshare', ['--mount', '--propagation=slave', python, '-u', '-c', program(slow)], {
      cwd: cluster.bundle.path,
      env: { ...process.env, ...host.environment, ...cluster.environment, ...request() },
    });
    let output = '';
    proving.stdout.on('data', (text) => (output += text));
    await expect.poll(() => output, { timeout: 60_000, interval: 50 }).toContain('proof: rows');
    proving.kill('SIGTERM');
    expect(await once(proving, 'exit')).toEqual([1, null]);
    succeed('losetup', '--detach', device);
    expect(failures()).toEqual({ restore: expect.stringMatching(/^it was stopped: /) });
    expect(verdict()).toMatch(/^restore: it was stopped: /);
  }, 120_000);

  it('rests after a handover, and says why there is no verdict', () => {
    writeFileSync(join(host.data, 'handed-over'), '{}');
    try {
      const before = host.keys('audit');
      expect(prove()).toMatchObject({ code: 1 });
      expect(host.keys('audit')).toEqual(before);
      expect(verdict()).toBe('this server has handed its service over');
    } finally {
      rmSync(join(host.data, 'handed-over'));
    }
  }, 60_000);

  it.each(['hand-over', 'database'])(
    'waits for whoever has the lock "%s", and goes on without that of backups',
    (name) => {
      const statements = `import fcntl, threading
from backup import host as names
def free(name):
    with open(names.LOCKS / f'{name}.lock', 'w') as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
lock = open(names.LOCKS / '${name}.lock', 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
began = []
class Watched(volume_proof.VolumeProof):
    def run(self):
        began.append(1)
        print('free', free('hand-over'), free('database'))
        sys.exit(3)
volume_proof.VolumeProof = Watched
threading.Timer(1, lambda: (print('began', len(began)), lock.close())).start()`;
      const { code, stdout } = prove({ statements });
      expect(code).toBe(3);
      expect(stdout).toContain('began 0');
      expect(stdout).toContain('free False True');
      expect(existsSync(join(host.path, 'run'))).toBe(true);
    },
  );
});
