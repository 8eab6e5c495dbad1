import { describe, expect, it } from 'vitest';
import type { IdentityProvider, SignIn } from '../../../config/environment.ts';
import { entra, everything, noSignIn, plain, run, sql, startBench, state } from './odoo-settings.fixture.ts';

const google = { ...entra, id: 'google', label: 'Google' };

startBench();

describe('the second factor', () => {
  it('follows the environment file', async () => {
    await demand('employees');
    expect(policy()).toBe('employee_required');
    await demand('everyone');
    expect(policy()).toBe('all_required');
    await demand('employees');
    expect(policy()).toBe('employee_required');
    const { report } = await demand('off');
    expect(report?.changed).toEqual(['second factor: not demanded any more']);
    expect(policy()).toBeNull();
  });

  it('is demanded again when an administrator has switched it off', async () => {
    await demand('employees');
    sql("DELETE FROM ir_config_parameter WHERE key = 'auth_totp.policy'");
    await demand('employees');
    expect(policy()).toBe('employee_required');
  });

  it('stays with everyone when an administrator demands it of everyone', async () => {
    await demand('employees');
    sql("UPDATE ir_config_parameter SET value = 'all_required' WHERE key = 'auth_totp.policy'");
    expect((await demand('employees')).report?.changed).toEqual([]);
    await demand('off');
    expect(policy()).toBe('all_required');
  });

  it('stays when an administrator had demanded it before', async () => {
    await demand('off');
    sql("INSERT INTO ir_config_parameter (key, value) VALUES ('auth_totp.policy', 'employee_required')");
    await demand('employees');
    await demand('off');
    expect(policy()).toBe('employee_required');
  });

  it('is said to lock out who has neither app nor address', async () => {
    await demand('off');
    sql(
      `INSERT INTO res_partner (id, email) VALUES (10, NULL), (11, ''), (12, 'a@example.com'), (13, NULL), (14, NULL);
       INSERT INTO res_users (id, login, partner_id, active, share, totp_secret) VALUES
         (10, 'neither', 10, TRUE, FALSE, NULL), (11, 'app', 11, TRUE, FALSE, 'x'), (12, 'address', 12, TRUE, FALSE, NULL),
         (13, 'portal', 13, TRUE, TRUE, NULL), (14, 'gone', 14, FALSE, FALSE, NULL)`,
    );
    expect((await demand('employees')).report?.warnings).toEqual(lockedOut(1));
    expect((await demand('everyone')).report?.warnings).toEqual(lockedOut(2));
  });
});

describe('identity providers', () => {
  it('are kept as configured, by their ids', async () => {
    await configure(entra, google);
    const [record] = provider('entra').split('|');
    const { report } = await configure({ ...entra, label: 'Log in', clientId: 'client-2' }, google);
    expect(report?.changed).toEqual(['identity provider entra']);
    expect(provider('entra')).toBe(`${record}|Log in|client-2|t`);
    sql(`UPDATE auth_oauth_provider SET enabled = FALSE, client_id = 'x' WHERE id = ${record}`);
    await configure(entra, google);
    expect(provider('entra')).toBe(`${record}|Sign in with Example|client-1|t`);
  });

  it('are switched off, never deleted, and come back as the same record', async () => {
    await configure(entra, google);
    const before = provider('google');
    const { report } = await configure(entra);
    expect(report?.changed).toEqual(['identity provider google: switched off']);
    expect(provider('google')).toBe(before.replace(/t$/, 'f'));
    expect((await configure(entra)).report?.changed).toEqual([]);
    await configure(entra, google);
    expect(provider('google')).toBe(before);
  });

  it('are made again when an administrator deleted them', async () => {
    await configure(entra);
    sql("DELETE FROM auth_oauth_provider WHERE client_id = 'client-1'");
    expect((await configure(entra)).report?.created).toEqual(['identity provider entra']);
    expect(sql("SELECT count(*) FROM auth_oauth_provider WHERE client_id = 'client-1'")).toBe('1');
  });

  it('leave those alone that administrators made or switched on', async () => {
    await configure(entra);
    sql(
      `INSERT INTO auth_oauth_provider (name, body, auth_endpoint, validation_endpoint, enabled)
       VALUES ('Mine', '{"en_US": "Mine"}', 'https://z', 'https://z', TRUE);
       UPDATE auth_oauth_provider SET enabled = TRUE WHERE id = 1`,
    );
    await configure();
    expect(sql('SELECT name FROM auth_oauth_provider WHERE enabled ORDER BY name')).toBe(
      'Mine\nOdoo.com Accounts',
    );
  });

  it('do not take the records of others for their own after the module was uninstalled', async () => {
    await configure(google, entra);
    sql(
      "DROP TABLE auth_oauth_provider; UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'auth_oauth'",
    );
    sql("DELETE FROM ir_model_data WHERE module = 'auth_oauth'");
    expect((await configure()).report).toMatchObject({ outcome: 'succeeded', changed: [] });
    await configure(entra);
    expect(sql('SELECT name, enabled FROM auth_oauth_provider ORDER BY id')).toBe(
      'Odoo.com Accounts|f\nGoogle OAuth2|\nSign in with Example|t',
    );
  });

  it('leave sign-up open where it was before, and say so', async () => {
    await run(plain);
    sql(
      `UPDATE ir_module_module SET state = 'installed' WHERE name IN ('mail', 'auth_signup');
       INSERT INTO ir_config_parameter (key, value) VALUES ('auth_signup.invitation_scope', 'b2c');
       ALTER TABLE res_partner ADD email_normalized varchar; ALTER TABLE ir_mail_server ADD owner_user_id int`,
    );
    const { report } = await configure(entra);
    expect(state().signUp).toBe('b2c');
    expect(report?.warnings).toEqual([
      expect.stringMatching(/^anybody with an account at an identity provider/),
    ]);
  });
});

