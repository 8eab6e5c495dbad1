import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BackedUpCluster, canBackUp } from '../../host/backed-up-cluster.ts';
import { CopiedRepository, type Restored, type Restoring } from './copied-repository.ts';

/** Every check of a restore, in the order of what it says. */
const CHECKS = [
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

/** What failed, by check. */
function failures({ findings }: Restored): Record<string, string> {
  return Object.fromEntries(
    findings.filter(({ passed }) => !passed).map(({ check, details }) => [check, details]),
  );
}

/** Real PostgreSQL and pgBackRest: a cluster that is archived, and the programs of a drill that restore the copy by S3. */
describe.skipIf(!canBackUp)('the container that restores', () => {
  let cluster: BackedUpCluster;
  let copy: CopiedRepository;
  let attachments: string[];
  let moment: string;
  /** Objects of the copy that came with the backup. */
  let withBackup: readonly string[];
  /** After a change of modules was begun. */
  let later: string;
  const running: Restoring[] = [];

  const now = (): string =>
    cluster.sql(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`);

  function restore(...wanted: Parameters<CopiedRepository['restore']>): Restoring {
    const started = copy.restore(...wanted);
    running.push(started);
    return started;
  }

  beforeAll(async () => {
    cluster = new BackedUpCluster();
    const { host } = cluster;
    cluster.sql(`CREATE TABLE res_partner (id int); INSERT INTO res_partner VALUES (1);
      CREATE TABLE res_company (id int); INSERT INTO res_company VALUES (1); ALTER TABLE orders OWNER TO odoo`);
    attachments = ['an invoice', 'a contract'].map((content) => {
      const name = host.attach(content);
      cluster.sql(
        `INSERT INTO ir_attachment VALUES ('${name}', 'binary', ${content.length}, '${name.slice(3)}')`,
      );
      return name;
    });
    cluster.sql('INSERT INTO orders SELECT generate_series(1, 100)');
    expect(host.backup('database-full', cluster.environment)).toMatchObject({ code: 0 });
    copy = await new CopiedRepository(cluster).start();
    withBackup = copy.keys;
    cluster.sql('INSERT INTO orders SELECT generate_series(101, 120)');
    moment = now();
    cluster.sql("UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'web'");
    cluster.sql('INSERT INTO orders SELECT generate_series(121, 140)');
    later = now();
    cluster.sql('INSERT INTO orders VALUES (141)');
    cluster.asPostgres('pgbackrest', '--stanza=odoo', 'check');
  }, 120_000);
  afterEach(async () => {
    for (const each of running.splice(0)) await copy.stop(each);
    rmSync(copy.ready, { force: true });
    copy.missing = () => false;
  });
  afterAll(() => {
    copy?.close();
    cluster?.remove();
  });

  it('has what was there at the moment, serves it by the socket of the task, and says what it saw', async () => {
    const restored = restore(moment);
    const { findings, times } = await restored.said();
    expect(findings.map(({ check }) => check)).toEqual(CHECKS);
    expect(failures({ findings, times })).toEqual({});
    expect(Date.parse(times.serve ?? '')).toBeGreaterThanOrEqual(Date.parse(times.validate ?? ''));
    await expect.poll(() => existsSync(copy.ready)).toBe(true);
    const ask = (statement: string): string =>
      execFileSync(
        'psql',
        ['-XAtq', '-h', copy.socketDirectory, '-U', 'odoo', '-d', 'odoo', '-c', statement],
        // As a copy is prepared, which trusts a host of another network only by its certificate.
        { encoding: 'utf8', env: { ...process.env, PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/nowhere' } },
      ).trim();
    expect(ask('SELECT count(*), max(id) FROM orders')).toBe('120|120');
    expect(ask('SHOW archive_mode')).toBe('off');
    expect(ask('SHOW listen_addresses')).toBe('');
    expect(ask('SHOW shared_buffers')).toBe('443MB');
    expect(await copy.stop(restored)).toBe(0);
    expect(() => ask('SELECT 1')).toThrow('psql');
  });

  it('reads the copy by the credentials of the task, which nobody sees, and writes nothing', async () => {
    const restored = restore(moment);
    await restored.said();
    expect(copy.strangers).toEqual([]);
    for (const secret of ['a secret', 'the token of the task', 'a passphrase']) {
      expect(restored.output()).not.toContain(secret);
    }
  });

  it('has all of it where the archive ends a moment before', async () => {
    const { findings, times } = await restore(now()).said();
    expect(failures({ findings, times })).toHaveProperty('modules');
    expect(failures({ findings, times })).not.toHaveProperty('recovery point');
  });

  it('knows the newest change where PostgreSQL has found none after the archive ended, and only where it ended', async () => {
    const forgotten = `row = restore_drill.Restored.row
restore_drill.Restored.row = lambda self, statement, *values: (
    [None] if "replay" in statement else row(self, statement, *values)
)`;
    const ended = await restore(now(), { statements: forgotten }).said();
    expect(ended.findings.find(({ check }) => check === 'recovery point')).toMatchObject({
      passed: true,
      details: expect.stringMatching(/^every change until 20/),
    });
    for (const each of running.splice(0)) await copy.stop(each);
    const reached = await restore(moment, { statements: forgotten }).said();
    expect(failures(reached)['recovery point']).toMatch(/^no change came back/);
  });

  it('names every damage to database and attachments, and serves all the same', async () => {
    const [invoice = '', contract = ''] = attachments.map((name) => `filestore/odoo/${name}`);
    const { host } = cluster;
    const [first, second] = [host.object('filestore', invoice), host.object('filestore', contract)];
    host.lose('filestore', invoice);
    host.spoil('filestore', contract, 'a CONTRACT');
    const said = await restore(later).said();
    host.spoil('filestore', invoice, first);
    host.spoil('filestore', contract, second);
    expect(failures(said)).toEqual({
      modules: 'modules are not installed: web; a change of modules was not finished: web',
      attachments: `1 missing: ${attachments[0]}; 1 wrong content: ${attachments[1]}`,
    });
    await expect.poll(() => existsSync(copy.ready)).toBe(true);
  });

  it.each<[string, Record<string, string>, string, (key: string) => boolean]>([
    ['that there is no repository', {}, 'has no backup', () => true],
    [
      'that its files are missing',
      // It would ask for half a minute.
      { PGBACKREST_JOB_RETRY: '0' },
      'pgbackrest ended with code',
      (key) => /\/bundle\/|\/pg_data\//.test(key),
    ],
    [
      'a passphrase that is not its own',
      { PGBACKREST_REPO1_CIPHER_PASS: 'another' },
      'the backup repository cannot be read',
      () => false,
    ],
    [
      'credentials that cannot be had',
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:9/' },
      'the credentials of the task could not be had',
      () => false,
    ],
  ])('says %s, and serves nothing', async (_, environment, text, missing) => {
    copy.missing = missing;
    const restored = restore(moment, { environment });
    const { findings } = await restored.said();
    expect(findings).toEqual([{ check: 'restore', passed: false, details: expect.stringContaining(text) }]);
    await expect.poll(() => restored.process.exitCode).toBe(1);
    expect(existsSync(copy.ready)).toBe(false);
  });

  it('says that a moment is out of reach', async () => {
    const { findings } = await restore('2020-01-01T00:00:00Z').said();
    expect(findings).toEqual([
      {
        check: 'restore',
        passed: false,
        details: expect.stringContaining('no backup is from before 2020-01-01'),
      },
    ]);
  });

  it('says how much earlier than the moment the newest change is, where that is more than it may be', async () => {
    const said = await restore(now(), { statements: 'restore_drill.BEHIND_SECONDS = 0' }).said();
    expect(failures(said)['recovery point']).toMatch(
      /^the newest change is of 20[^ ]+Z, \d+ minutes before the moment: a part of the log is missing$/,
    );
  });

  it('says that a part of the log is missing, though there is an Odoo that could be served', async () => {
    copy.missing = (key) => key.includes('/archive/odoo/') && !withBackup.includes(key);
    // The server makes a change every few minutes, and nobody waits for that here.
    const { findings, times } = await restore(later, {
      statements: 'restore_drill.BEHIND_SECONDS = 0',
    }).said();
    expect(failures({ findings, times })['recovery point']).toMatch(/a part of the log is missing$/);
    expect(existsSync(copy.ready)).toBe(true);
  });
});
