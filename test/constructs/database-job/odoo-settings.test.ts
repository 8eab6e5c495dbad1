import { describe, expect, it } from 'vitest';
import type { OdooDatabaseSettings } from '../../../constructs/database-job/database-job-files.ts';
import type { RunOptions } from './job-bench.ts';
import {
  entra,
  everyRow,
  everything,
  EVERYTHING,
  EVERYTHING_BUT_MODULES,
  noSignIn,
  plain,
  run,
  settings,
  signals,
  sql,
  startBench,
  state,
} from './odoo-settings.fixture.ts';

startBench();

describe.each([
  { version: '18.0', secondFactorModule: 'auth_totp_mail_enforce' },
  { version: '19.0', secondFactorModule: 'auth_totp_mail' },
])('Odoo $version', ({ version, secondFactorModule }) => {
  const modules = `${secondFactorModule},auth_oauth,auth_signup`;
  const apply = (settings: OdooDatabaseSettings, options: RunOptions = {}) =>
    run(settings, { version, ...options });

  it('has every setting before a new database is served for the first time', async () => {
    const { report, standIn } = await apply(everything, { killedAfter: 'put_in_service' });
    expect(report).toBeUndefined();
    expect(standIn?.options).toMatchObject({ init: `base,${modules}`, 'data-dir': expect.any(String) });
    expect(state()).toEqual(EVERYTHING);
  });

  it('gets modules and settings while it is being served', async () => {
    await apply(plain);
    const before = signals(version);
    const { report, standIn } = await apply(everything);
    expect(standIn?.options).toMatchObject({ database: 'odoo_changing', init: modules });
    expect(report).toMatchObject({
      outcome: 'succeeded',
      created: ['outgoing mail server', 'identity provider entra'],
      changed: [
        'sign-up: by invitation only',
        'web.base.url: https://erp.example.com',
        'e-mail address of the administrator',
        'second factor: employee_required',
        `modules: install ${modules.replaceAll(',', ', ')}`,
      ],
      warnings: [],
    });
    expect(state()).toEqual(EVERYTHING);
    const after = signals(version);
    expect(after.registry).toBeGreaterThan(before.registry);
    expect(after.caches).toBeGreaterThan(before.caches);
  });

  it('is left as it is by a second run, which does not start Odoo', async () => {
    await apply(everything);
    const before = everyRow();
    const { report, standIn } = await apply(everything);
    expect(report).toMatchObject({ outcome: 'succeeded', created: [], changed: [], warnings: [] });
    expect(standIn).toBeUndefined();
    expect(everyRow()).toEqual(before);
  });

  it('is begun anew where Odoo was killed between two modules, which nobody sees', async () => {
    await apply(plain);
    const before = everyRow();
    expect((await apply(everything, { odoo: 'half-changed' })).signal).toBe('SIGKILL');
    expect(everyRow()).toEqual(before);
    const { report } = await apply(everything);
    expect(report).toMatchObject({ outcome: 'succeeded' });
    expect(state()).toEqual(EVERYTHING);
  });

  it.each([
    'change_modules',
    'require_modules',
    'close_sign_up',
    'ensure_mail_server',
    'ensure_two_factor',
    'insert_provider',
    'write_settings',
    'apply_settings',
  ])('killed after %s has all settings or none, and all after the next run', async (killedAfter) => {
    await apply(plain);
    const none = settings();
    expect((await apply(everything, { killedAfter })).signal).toBe('SIGKILL');
    expect([none, EVERYTHING_BUT_MODULES]).toContainEqual(settings());
    const before = signals(version);
    expect((await apply(everything)).code).toBe(0);
    expect(state()).toEqual(EVERYTHING);
    // Nodes that the killed run told nothing are told now.
    expect(signals(version).caches).toBeGreaterThan(before.caches);
  });
});

describe('nothing configured', () => {
  it('writes nothing into the database', async () => {
    await run(plain);
    const before = everyRow();
    const { report } = await run(plain);
    expect(report).toMatchObject({ created: [], changed: [], warnings: [] });
    expect(everyRow()).toEqual(before);
    // What the next release is compared with, and no note of a setting.
    expect(sql("SELECT key FROM ir_config_parameter WHERE key LIKE 'odoo_aws%' ORDER BY 1")).toBe(
      'odoo_aws.checksums\nodoo_aws.modules',
    );
  });
});