describe('sign-up of strangers', () => {
  const portal = { ...plain, rollout: { modules: ['portal'], phases: [] } };

  it('is closed in a new database where a module brings it along', async () => {
    const { report } = await run(portal);
    expect(state().signUp).toBe('b2b');
    expect(report?.changed).toContain('sign-up: by invitation only');
  });

  it('is closed when a later module brings it along, and stays as an administrator wants it then', async () => {
    await run(plain);
    await run(portal);
    expect(state().signUp).toBe('b2b');
    sql("UPDATE ir_config_parameter SET value = 'b2c' WHERE key = 'auth_signup.invitation_scope'");
    await run({ ...plain, rollout: { modules: ['portal', 'sale'], phases: [] } });
    expect(state().signUp).toBe('b2c');
  });
});

describe('a reset of the administrator', () => {
  it('lets the operator in again: first password, no app, own address', async () => {
    await run(plain);
    takeOver();
    const { report } = await reset('2026-11-22');
    expect(report?.changed).toEqual(['administrator: reset']);
    expect(administrator()).toBe('$pbkdf2-sha512$|t|t|it@example.com|[7]');
  });

  it('happens once for each label', async () => {
    await run(plain);
    await reset('first');
    takeOver();
    expect((await reset('first')).report?.changed).toEqual([]);
    expect(administrator()).toMatch(/^lost\|f\|f\|gone@example.com/);
    expect((await reset('second')).report?.changed).toEqual(['administrator: reset']);
  });

  it('says so when there is nobody to reset', async () => {
    await run(plain);
    sql("DELETE FROM ir_model_data WHERE name = 'user_admin'");
    expect((await reset('first')).report?.warnings).toEqual([
      expect.stringMatching(/^the user .* was deleted/),
    ]);
  });
});

function demand(twoFactor: SignIn['twoFactor']) {
  return run({ ...everything, signIn: { ...everything.signIn, twoFactor } });
}

function policy() {
  return state().policy;
}

function lockedOut(count: number): readonly string[] {
  return [`users with neither an authenticator app nor an e-mail address, who cannot log in: ${count}`];
}

function configure(...providers: readonly IdentityProvider[]) {
  return run({ ...plain, signIn: { ...noSignIn, providers } });
}

/** Id, label, client id and whether it is switched on. */
function provider(id: string): string {
  return sql(
    `SELECT p.id, p.body ->> 'en_US', p.client_id, p.enabled FROM auth_oauth_provider p
     JOIN ir_config_parameter c ON c.value::int = p.id WHERE c.key = 'odoo_aws.identity_provider.${id}'`,
  );
}

function reset(resetAdministrator: string) {
  return run({ ...plain, signIn: { ...noSignIn, resetAdministrator, administratorEmail: 'it@example.com' } });
}

/** Whoever logged in as administrator is gone, with everything that it takes to do so. */
function takeOver(): void {
  sql(
    `UPDATE res_users SET password = 'lost', totp_secret = 'lost', active = FALSE WHERE id = 2;
     UPDATE res_partner SET email = 'gone@example.com' WHERE id = 3;
     INSERT INTO auth_totp_device (user_id) VALUES (2), (7)`,
  );
}

/** Scheme of the password, whether there is no app, whether active, address, users with trusted browsers. */
function administrator(): string {
  return sql(
    `SELECT left(u.password, 15), u.totp_secret IS NULL, u.active, p.email, (SELECT json_agg(user_id) FROM auth_totp_device)
     FROM res_users u JOIN res_partner p ON p.id = u.partner_id WHERE u.id = 2`,
  );
}
