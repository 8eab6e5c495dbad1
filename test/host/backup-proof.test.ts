import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BackedUpCluster, canBackUp } from './backed-up-cluster.ts';
import { BackupHost, type Ended, nameOf, python } from './backup-host.ts';

const REPORT = z.object({
  environment: z.string(),
  backup: z.nullable(z.object({ label: z.string(), stop: z.string() })),
  recoveryPoint: z.nullable(z.string()),
  validated: z.string(),
  rpoSeconds: z.nullable(z.number()),
  findings: z.array(z.object({ check: z.string(), passed: z.boolean(), details: z.string() })),
  attachments: z.object({ checked: z.number(), bytes: z.number(), read: z.number() }),
});
type Report = z.infer<typeof REPORT>;

/** Every check of a proof, in the order of its report. */
const CHECKS = [
  'archive',
  'restore',
  'recovery point',
  'encoding and collation',
  'extension pg_trgm',
  'modules',
  'release',
  'users',
  'rows',
  'attachments',
];

/** A real cluster, backed up and archived by real pgBackRest, and restored beside itself while it serves. */
describe.skipIf(!canBackUp)('the proof that the latest backup can be restored', () => {
  let cluster: BackedUpCluster;
  let host: BackupHost;
  let attachments: string[];

  beforeAll(() => {
    // A minute, as on the server, would be waited for in each case.
    cluster = new BackedUpCluster({ archive_timeout: '1s' });
    host = cluster.host;
    attachments = ['an invoice', 'a contract', 'a photo'].map((content) => {
      const name = host.attach(content);
      const [sha1] = name.split('/').slice(1);
      cluster.sql(
        `INSERT INTO ir_attachment VALUES ('${name}', 'binary', ${Buffer.byteLength(content)}, '${sha1}')`,
      );
      return name;
    });
    cluster.sql('INSERT INTO orders SELECT generate_series(1, 100)');
    expect(host.backup('database-full', cluster.environment)).toMatchObject({ code: 0 });
  }, 120_000);
  afterAll(() => cluster?.remove());

  /** Runs a proof, after statements of Python that change something about it. */
  function prove(statements = '', environment: Record<string, string> = {}): Ended {
    const program = `import sys
from backup import archive, proof, recovery
from backup.host import Host
${statements}
sys.exit(0 if proof.prove(Host()) else 1)`;
    return host.python(['-c', program], { ...cluster.environment, ...environment });
  }

  /** Begins a proof while a lock is taken for a second. */
  const proveBehind = (name: string): Ended =>
    prove(`import fcntl, threading
from backup import host as names
lock = open(names.LOCKS / '${name}.lock', 'w')
fcntl.flock(lock, fcntl.LOCK_EX)
began = []
proof.Proof = lambda host: began.append(host) or sys.exit(3)
threading.Timer(1, lambda: (print('began', len(began)), lock.close())).start()`);

  function lastReport(ending = 'json'): { readonly key: string; readonly text: string } {
    const key = host
      .keys('audit')
      .filter((name) => name.endsWith(ending))
      .at(-1);
    return { key: String(key), text: host.object('audit', String(key)) };
  }

  /** What a proof that failed says, by check. */
  function failures(): Record<string, string> {
    const report = REPORT.parse(JSON.parse(lastReport().text));
    return Object.fromEntries(
      report.findings.filter(({ passed }) => !passed).map(({ check, details }) => [check, details]),
    );
  }

  const left = (): string[] => readdirSync(join(host.data, 'postgresql/proving'));
  const timelines = (): string[] =>
    readdirSync(join(host.path, `repository/archive/odoo/${cluster.version}-1`));
  const restoreMetrics = (): Record<string, number> =>
    Object.fromEntries(
      host.metrics
        .flat()
        .filter(({ MetricName }) => /^(Restore|Attachments)/.test(MetricName))
        .map(({ MetricName, Value }) => [MetricName, Value]),
    );

  /** Nobody who works notices anything, and nothing is left. */
  afterEach(() => {
    expect(left(), 'nothing is left').toEqual([]);
    expect(cluster.sql('SELECT count(*) FROM orders'), 'the database in service').toBe('100');
    expect(timelines(), 'the archive').not.toContain('00000002.history');
  });

  describe('of a good repository', () => {
    let ended: Ended;
    let report: Report;
    beforeAll(() => {
      ended = prove();
      report = REPORT.parse(JSON.parse(lastReport().text));
    }, 120_000);

    it('passes, with every check', () => {
      expect(ended.code, ended.output).toBe(0);
      expect(report.findings.map(({ check }) => check)).toEqual(CHECKS);
      expect(report.findings.every(({ passed }) => passed)).toBe(true);
      expect(report.attachments).toEqual({ checked: 3, bytes: 27, read: 3 });
    });

    it('says how much work a loss would have cost, and that what came back has all of it', () => {
      expect(report.rpoSeconds).toBeGreaterThan(0);
      expect(report.rpoSeconds).toBeLessThan(60);
      expect(Date.parse(report.recoveryPoint ?? '')).toBeGreaterThan(Date.parse(report.backup?.stop ?? ''));
    });

    it('keeps its report under a name that says when, and what came of it', () => {
      expect(host.keys('audit').toSorted()).toEqual(
        ['html', 'json'].map((ending) => `restore-tests/${report.validated}-passed-server.${ending}`),
      );
      expect(report.validated).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const page = lastReport('html').text;
      expect(page).toContain('Restored and proven');
      expect(page).toContain('.verdict.passed');
      for (const check of CHECKS) expect(page).toContain(`<th scope="row">${check}</th><td>passed</td>`);
    });

    it('is the last one in the listing of what can be restored', () => {
      const { database, proof } = JSON.parse(host.object('backups', 'server/recovery-points.json'));
      expect(proof).toEqual({
        provenAt: report.validated,
        restoredTo: report.recoveryPoint,
        verdict: 'passed',
        report: `restore-tests/${report.validated}-passed-server.json`,
      });
      expect(database.backups).toEqual([
        expect.objectContaining({ label: report.backup?.label, type: 'full' }),
      ]);
    });

    it('is published in the namespace of all restore tests, and its age each minute', () => {
      expect(restoreMetrics()).toMatchObject({ RestoreProven: 1, AttachmentsChecked: 3 });
      host.backup('status', cluster.environment);
      expect(restoreMetrics()['RestoreProofAge']).toBeLessThan(60);
      const calls = readFileSync(join(host.aws, 'metrics'), 'utf8').trim().split('\n');
      for (const call of calls) {
        const isRestore = call.includes('"Restore') || call.includes('AttachmentsChecked');
        expect(call).toContain(`"namespace": "Odoo/${isRestore ? 'Restore' : 'Server'}"`);
      }
    });

    it('has left the archiver of the database in service alone', () => {
      const [failed, archived] = cluster
        .sql('SELECT failed_count, archived_count FROM pg_stat_archiver')
        .split('|');
      expect(failed).toBe('0');
      expect(Number(archived)).toBeGreaterThan(2);
    });
  });

  describe('that fails', () => {
    const contents = new Map<string, string>();
    beforeEach(() => {
      // The copy that a proof makes repairs what is new; what is damaged here has been there for long.
      const longAgo = { until: Date.now() / 1000 + 3600 };
      writeFileSync(join(host.data, 'backup/filestore.json'), JSON.stringify(longAgo));
      contents.clear();
      for (const name of attachments) {
        const key = `filestore/odoo/${name}`;
        contents.set(key, host.object('filestore', key));
      }
    });
    afterEach(() => {
      for (const [key, content] of contents) host.spoil('filestore', key, content);
    });

    it('names every kind of damage to database and attachments, in one report', () => {
      const [truncated = '', changed = '', missing = ''] = attachments.map(
        (name) => `filestore/odoo/${name}`,
      );
      host.spoil('filestore', truncated, 'an inv');
      host.spoil('filestore', changed, 'a CONTRACT');
      host.lose('filestore', missing);
      cluster.sql(`UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'web';
        UPDATE ir_module_module SET latest_version = '18.0.1.3' WHERE name = 'base';
        UPDATE res_users SET active = false WHERE id = 2; DROP EXTENSION pg_trgm`);
      try {
        expect(prove()).toMatchObject({ code: 1 });
      } finally {
        cluster.sql(`UPDATE ir_module_module SET state = 'installed', latest_version = '19.0.1.3';
          UPDATE res_users SET active = true WHERE id = 2; CREATE EXTENSION pg_trgm`);
      }
      expect(failures()).toEqual({
        'extension pg_trgm': 'the extension pg_trgm is missing',
        modules: 'modules are not installed: web; a change of modules was not finished: web',
        release: 'module base is 18.0.1.3, the environment deploys Odoo 19.0',
        users: 'nobody can log in',
        attachments: `1 missing: ${attachments[2]}; 1 wrong size: ${attachments[0]}; 1 wrong content: ${attachments[1]}`,
      });
      expect(lastReport().key).toMatch(/-failed-server\.json$/);
      expect(lastReport('html').text).toContain('NOT proven: 5 of 10 checks failed');
      expect(restoreMetrics()).toMatchObject({ RestoreProven: 0 });
    }, 60_000);

    it('counts a check that could not be made as failed: the bucket cannot be read', () => {
      expect(prove('', { STAND_IN_DENY: 'filestore/' })).toMatchObject({ code: 1 });
      expect(failures()).toEqual({
        attachments: expect.stringMatching(/^could not be checked: ClientError: .*AccessDenied/),
      });
    }, 60_000);

    it('proves nothing without a report', () => {
      const before = host.keys('audit');
      const { code, output } = prove('', { STAND_IN_DENY: 'restore-tests/' });
      expect(code).toBe(1);
      expect(output).toContain('the report could not be written');
      expect(host.keys('audit')).toEqual(before);
      expect(restoreMetrics()).toMatchObject({ RestoreProven: 0 });
    }, 60_000);

    it('names what did not come back: rows, and the very last change', () => {
      const lost = `
counted = proof.ask
proof.ask = lambda *statements, **of: counted(*statements, **of).replace('"res_users" : 2', '"res_users" : 3').replace('{', '{"sale_order": 1, ')
archive.mark = lambda host: {"time": 1764460800, "transaction": "999999", "segment": "0" * 24}
archive.holds = lambda *_: True`;
      expect(prove(lost)).toMatchObject({ code: 1 });
      expect(failures()).toEqual({
        'recovery point':
          'a change of 2025-11-30T00:00:00Z did not come back, although the archive said that it has it',
        rows: 'table sale_order is missing',
      });
    }, 60_000);

    it('says so when what is entered does not reach the archive', () => {
      expect(prove('proof.ARCHIVE_SECONDS = 0\narchive.holds = lambda *_: False')).toMatchObject({ code: 1 });
      expect(failures()).toEqual({ archive: 'a change did not reach it within 0 minutes' });
    }, 60_000);

    it('names a repository whose files are damaged', () => {
      const [label = ''] = readdirSync(join(host.path, 'repository/backup/odoo')).filter((name) =>
        name.endsWith('F'),
      );
      const bundles = join(host.path, 'repository/backup/odoo', label, 'bundle');
      const [file = ''] = readdirSync(bundles);
      const good = readFileSync(join(bundles, file));
      const bad = Buffer.from(good);
      bad.fill(0, good.length / 2, good.length / 2 + 64);
      writeFileSync(join(bundles, file), bad);
      try {
        expect(prove()).toMatchObject({ code: 1 });
      } finally {
        writeFileSync(join(bundles, file), good);
      }
      expect(failures()['restore']).toMatch(/^pgbackrest ended with code \d+: /);
    }, 60_000);

    it('takes nothing that the volume cannot spare', () => {
      const full = `import shutil, collections
shutil.disk_usage = lambda path: collections.namedtuple('usage', 'total free')(20 << 30, 3 << 30)`;
      expect(prove(full)).toMatchObject({ code: 1 });
      expect(failures()['restore']).toMatch(
        /has 3072 MiB free and the restore needs 31\d\d MiB beside the database in service, 2048 MiB of which stay free: make the data volume larger/,
      );
    }, 60_000);

    it('is cleared away when it is stopped, and its report says that', async () => {
      const proving = spawn(python, ['-u', '-m', 'backup', 'proof'], {
        cwd: cluster.bundle.path,
        env: { ...process.env, ...host.environment, ...cluster.environment },
      });
      let output = '';
      proving.stdout.on('data', (text) => (output += text));
      await expect.poll(() => output, { timeout: 60_000, interval: 5 }).toContain('files are back');
      expect(left()).toEqual(['restored']);
      // With the server's own locks and spool, fetching the log would keep its archiver waiting.
      const written = readFileSync(
        join(host.data, 'postgresql/proving/restored/data/postgresql.auto.conf'),
        'utf8',
      );
      for (const kind of ['lock', 'spool'])
        expect(written).toContain(`--${kind}-path=${host.data}/postgresql/proving/restored/${kind}`);
      proving.kill('SIGTERM');
      const [code] = await once(proving, 'exit');
      expect(code).toBe(1);
      expect(failures()).toEqual({ restore: expect.stringMatching(/^it was stopped: /) });
      const { proof } = JSON.parse(host.object('backups', 'server/recovery-points.json'));
      expect(proof).toMatchObject({ restoredTo: null, verdict: 'failed' });
    }, 120_000);
  });

  it('leaves what a killed one has left to the next backup of the database', () => {
    mkdirSync(join(host.data, 'postgresql/proving/restored/data'), { recursive: true });
    expect(host.backup('database-incremental', cluster.environment)).toMatchObject({ code: 0 });
    expect(left()).toEqual([]);
  }, 60_000);

  it('waits for a backup of the database, a restore and a handover, and rests after a handover', () => {
    for (const name of ['database', 'hand-over']) {
      expect(proveBehind(name)).toMatchObject({ code: 3, stdout: expect.stringContaining('began 0') });
    }
    writeFileSync(join(host.data, 'handed-over'), '{}');
    const before = host.keys('audit');
    // It may have been handed over while it was waited for.
    expect(prove()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('proof: none, this server has handed its service over'),
    });
    expect(host.backup('proof', cluster.environment).stdout).toContain('backup: no proof');
    expect(host.keys('audit')).toEqual(before);
    expect(existsSync(join(host.data, 'postgresql/proving/restored'))).toBe(false);
    host.python(['-c', "import os; os.remove(os.environ['DATA'] + '/handed-over')"]);
  }, 60_000);

  it('finds attachments that were written since the last copy', () => {
    const name = host.attach('just written', nameOf('just written'), 0);
    cluster.sql(`INSERT INTO ir_attachment VALUES ('${name}', 'binary', 12, '${name.slice(3)}')`);
    expect(prove()).toMatchObject({ code: 0 });
  }, 60_000);
});

describe('the rows of a database that came back', () => {
  const host = new BackupHost();
  afterAll(() => host.remove());

  /** What is said of so many, where the database in service had a thousand. */
  const judged = (rows: string): unknown =>
    host.evaluate(
      `from types import SimpleNamespace
from backup import proof_checks
restored = SimpleNamespace(rows={"res_partner": 1000}, verified=lambda _: {"rows": ${rows}})
try:
    said = proof_checks.rows(restored)
except proof_checks.Damage as damage:
    said = f"Damage: {damage}"`,
      'said',
    );

  it('may be one in a hundred fewer, because users delete things meanwhile', () => {
    expect(judged('{"res_partner": 990}')).toBe('990 in 1 tables, compared with the database in service');
    expect(judged('{"res_partner": 989}')).toBe('Damage: res_partner has 989 rows instead of 1000');
    expect(judged('{}')).toBe('Damage: table res_partner is missing');
  });
});
