import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { own, type PostgresCluster } from '../../support/postgres.ts';
import { ADMIN_PASSWORD, DATABASE_PASSWORD, JobBench, type RunOptions } from './job-bench.ts';

// The job's real SQL on a real PostgreSQL server, over TLS, as an administrator who is no superuser. Odoo itself is
// replaced by a stand-in.
/** How the stand-in's hash of the initial password begins; the job uses more rounds. */
const STAND_IN_HASH = '$pbkdf2-sha512$1000$';
let bench: JobBench;
let cluster: PostgresCluster;
let filestore: string;
const runJob = (options?: RunOptions) => bench.run(options);

beforeAll(async () => {
  bench = await JobBench.start();
  cluster = bench.cluster;
}, 60_000);
afterAll(() => bench?.stop());

beforeEach(() => {
  bench.reset();
  filestore = bench.filestore;
});

describe('first initialization', () => {
  it('ends with a role that may do nothing more, a database as Odoo needs it, and no admin/admin', async () => {
    const { code, report } = await runJob({ asShipped: true });

    expect(report).toMatchObject({
      outcome: 'succeeded',
      created: ['role odoo', 'database odoo'],
      changed: ['password of role odoo', 'password of the administrator, which was the initial one'],
      baseVersion: '19.0.1.3',
      modulesInstalled: 2,
    });
    expect(code).toBe(0);
    expect(state()).toEqual(COMPLETE);
    expect(await logsIn('admin', ADMIN_PASSWORD)).toBe(true);
    expect(await logsIn('admin', 'admin')).toBe(false);
    // As many rounds as Odoo itself uses.
    expect(adminPassword()).toMatch(/^\$pbkdf2-sha512\$600000\$/);
  });

  it('keeps everybody but the owner from connecting to the database', async () => {
    await runJob();
    cluster.sql("DROP ROLE IF EXISTS stranger; CREATE ROLE stranger LOGIN PASSWORD 'x'");
    expect(cluster.sql("SELECT has_database_privilege('stranger', 'odoo', 'CONNECT')")).toBe('f');
    expect(cluster.sql("SELECT has_database_privilege('odoo', 'odoo', 'CONNECT')")).toBe('t');
    // Odoo's bus and scheduled jobs LISTEN there.
    expect(cluster.sql("SELECT has_database_privilege('odoo', 'postgres', 'CONNECT')")).toBe('t');
  });

  it('starts Odoo without demo data, without serving, and without any variable that beats its configuration', async () => {
    const { standIn } = await runJob({
      environment: { PGHOST: 'elsewhere', ODOO_WORKERS: '4', PGPASSWORD: 'x' },
    });
    expect(standIn?.options).toEqual({
      config: join(cluster.directory, 'odoo.conf'),
      database: 'odoo_initializing',
      'data-dir': expect.any(String),
      init: 'base',
      'without-demo': 'True',
      load: 'base,web',
      'stop-after-init': '',
      'no-http': '',
      workers: '0',
      'max-cron-threads': '0',
    });
    expect(standIn?.environment.filter((name) => /^(PG|ODOO)|PASSWORD|USER/.test(name))).toEqual([
      'PGSSLROOTCERT',
    ]);
  });

  it('shows no secret in its output or in the statements that the server logs', async () => {
    const { output } = await runJob();
    const secrets = [cluster.master.password, DATABASE_PASSWORD, ADMIN_PASSWORD];
    for (const secret of secrets) {
      expect(output).not.toContain(secret);
      expect(cluster.log()).not.toContain(`'${secret}'`);
    }
    expect(cluster.log()).toContain('ALTER ROLE "odoo" LOGIN PASSWORD \'SCRAM-SHA-256$');
  });
});

