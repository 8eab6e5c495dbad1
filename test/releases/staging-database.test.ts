import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { keptOf, tablesOf } from './staging/comparison.ts';
import { attachmentsOf, TwoEnvironments } from './staging/two-environments.ts';

// The real job between two real PostgreSQL servers, with a stand-in for `odoo neutralize`.
let environments: TwoEnvironments;
const attachments = attachmentsOf(300);

beforeAll(async () => {
  environments = await TwoEnvironments.start(5000, attachments);
});
afterAll(() => environments?.stop());
beforeEach(() => {
  environments.resetStaging();
  environments.putInFilestore(attachments);
});

describe('a copy of production', () => {
  it('has every row, index, sequence and comment of it, and belongs to role odoo', async () => {
    const { code, report } = await environments.receive();
    expect(report).toMatchObject({ outcome: 'succeeded', attachments: { checked: 300, absent: 0 } });
    expect(code).toBe(0);
    const production = environments.production.cluster;
    const staging = environments.staging.cluster;
    expect(keptOf(staging)).toEqual(keptOf(production));
    expect(report?.rows).toBe(
      tablesOf(production).reduce(
        (sum, table) => sum + Number(production.sql(`SELECT count(*) FROM ${table}`, 'odoo')),
        0,
      ),
    );
  });

  it('reaches nobody', async () => {
    const { report } = await environments.receive();
    const { cluster } = environments.staging;
    const read = (statement: string) => cluster.sql(statement, 'odoo');
    expect(environments.parameter('database.is_neutralized')).toBe('true');
    expect(read('SELECT name FROM ir_mail_server WHERE active')).toBe('neutralization - disable emails');
    expect(read('SELECT cron_name FROM ir_cron WHERE active')).toBe('Base: Auto-vacuum');
    expect(read("SELECT code FROM payment_provider WHERE state <> 'disabled'")).toBe('demo');
    expect(read('SELECT count(*) FROM fetchmail_server WHERE active')).toBe('0');
    expect(read("SELECT webhook_url FROM ir_act_server WHERE state = 'webhook'")).toContain(
      'disable webhook',
    );
    expect(report?.neutralized).toHaveLength(7);
  });

  it('keeps nothing by which production could be reached or taken for it', async () => {
    await environments.receive();
    const { cluster } = environments.staging;
    const read = (statement: string) => cluster.sql(statement, 'odoo');
    expect(environments.parameter('database.uuid')).toMatch(/^[0-9a-f-]{36}$/);
    expect(environments.parameter('database.secret')).toMatch(/^[0-9a-f-]{36}$/);
    expect(environments.parameter('report.url')).toBe('');
    // A code by e-mail would never come.
    expect(environments.parameter('auth_totp.policy')).toBe('');
    expect(read("SELECT string_agg(state, ',' ORDER BY id) FROM mail_mail")).toBe('cancel,sent');
    expect(read('SELECT count(*) FROM res_users_apikeys')).toBe('0');
    expect(read('SELECT count(*) FROM ir_mail_server WHERE smtp_pass IS NOT NULL')).toBe('0');
    expect(read('SELECT count(*) FROM fetchmail_server WHERE password IS NOT NULL')).toBe('0');
  });

  it("has the address of staging, though production's was an administrator's own choice", async () => {
    const settings = JSON.stringify({ baseUrl: 'https://odoo-staging.example.com' });
    await environments.receive({ settings });
    expect(environments.parameter('web.base.url')).toBe('https://odoo-staging.example.com');
    expect(environments.parameter('web.base.url.freeze')).toBe('True');
  });

  it('is closed to everybody but the owner, and what was served before is kept', async () => {
    await environments.receive();
    const { cluster } = environments.staging;
    expect(environments.databases()).toEqual(['odoo', 'odoo_before']);
    expect(cluster.sql("SELECT has_database_privilege('public', 'odoo', 'CONNECT')")).toBe('f');
    expect(cluster.sql("SELECT value FROM ir_config_parameter WHERE key = 'mine'", 'odoo_before')).toBe(
      'old staging',
    );
    expect(
      cluster.sql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'odoo'"),
    ).toBe('{"copyOf": "prod", "neutralized": true}');
  });

  it('is taken again, with what was served before in the place of the older one', async () => {
    await environments.receive();
    const first = environments.parameter('database.uuid');
    expect((await environments.receive()).code).toBe(0);
    expect(environments.databases()).toEqual(['odoo', 'odoo_before']);
    expect(environments.parameter('database.uuid')).not.toBe(first);
  });

  it('is put in service when no node serves any more, since what they have loaded is of another database', async () => {
    const node = environments.staging.cluster.hold(
      'postgres',
      'node',
      'SELECT pg_advisory_lock_shared(1868853104)',
    );
    try {
      const { report } = await environments.receive({ flags: ['--service-seconds=1'] });
      expect(report?.error).toContain('not all Odoo nodes stood back');
      expect(environments.servesOldStaging()).toBe(true);
    } finally {
      node.kill();
    }
  });

  it('is of one moment, while somebody writes to what is copied', async () => {
    const { cluster } = environments.production;
    const writer = spawn(
      'psql',
      ['-h', cluster.directory, '-p', `${cluster.port}`, '-U', 'bootstrap', '-d', 'odoo'],
      {
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    // For as long as the copy takes, however slow the machine is.
    const copying = new AbortController();
    const writing = pipeline(Readable.from(inserts(copying.signal)), writer.stdin);
    const { report } = await environments.receive();
    const written = Number(cluster.sql('SELECT count(*) FROM mail_mail', 'odoo'));
    copying.abort();
    await writing;
    await once(writer, 'exit');
    expect(report?.error).toBeUndefined();
    const copied = Number(environments.staging.cluster.sql('SELECT count(*) FROM mail_mail', 'odoo'));
    expect(copied).toBeGreaterThan(2);
    expect(copied).toBeLessThan(written);
    cluster.sql('DELETE FROM mail_mail WHERE id > 2', 'odoo');
  });
});

function* inserts(until: AbortSignal): Generator<string> {
  while (!until.aborted) yield `INSERT INTO mail_mail (state) VALUES ('sent');\n`;
}

describe('odoo neutralize', () => {
  it.each(['18.0', '19.0'])(
    'of %s is called as Odoo wants it, and nothing beats its configuration',
    async (version) => {
      environments.production.cluster.sql(
        `UPDATE ir_module_module SET latest_version = '${version}.1.3' WHERE name IN ('base', 'web')`,
        'odoo',
      );
      if (version === '18.0') {
        environments.production.cluster.sql(
          'CREATE SEQUENCE IF NOT EXISTS base_cache_signaling_default OWNED BY NONE',
          'odoo',
        );
        environments.production.cluster.sql(
          'ALTER SEQUENCE base_cache_signaling_default OWNER TO odoo',
          'odoo',
        );
      }
      const { standIn, report } = await environments.receive({
        version,
        environment: { PGHOST: 'elsewhere', PGDATABASE: 'odoo', ODOO_WORKERS: '4' },
      });
      environments.production.cluster.sql(
        "UPDATE ir_module_module SET latest_version = '19.0.1.3' WHERE name IN ('base', 'web')",
        'odoo',
      );
      expect(report?.outcome).toBe('succeeded');
      expect(standIn?.command).toBe('neutralize');
      expect(standIn?.options).toEqual({
        config: join(environments.staging.cluster.directory, 'odoo.conf'),
        database: 'odoo_incoming',
      });
      expect(standIn?.environment.filter((name) => /^(PG|ODOO)|PASSWORD|USER/.test(name))).toEqual([
        'PGSSLROOTCERT',
      ]);
    },
  );

  it.each([
    ['nothing', 'the flag database.is_neutralized is not set'],
    ['mail-server', 'active mail servers: Office smtp.example.com'],
    // A query for another host than `invalid` does not see it: it has none.
    ['own-mail-server', 'active mail servers: Mail server of the environment'],
    ['no-dummy', 'the mail server that reaches nobody is missing'],
    ['cron', 'active scheduled jobs: Mail: send queue, Bank: fetch'],
    ['payment', 'payment providers: number 1'],
    ['fetchmail', 'incoming mail servers: Incoming'],
    ['webhook', 'webhooks: number 1'],
    ['no-flag', 'the flag database.is_neutralized is not set'],
    ['fails', 'odoo ended with code 1 while it neutralized odoo_incoming'],
  ])('that ends like "%s" leaves what staging served in its place', async (neutralize, message) => {
    const { code, report } = await environments.receive({ neutralize });
    expect(code).toBe(1);
    expect(report).toMatchObject({
      outcome: 'failed',
      step: 'receive',
      error: expect.stringContaining(message),
    });
    expect(environments.servesOldStaging()).toBe(true);
    expect(environments.databases()).toEqual(['odoo']);
    // Nothing of it is in the way of the next one.
    expect((await environments.receive()).report?.outcome).toBe('succeeded');
  });

  it('is not trusted with modules whose files the image does not have', async () => {
    const { cluster } = environments.production;
    cluster.sql(
      "INSERT INTO ir_module_module VALUES ('bank_sync', 'installed', '19.0.1.0', 'LGPL-3')",
      'odoo',
    );
    try {
      const { report, standIn } = await environments.receive();
      expect(report?.error).toMatch(
        /^modules bank_sync are installed in the database but are not in the image/,
      );
      expect(standIn).toBeUndefined();
      expect(environments.servesOldStaging()).toBe(true);
    } finally {
      cluster.sql("DELETE FROM ir_module_module WHERE name = 'bank_sync'", 'odoo');
    }
  });

  it("names the modules that are not Odoo's own and say nothing of neutralization", async () => {
    const { cluster } = environments.production;
    const addons = join(environments.staging.cluster.directory, 'addons');
    environments.addModule(addons, 'bank_sync', false);
    environments.addModule(addons, 'carrier', true);
    environments.addModule(addons, 'sign', false);
    cluster.sql(
      `INSERT INTO ir_module_module VALUES ('bank_sync', 'installed', '19.0.1.0', 'LGPL-3'),
         ('carrier', 'installed', '19.0.1.0', 'LGPL-3'), ('sign', 'installed', '19.0.1.0', 'OEEL-1')`,
      'odoo',
    );
    try {
      const { report } = await environments.receive();
      expect(report?.outcome).toBe('succeeded');
      expect(report?.modulesWithoutNeutralization).toEqual(['bank_sync']);
      expect(report?.warnings).toContainEqual(
        expect.stringMatching(/^modules bank_sync.* are not Odoo's own/),
      );
    } finally {
      cluster.sql("DELETE FROM ir_module_module WHERE name IN ('bank_sync', 'carrier', 'sign')", 'odoo');
    }
  });
});

describe('a release in a neutralized copy', () => {
  it('neutralizes it again, since new modules bring scheduled jobs, and is not put in service otherwise', async () => {
    const { production, staging } = environments;
    // What production's environment file asked for, staging's need not name.
    production.cluster.sql(
      `INSERT INTO ir_config_parameter (key, value) VALUES ('odoo_aws.modules', '["web"]'), ('odoo_aws.phases', '["all"]')
       ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value`,
      'odoo',
    );
    await environments.receive();
    staging.module('crm', {
      files: {
        'install.sql': "INSERT INTO ir_cron (id, active, cron_name) VALUES (900, TRUE, 'Mails of crm')",
        'data/neutralize.sql': '',
      },
    });
    const release = (odoo: string) => environments.release('r2', { modules: ['crm'] }, odoo);
    const { report } = await release('cron');
    expect(report?.error).toContain('scheduled job');
    expect(staging.databases()).not.toContain('odoo_changing');
    // Whoever tests in the copy keeps what is his own.
    const mine = `SELECT (SELECT string_agg(value, ' ' ORDER BY key) FROM ir_config_parameter WHERE key LIKE 'database.%'), (SELECT key FROM res_users_apikeys)`;
    staging.cluster.sql("INSERT INTO res_users_apikeys (key) VALUES ('hash of a tester')", 'odoo');
    const before = staging.cluster.sql(mine, 'odoo');
    expect((await release('ok')).report?.outcome).toBe('succeeded');
    expect(staging.cluster.sql('SELECT active FROM ir_cron WHERE id = 900', 'odoo')).toBe('f');
    expect(staging.cluster.sql(mine, 'odoo')).toBe(before);
    expect(environments.beside()).toMatchObject({ copyOf: 'prod', neutralized: true });
  });
});

describe('attachments', () => {
  it('that are missing or cut short are named, and counted', async () => {
    const [missing, short] = attachments;
    environments.setAttachments([
      ...attachments,
      { path: '00/0000000000000000000000000000000000000000', content: 'x' },
    ]);
    writeFileSync(join(environments.staging.filestore, 'odoo', short?.path ?? ''), 'x');
    expect(missing).toBeDefined();
    const { report } = await environments.receive();
    environments.setAttachments(attachments);
    expect(report).toMatchObject({ outcome: 'succeeded', attachments: { checked: 301, absent: 2 } });
    expect(report?.warnings).toContainEqual(expect.stringContaining(`not in full: 2, among them`));
    expect(report?.warnings).toContainEqual(expect.stringContaining('00/000000000000000'));
  });
});