describe('the outgoing mail server', () => {
  const mail = { ...plain, fromFilter: 'example.com' };

  it.each([
    ['edited', "UPDATE ir_mail_server SET from_filter = 'other.example', smtp_authentication = 'login'"],
    ['archived', 'UPDATE ir_mail_server SET active = FALSE'],
    ['deleted', 'DELETE FROM ir_mail_server'],
  ])('stays as it is once an administrator has %s it', async (_how, edit) => {
    await run(mail);
    sql(edit);
    const before = everyRow();
    const { report } = await run(mail);
    expect(report).toMatchObject({ created: [], changed: [] });
    expect(everyRow()).toEqual(before);
  });

  it('follows the environment file while its senders are those written here', async () => {
    await run(mail);
    const { report } = await run({ ...mail, fromFilter: 'example.org' });
    expect(report?.changed).toEqual(['senders of the outgoing mail server']);
    expect(state().server).toEqual([{ ...EVERYTHING.server[0], from_filter: 'example.org' }]);

    sql("UPDATE ir_mail_server SET from_filter = 'chosen.example'");
    await run({ ...mail, fromFilter: 'example.net' });
    expect(state().server).toEqual([{ ...EVERYTHING.server[0], from_filter: 'chosen.example' }]);
  });

  it('is not added to one that an administrator made', async () => {
    await run(plain);
    sql(
      "INSERT INTO ir_mail_server (name, smtp_authentication, smtp_encryption, active) VALUES ('Mine', 'login', 'ssl', TRUE)",
    );
    expect((await run(mail)).report?.created).toEqual([]);
    expect(sql('SELECT name FROM ir_mail_server')).toBe('Mine');
  });

  it('is added beside servers of single users', async () => {
    await run({ ...plain, signIn: { ...noSignIn, providers: [entra] } });
    sql(
      `INSERT INTO ir_mail_server (name, smtp_authentication, smtp_encryption, active, owner_user_id)
       VALUES ('Hers', 'login', 'ssl', TRUE, 2)`,
    );
    expect((await run(mail)).report?.created).toEqual(['outgoing mail server']);
  });
});

describe('the address in links', () => {
  it('follows the domain, and no log-in under another name changes it', async () => {
    await at('erp.example.com');
    expect(url()).toEqual(['https://erp.example.com', 'True']);
    await at('odoo.example.com');
    expect(url()).toEqual(['https://odoo.example.com', 'True']);
  });

  it('is that of an administrator once there is one', async () => {
    await at('erp.example.com');
    sql("UPDATE ir_config_parameter SET value = 'https://mine.example' WHERE key = 'web.base.url'");
    await at('odoo.example.com');
    expect(url()).toEqual(['https://mine.example', 'True']);
  });

  it('is not touched where it was frozen before', async () => {
    await run(plain);
    sql("INSERT INTO ir_config_parameter (key, value) VALUES ('web.base.url.freeze', 'True')");
    await at('erp.example.com');
    expect(url()).toEqual(['http://localhost:8069', 'True']);
  });
});

describe('the address of the administrator', () => {
  it('is not replaced where somebody wrote one', async () => {
    await run(plain);
    sql("UPDATE res_partner SET email = 'me@example.com' WHERE id = 3");
    await run({ ...plain, signIn: { ...noSignIn, administratorEmail: 'it@example.com' } });
    expect(state().administrator).toEqual(['me@example.com', null]);
  });
});

describe('refuses', () => {
  it('to demand what Odoo has not installed', async () => {
    await run(plain);
    const { code, report } = await run(everything, { odoo: 'no-modules' });
    expect(code).toBe(1);
    expect(report).toMatchObject({
      step: 'ensure_release',
      error: expect.stringContaining(
        'did not bring these modules to the version in the image: auth_totp_mail, auth_oauth, auth_signup',
      ),
    });
    expect(state().policy).toBeNull();
  });
});

it('reaches nobody from a neutralized copy, and locks nobody out of it', async () => {
  await run(everything);
  sql(
    `INSERT INTO ir_config_parameter (key, value) VALUES ('database.is_neutralized', 'true');
     UPDATE auth_oauth_provider SET enabled = FALSE; DELETE FROM ir_mail_server;
     DELETE FROM ir_config_parameter WHERE key = 'odoo_aws.mail_server'`,
  );
  const staging = { ...everything, domain: { name: 'staging.example.com' } };
  const { report } = await run({ ...staging, signIn: { ...everything.signIn, providers: [] } });
  expect(report?.warnings).toEqual([expect.stringMatching(/^the database is neutralized/)]);
  expect(state()).toMatchObject({ policy: null, server: [], url: ['https://staging.example.com', 'True'] });
  expect(sql('SELECT count(*) FROM auth_oauth_provider WHERE enabled')).toBe('0');
  // Its own provider is another one than production's, and was configured for it.
  await run({
    ...staging,
    signIn: { ...everything.signIn, providers: [{ ...entra, clientId: 'client-of-staging' }] },
  });
  expect(sql('SELECT client_id FROM auth_oauth_provider WHERE enabled')).toBe('client-of-staging');
});

function at(name: string) {
  return run({ ...plain, domain: { name } });
}

function url() {
  return state().url;
}