describe('repetition', () => {
  it('changes nothing and does not start Odoo again', async () => {
    await runJob();
    const before = adminPassword();
    const { code, report, standIn } = await runJob();
    expect(report).toMatchObject({ outcome: 'succeeded', created: [], changed: [] });
    expect(code).toBe(0);
    expect(standIn).toBeUndefined();
    expect(state()).toEqual(COMPLETE);
    expect(adminPassword()).toBe(before);
  });

  it('leaves a password alone that the administrator chose', async () => {
    await runJob();
    cluster.sql(`UPDATE res_users SET password = 'chosen' WHERE id = 2`, 'odoo');
    await runJob();
    expect(adminPassword()).toBe('chosen');
  });

  it('replaces the initial password where it came back, with a restore for example', async () => {
    await runJob();
    cluster.sql(`UPDATE res_users SET password = 'admin' WHERE id = 2`, 'odoo');
    const { report } = await runJob();
    expect(report?.changed).toEqual(['password of the administrator, which was the initial one']);
    expect(await logsIn('admin', ADMIN_PASSWORD)).toBe(true);
  });

  it('gives role odoo its new password after the secret changed', async () => {
    await runJob();
    bench.writeConfiguration('another-Secret-4');
    try {
      const { report } = await runJob({ environment: { DATABASE_PASSWORD: 'another-Secret-4' } });
      expect(report).toMatchObject({ outcome: 'succeeded', changed: ['password of role odoo'] });
    } finally {
      bench.writeConfiguration(DATABASE_PASSWORD);
    }
  });

  it('takes the right to create databases back from role odoo', async () => {
    cluster.sql('CREATE ROLE odoo LOGIN CREATEDB; GRANT odoo TO odoo_master WITH ADMIN OPTION');
    const { report } = await runJob();
    expect(report?.changed).toContain('privileges of role odoo');
    expect(state()).toEqual(COMPLETE);
  });
});

