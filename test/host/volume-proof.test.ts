import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, python } from './backup-host.ts';
import { canMount, type Case, CHECKS, LINK, succeed, VOLUME, VolumeBench } from './volume-bench.ts';

const HOUR = 3_600_000;

describe.skipIf(!canMount)('the proof that a recovery point of the data volume can be served', () => {
  let bench: VolumeBench;
  beforeAll(() => {
    bench = new VolumeBench();
  }, 120_000);
  afterAll(() => bench?.cluster.remove());

  /** Who serves notices nothing, and nothing is mounted, running or left. */
  afterEach(() => {
    expect(bench.cluster.sql('SELECT count(*) FROM sale_order'), 'the database in service').toBe('400');
    expect(
      spawnSync('pgrep', ['--full', `config_file=${bench.temporary}/`], { encoding: 'utf8' }).stdout,
      'PostgreSQL',
    ).toBe('');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(bench.temporary);
    expect(readdirSync(bench.temporary), 'nothing is left').toEqual([]);
  });

  describe('of a bench.good volume', () => {
    let ended: Ended;
    let report: ReturnType<VolumeBench['lastReport']>;
    beforeAll(() => {
      // On it is the number of the process that had it, which is another one here: even that of the database in service.
      ended = bench.prove({ damage: `cp ${bench.cluster.path}/postmaster.pid postgresql/clusters/*/main/` });
      report = bench.lastReport();
    }, 120_000);

    it('passes with every check, although users went on', () => {
      expect(ended.code, ended.output).toBe(0);
      expect(report.findings.map(({ check }) => check)).toEqual(CHECKS);
      expect(report.findings.filter(({ passed }) => !passed)).toEqual([]);
      expect(report.attachments).toEqual({ checked: 3, bytes: 27, read: 3 });
      expect(bench.verdict()).toBe('10 checks passed');
    });

    it('knows the newest change that is on it', () => {
      const newest = Date.parse(report.newestChange ?? '');
      expect(newest).toBeLessThanOrEqual(bench.taken.getTime() + 1000);
      expect(newest).toBeGreaterThan(bench.taken.getTime() - 60_000);
    });

    it('keeps its report beside those of the other proof, and names what was restored', () => {
      expect(report.key).toBe(`restore-tests/${report.validated}-passed-volume-server.json`);
      expect(report).toMatchObject({ restoreJob: '7C3F-1', volume: VOLUME });
      const page = bench.host.object('audit', report.key.replace('.json', '.html'));
      expect(page).toContain('Restored and proven');
      for (const check of CHECKS) expect(page).toContain(`<th scope="row">${check}</th><td>passed</td>`);
    });

    it('is in the listing under a name of its own', () => {
      const text = readFileSync(join(bench.host.data, 'backup/recovery-points.json'), 'utf8');
      expect(JSON.parse(text)).toMatchObject({
        proof: null,
        volumeProof: { verdict: 'passed', restoredTo: report.recoveryPoint, report: report.key },
      });
    });

    it('does not hide that the other proof was never made', () => {
      expect(bench.restoreMetrics()).toMatchObject({ 'RestoreProven test volume': 1 });
      expect(bench.restoreMetrics()).not.toHaveProperty('RestoreProven test');
      const since = { time: Date.now() / 1000 - 100 * 24 * 3600 };
      writeFileSync(join(bench.host.data, 'backup/since.json'), JSON.stringify(since));
      bench.host.backup('status', bench.cluster.environment);
      expect(bench.restoreMetrics()['RestoreProofAge test volume']).toBeLessThan(120);
      expect(bench.restoreMetrics()['RestoreProofAge test']).toBeGreaterThan(99 * 24 * 3600);
    });
  });

  describe('names what is wrong:', () => {
    const filestore = 'odoo/data/filestore/odoo';
    const cases: readonly (readonly [string, () => Case, Record<string, unknown>])[] = [
      [
        'no file system that could be mounted',
        () => ({ image: bench.noFileSystem() }),
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
          damage: `printf 'an inv' >${filestore}/${bench.attachments[0]} && printf 'a CONTRACT' >${filestore}/${bench.attachments[1]} && rm ${filestore}/${bench.attachments[2]}`,
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
        () => ({ recoveryPoint: new Date(bench.taken.getTime() + 2 * HOUR) }),
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
        const { code, output } = bench.prove(of());
        expect(code, output).toBe(1);
        expect(bench.failures()).toMatchObject(expected);
        for (const check of Object.keys(expected)) expect(bench.verdict()).toContain(`${check}: `);
        expect(bench.lastReport().key).toMatch(/-failed-volume-server\.json$/);
        expect(bench.restoreMetrics()).toMatchObject({ 'RestoreProven test volume': 0 });
      },
      60_000,
    );

    it('what is wrong in the database, all of it', () => {
      const image = join(bench.host.path, 'damaged.img');
      bench.cluster.sql(`UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'web';
        UPDATE ir_module_module SET latest_version = '18.0.1.3' WHERE name = 'base';
        UPDATE res_users SET active = false WHERE id = 2; DROP EXTENSION pg_trgm;
        ALTER TABLE sale_order RENAME TO elsewhere`);
      bench.cluster.sql("UPDATE pg_database SET datcollate = 'C.UTF-8' WHERE datname = 'odoo'", 'postgres');
      try {
        bench.snapshot(image);
      } finally {
        bench.cluster.sql(`UPDATE ir_module_module SET state = 'installed', latest_version = '19.0.1.3';
          UPDATE res_users SET active = true WHERE id = 2; CREATE EXTENSION pg_trgm;
          ALTER TABLE elsewhere RENAME TO sale_order`);
        bench.cluster.sql("UPDATE pg_database SET datcollate = 'C' WHERE datname = 'odoo'", 'postgres');
      }
      expect(bench.prove({ image })).toMatchObject({ code: 1 });
      expect(bench.failures()).toEqual({
        'encoding and collation': 'encoding and collation are UTF8 and C.UTF-8 instead of UTF8 and C',
        'extension pg_trgm': 'the extension pg_trgm is missing',
        modules: 'modules are not installed: web; a change of modules was not finished: web',
        release: 'module base is 18.0.1.3, the environment deploys Odoo 19.0',
        users: 'nobody can log in',
        rows: 'table sale_order is missing',
      });
    }, 60_000);

    it('fewer rows than were there when it was made, in the database in service', () => {
      const image = join(bench.host.path, 'damaged.img');
      bench.cluster.sql('DELETE FROM sale_order WHERE id > 390');
      bench.snapshot(image);
      // Made before the bench.snapshot, as whoever counts sees it.
      bench.cluster.sql("INSERT INTO sale_order SELECT generate_series(391, 400), '2026-01-01'");
      expect(bench.prove({ image })).toMatchObject({ code: 1 });
      expect(bench.failures()).toEqual({ rows: 'sale_order has 390 rows instead of 400' });
      bench.cluster.sql("UPDATE sale_order SET create_date = now() AT TIME ZONE 'UTC' WHERE id > 200");
    }, 60_000);

    it('that the database in service cannot be counted', () => {
      const { code } = bench.prove({
        statements: 'volume_proof.ask = lambda *_, **__: (_ for _ in ()).throw(volume_proof.Failure("no"))',
      });
      expect(code).toBe(1);
      expect(bench.failures()).toEqual({
        rows: 'could not be checked: RuntimeError: nobody has counted the database in service',
      });
    }, 60_000);

    it('that there is no report', () => {
      expect(bench.prove({ environment: { STAND_IN_DENY: 'restore-tests/' } })).toMatchObject({ code: 1 });
      expect(bench.verdict()).toBe('the report could not be written');
    }, 60_000);
  });

  it('never touches the data volume in service', () => {
    bench.withVolume({}, (device) => {
      const script = `mount -t ext4 ${device} /mnt && exec ${python} -c "$PROGRAM"`;
      const { status } = spawnSync('unshare', ['--mount', 'sh', '-ec', script], {
        cwd: bench.cluster.bundle.path,
        env: {
          ...process.env,
          ...bench.host.environment,
          ...bench.request(),
          DATA: '/mnt',
          PROGRAM: bench.program(),
        },
      });
      expect(status).toBe(1);
    });
    expect(bench.verdict()).toBe(`volume: ${VOLUME} is the data volume in service, and no copy of it`);
  });

  it('is cleared away when it is stopped, and its report says that', async () => {
    const file = join(bench.host.path, 'restored.img');
    copyFileSync(bench.good, file);
    const device = succeed('losetup', '--find', '--show', file);
    succeed('ln', '-sfn', device, join(bench.devices, LINK));
    const slow = `import time
restored_volume.VolumeFilestore.faults_of = lambda *_: time.sleep(600)`;
    const proving = spawn(
      'unshare',
      ['--mount', '--propagation=slave', python, '-u', '-c', bench.program(slow)],
      {
        cwd: bench.cluster.bundle.path,
        env: { ...process.env, ...bench.host.environment, ...bench.cluster.environment, ...bench.request() },
      },
    );
    let output = '';
    proving.stdout.on('data', (text) => (output += text));
    await expect.poll(() => output, { timeout: 60_000, interval: 50 }).toContain('proof: rows');
    proving.kill('SIGTERM');
    expect(await once(proving, 'exit')).toEqual([1, null]);
    succeed('losetup', '--detach', device);
    expect(bench.failures()).toEqual({ restore: expect.stringMatching(/^it was stopped: /) });
    expect(bench.verdict()).toMatch(/^restore: it was stopped: /);
  }, 120_000);

  it('rests after a handover, and says why there is no verdict', () => {
    writeFileSync(join(bench.host.data, 'handed-over'), '{}');
    try {
      const before = bench.host.keys('audit');
      expect(bench.prove()).toMatchObject({ code: 1 });
      expect(bench.host.keys('audit')).toEqual(before);
      expect(bench.verdict()).toBe('this server has handed its service over');
    } finally {
      rmSync(join(bench.host.data, 'handed-over'));
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
      const { code, stdout } = bench.prove({ statements });
      expect(code).toBe(3);
      expect(stdout).toContain('began 0');
      expect(stdout).toContain('free False True');
      expect(existsSync(join(bench.host.path, 'run'))).toBe(true);
    },
  );
});
