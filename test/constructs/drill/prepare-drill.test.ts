import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packedPrepare } from '../../../constructs/drill/drill-task.ts';
import { companyAtWork } from '../../releases/staging/production-data.ts';
import { own } from '../../support/postgres.ts';
import { ADMIN_PASSWORD, JobBench } from '../database-job/job-bench.ts';

const STAND_IN = fileURLToPath(new URL('../../releases/staging/neutralize_stand_in.py', import.meta.url));

// A real PostgreSQL with what was restored of a company at work, and a stand-in for `odoo neutralize`.
let bench: JobBench;
beforeAll(async () => {
  bench = await JobBench.start();
  bench.reset();
  bench.module('payment');
  await bench.run();
  bench.cluster.sql(
    [
      ...companyAtWork(10),
      'ALTER TABLE ir_attachment ADD IF NOT EXISTS url varchar, ADD IF NOT EXISTS res_model varchar',
      `INSERT INTO ir_attachment (url, res_model, type) VALUES ('/web/assets/1/web.assets_web.min.js', 'ir.ui.view', 'binary'),
         ('/web/content/logo.png', 'ir.ui.view', 'binary'), (NULL, 'account.move', 'binary')`,
      `UPDATE res_users SET active = FALSE, totp_secret = 'lost phone' WHERE login = 'admin'`,
    ],
    'odoo',
  );
  bench.cluster.sql('ALTER DATABASE odoo RENAME TO restored');
});
afterAll(() => bench?.stop());
beforeEach(() => {
  bench.cluster.sql(['DROP DATABASE IF EXISTS odoo', 'CREATE DATABASE odoo OWNER odoo TEMPLATE restored']);
  rmSync(passwordFile(), { force: true });
});

const passwordFile = () => join(bench.cluster.directory, 'password');
const read = (statement: string) => bench.cluster.sql(statement, 'odoo');

interface Options {
  /** File that says that the database can be used. */
  readonly ready?: string;
  readonly prefix?: string;
  readonly neutralize?: string;
}

async function prepare({ prefix = 'localhost', neutralize = 'ok', ready }: Options = {}) {
  const { cluster, python } = bench;
  const program = join(cluster.directory, 'prepare_drill.pyz');
  writeFileSync(program, packedPrepare());
  own(program, cluster.identity);
  const options = [
    `--odoo-config=${join(cluster.directory, 'odoo.conf')}`,
    `--host-prefix=${prefix}`,
    `--ca-bundle=${cluster.caBundle}`,
    '--odoo-version=19.0',
    '--login=recovery-drill@invalid',
    `--password-file=${passwordFile()}`,
    ...(ready === undefined ? [] : [`--wait-for=${ready}`]),
    '--odoo',
    python,
    STAND_IN,
    neutralize,
  ];
  const run = spawn(python, ['-B', program, ...options], {
    ...cluster.identity,
    cwd: cluster.directory,
    env: { PATH: process.env['PATH'] },
  });
  let output = '';
  for (const stream of [run.stdout, run.stderr])
    stream.on('data', (part: Buffer) => (output += part.toString()));
  const code = await new Promise((resolve) => void run.on('close', resolve));
  return { code, output };
}

it('makes the copy harmless, and lets one look at it', async () => {
  const { code, output } = await prepare();
  expect(output).not.toContain('Traceback');
  expect(code).toBe(0);
  expect(read("SELECT value FROM ir_config_parameter WHERE key = 'database.is_neutralized'")).toBe('true');
  expect(read('SELECT name FROM ir_mail_server WHERE active')).toBe('neutralization - disable emails');
  expect(read('SELECT cron_name FROM ir_cron WHERE active')).toBe('Base: Auto-vacuum');
  expect(read("SELECT active, login, totp_secret IS NULL FROM res_users WHERE login LIKE '%invalid'")).toBe(
    't|recovery-drill@invalid|t',
  );
  const password = readFileSync(passwordFile(), 'utf8');
  expect(output).not.toContain(password);
  expect(await bench.logsIn('recovery-drill@invalid', password)).toBe(true);
});

it('has Odoo make its assets anew, whose files are not there, and leaves everything else', async () => {
  await prepare();
  const left = 'SELECT coalesce(url, res_model) FROM ir_attachment WHERE res_model IS NOT NULL ORDER BY 1';
  expect(read(left)).toBe('/web/content/logo.png\naccount.move');
});

it('waits for a database that is being restored', async () => {
  const ready = join(bench.cluster.directory, 'ready');
  const preparing = prepare({ ready });
  const first = await Promise.race([preparing, new Promise((resolve) => setTimeout(resolve, 2000, 'waits'))]);
  expect(first).toBe('waits');
  expect(read("SELECT count(*) FROM ir_cron WHERE active AND cron_name LIKE 'Mail%'")).toBe('1');
  writeFileSync(ready, '');
  expect(await preparing).toMatchObject({ code: 0 });
});

describe('does not let Odoo start', () => {
  it('on anything but the database of a drill, and leaves that as it is', async () => {
    const { code, output } = await prepare({ prefix: 'prod-drill-' });
    expect(code).toBe(1);
    expect(output).toContain('localhost is no database of a drill');
    expect(read("SELECT count(*) FROM ir_cron WHERE active AND cron_name LIKE 'Mail%'")).toBe('1');
    expect(await bench.logsIn('admin', ADMIN_PASSWORD)).toBe(true);
  });

  it.each(['fails', 'nothing', 'mail-server', 'cron', 'payment'])(
    'on a copy that still reaches somebody: neutralization that %s',
    async (neutralize) => {
      const { code, output } = await prepare({ neutralize });
      expect(code).toBe(1);
      expect(output).toMatch(/^prepare drill: .*(NOT neutralized|ended with code 1)/m);
      expect(() => readFileSync(passwordFile())).toThrow('ENOENT');
    },
  );

  it('when nobody could log in', async () => {
    read("DELETE FROM ir_model_data WHERE name = 'user_admin'");
    const { code, output } = await prepare();
    expect(code).toBe(1);
    expect(output).toContain('base.user_admin was deleted');
  });
});