describe('a run that is killed', () => {
  it.each([
    'take_lock',
    'probe_filestore',
    'ensure_role',
    'harden',
    'change_modules',
    'verify',
    'publish_attachments',
    'apply_settings',
  ])(
    'after %s leaves no database that could be served, and the next run ends as if nothing had happened',
    async (step) => {
      expect((await runJob({ killedAfter: step })).signal).toBe('SIGKILL');
      expect(databases()).not.toContain('odoo');
      expect((await runJob()).code).toBe(0);
      expect(state()).toEqual(COMPLETE);
    },
  );

  it.each(['replace_initial_password', 'put_in_service', 'ensure_database'])(
    'after %s never leaves a served database with admin/admin',
    async (step) => {
      await runJob({ killedAfter: step });
      if (databases().includes('odoo')) expect(state().ownPassword).toBe(true);
      expect((await runJob()).code).toBe(0);
      expect(state()).toEqual(COMPLETE);
    },
  );

  it('in the middle of Odoo is repeated from an empty database', async () => {
    expect((await runJob({ odoo: 'half' })).signal).toBe('SIGKILL');
    expect(databases()).toEqual(['odoo_initializing']);
    const { report } = await runJob();
    expect(report?.changed).toContain('dropped odoo_initializing, which an earlier run did not finish');
    expect(state()).toEqual(COMPLETE);
  });

  it('in the middle of an attachment is repaired', async () => {
    await runJob();
    const file = join(filestore, 'odoo', attachments()[0] ?? '');
    const content = readFileSync(file, 'utf8');
    cluster.sql('DROP DATABASE odoo');
    writeFileSync(file, content.slice(1));
    await runJob();
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  it('by ECS, with SIGTERM, ends Odoo too and says that it was stopped', async () => {
    const { code, report } = await runJob({ odoo: 'hangs', terminateAfter: '"standIn"' });
    expect(code).toBe(1);
    expect(report).toMatchObject({ outcome: 'stopped', step: 'ensure_database' });
    expect(databases()).toEqual(['odoo_initializing']);
    expect(cluster.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = 'odoo_initializing'")).toBe(
      '0',
    );
  });
});

describe('two runs at once', () => {
  it('work one after the other', async () => {
    const [first, second] = await Promise.all([runJob({ odoo: 'slow' }), runJob({ odoo: 'slow' })]);
    const [created, found] = first.standIn ? [first, second] : [second, first];
    expect(created.report).toMatchObject({ outcome: 'succeeded', created: ['role odoo', 'database odoo'] });
    expect(found.report).toMatchObject({ outcome: 'succeeded', created: [], changed: [] });
    expect(found.standIn).toBeUndefined();
  });

  it('the later one gives up when the first does not end', async () => {
    const first = runJob({ odoo: 'slow' });
    await expect.poll(() => databases(), { timeout: 10_000 }).toEqual(['odoo_initializing']);
    const { code, report } = await runJob({ flags: ['--lock-seconds=1'] });
    expect(code).toBe(1);
    expect(report).toMatchObject({
      step: 'take_lock',
      error: expect.stringContaining('another database job still runs after 1 s'),
    });
    expect((await first).code).toBe(0);
  });
});

describe('refuses', () => {
  it.each([
    [
      'another collation',
      "CREATE DATABASE odoo OWNER odoo TEMPLATE template0 LC_COLLATE 'C.UTF-8'",
      'collation C.UTF-8',
    ],
    ['another owner', "CREATE DATABASE odoo TEMPLATE template0 LC_COLLATE 'C'", 'has owner bootstrap'],
    [
      'another encoding',
      "CREATE DATABASE odoo OWNER odoo TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'",
      'SQL_ASCII',
    ],
    [
      'no Odoo in it',
      "CREATE DATABASE odoo OWNER odoo TEMPLATE template0 LC_COLLATE 'C'",
      'holds no Odoo: restore',
    ],
  ])('an existing database with %s and leaves it as it is', async (_case, statement, message) => {
    cluster.sql('CREATE ROLE odoo; GRANT odoo TO odoo_master WITH ADMIN OPTION');
    cluster.sql(statement);
    const { code, report, standIn } = await runJob();
    expect(code).toBe(1);
    expect(report).toMatchObject({
      outcome: 'failed',
      step: 'ensure_database',
      error: expect.stringContaining(message),
    });
    expect(standIn).toBeUndefined();
    expect(cluster.sql("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'", 'odoo')).toBe('0');
  });

  it('a database of another major version', async () => {
    await runJob();
    const { report } = await runJob({ flags: ['--odoo-version=18.0'] });
    expect(report?.error).toContain('belongs to Odoo 19.0.1.3, this deployment runs 18.0');
  });

  it('a database in which modules are being changed', async () => {
    await runJob();
    cluster.sql("UPDATE ir_module_module SET state = 'to remove' WHERE name = 'sale'", 'odoo');
    const { report } = await runJob();
    expect(report?.error).toContain('modules are being changed in database odoo: sale (to remove)');
  });

  it('a role odoo that is a superuser', async () => {
    cluster.sql('CREATE ROLE odoo SUPERUSER');
    const { report } = await runJob();
    expect(report?.error).toContain('ALTER ROLE odoo NOSUPERUSER');
  });

  it.each([
    ['import-error', 'odoo ended with code 255', 'odoo.tools.convert.ParseError: while parsing x.xml:19'],
    ['no-web', 'lacks the installed modules web', ''],
    ['pending', 'sale (to install)', ''],
    ['old', 'belongs to Odoo 18.0.1.3', ''],
  ])(
    'what Odoo left when it ends like "%s", and does not let it be served',
    async (odoo, message, reason) => {
      const { code, report } = await runJob({ odoo });
      expect(code).toBe(1);
      expect(report).toMatchObject({ outcome: 'failed', step: 'ensure_database' });
      expect(report?.error).toContain(message);
      expect(report?.error).toContain(reason);
      expect(databases()).toEqual(['odoo_initializing']);
    },
  );

  it('a filestore with one directory that it may not write to', async () => {
    mkdirSync(join(filestore, 'odoo', '7f'), { recursive: true });
    own(join(filestore, 'odoo'), cluster.identity);
    own(join(filestore, 'odoo', '7f'), cluster.identity);
    chmodSync(join(filestore, 'odoo', '7f'), 0o555);
    const { report } = await runJob();
    expect(report?.error).toMatch(/^the filestore is not writable for uid \d+: .*odoo\/7f\/.*POSIX metadata/);
    expect(databases()).toEqual([]);
  });

  it('a server that does not prove who it is', async () => {
    const stranger = join(cluster.directory, 'stranger.crt');
    writeFileSync(stranger, readFileSync(join(cluster.directory, 'server.crt')));
    expect((await runJob({ flags: [`--ca-bundle=${stranger}`] })).report?.error).toContain(
      'certificate verify failed',
    );
    expect((await runJob({ flags: ['--host=127.0.0.1'] })).report?.error).toContain(
      'does not match host name',
    );
  });

  it('wrong credentials of the administrator, without printing them', async () => {
    const { output, report } = await runJob({ environment: { MASTER_PASSWORD: 'not-the-Secret' } });
    expect(report).toMatchObject({
      step: 'take_lock',
      error: expect.stringContaining('authentication failed'),
    });
    expect(output).not.toContain('not-the-Secret');
  });

  it('to start without its secrets', async () => {
    const { code, output } = await runJob({ environment: { ADMIN_PASSWORD: '' } });
    expect(code).toBe(2);
    expect(output).toContain('missing in the environment: ADMIN_PASSWORD');
  });
});

it('probes every directory of the filestore that exists, and leaves nothing behind', async () => {
  await runJob();
  const { report } = await runJob();
  expect(report?.filestoreDirectories).toBe(2);
  expect(readdirSync(join(filestore, 'odoo'))).toEqual([attachments()[0]?.slice(0, 2)]);
  expect(readdirSync(join(filestore, 'odoo', attachments()[0]?.slice(0, 2) ?? ''))).toHaveLength(1);
});

/** What Odoo and its operator depend on, read back as the superuser. */
function state() {
  const server = cluster.sql(
    `SELECT json_build_object(
      'databases', (SELECT json_agg(datname) FROM pg_database WHERE datname LIKE 'odoo%'),
      'database', (SELECT concat_ws(' ', datdba::regrole, pg_encoding_to_char(encoding), datcollate)
                   FROM pg_database WHERE datname = 'odoo'),
      'role', (SELECT json_build_object('login', rolcanlogin, 'superuser', rolsuper, 'createDatabase', rolcreatedb,
                                        'createRole', rolcreaterole, 'replication', rolreplication)
               FROM pg_roles WHERE rolname = 'odoo'))`,
  );
  return {
    ...JSON.parse(server),
    trigrams: cluster.sql("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'", 'odoo') === '1',
    ownPassword: adminPassword() !== '' && !adminPassword().startsWith(STAND_IN_HASH),
    missingAttachments: attachments().filter((path) => !existsSync(join(filestore, 'odoo', path))),
  };
}

const COMPLETE = {
  databases: ['odoo'],
  database: 'odoo UTF8 C',
  role: { login: true, superuser: false, createDatabase: false, createRole: false, replication: false },
  trigrams: true,
  ownPassword: true,
  missingAttachments: [],
};

function databases(): readonly string[] {
  return bench.databases();
}

function attachments(): string[] {
  if (!databases().includes('odoo')) return [];
  if (cluster.sql("SELECT to_regclass('ir_attachment')", 'odoo') === '') return [];
  return cluster.sql('SELECT store_fname FROM ir_attachment', 'odoo').split('\n');
}

function adminPassword(): string {
  return cluster.sql("SELECT password FROM res_users WHERE login = 'admin'", 'odoo');
}

const logsIn = (login: string, password: string) => bench.logsIn(login, password);
