import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { IdentityProvider, ModuleRollout, SignIn } from '../../../config/environment.ts';
import {
  DATABASE_JOB_SETTINGS,
  databaseJobFiles,
  type OdooDatabaseSettings,
} from '../../../constructs/database-job/database-job-files.ts';
import { JobBench, type Run, type RunOptions } from './job-bench.ts';

// The job's real SQL on a real PostgreSQL server, in tables as Odoo 18.0 and 19.0 have them.

export const entra: IdentityProvider = {
  id: 'entra',
  label: 'Sign in with Example',
  clientId: 'client-1',
  authorizationEndpoint: 'https://login.example.com/authorize',
  userinfoEndpoint: 'https://login.example.com/userinfo',
  scope: 'openid profile email',
};
export const noSignIn: SignIn = { twoFactor: 'off', providers: [] };
export const noModules: ModuleRollout = { modules: [], phases: [] };
export const everything: OdooDatabaseSettings = {
  domain: { name: 'erp.example.com' },
  fromFilter: 'example.com',
  signIn: { twoFactor: 'employees', administratorEmail: 'it@example.com', providers: [entra] },
  rollout: noModules,
};
export const plain: OdooDatabaseSettings = { signIn: noSignIn, rollout: noModules };

let bench: JobBench;

/** A server of their own for the tests of one file, blank before each. */
export function startBench(): void {
  beforeAll(async () => {
    bench = await JobBench.start();
  }, 60_000);
  afterAll(() => bench?.stop());
  beforeEach(() => bench.reset());
}

/** Runs the job with these settings. */
export function run(settings: OdooDatabaseSettings, options: RunOptions = {}): Promise<Run> {
  const file = databaseJobFiles(settings).find(({ name }) => name === DATABASE_JOB_SETTINGS);
  return bench.run({ settings: file?.text, ...options });
}

/** Rows of Odoo's database, as the superuser sees them. */
export function sql(statement: string): string {
  return bench.cluster.sql(statement, 'odoo');
}

/** Every setting as it is. */
export function state() {
  const settings = sql(
    `SELECT json_build_object(
      'url', json_build_array(${parameter('web.base.url')}, ${parameter('web.base.url.freeze')}),
      'policy', ${parameter('auth_totp.policy')},
      'signUp', ${parameter('auth_signup.invitation_scope')},
      'bearerHeader', ${parameter('auth_oauth.authorization_header')},
      'administrator', (SELECT json_build_array(email, to_json(p) ->> 'email_normalized') FROM res_partner p WHERE id = 3),
      'pending', (SELECT count(*) FROM ir_module_module WHERE state LIKE 'to %'),
      'server', (SELECT coalesce(json_agg(json_build_object('from_filter', from_filter, 'active', active,
        'authentication', smtp_authentication, 'host', smtp_host)), '[]') FROM ir_mail_server))`,
  );
  return { ...JSON.parse(settings), providers: exists('auth_oauth_provider') ? buttons() : null };
}

function parameter(key: string): string {
  return `(SELECT value FROM ir_config_parameter WHERE key = '${key}')`;
}

function exists(table: string): boolean {
  return sql(`SELECT to_regclass('${table}')`) !== '';
}

/** The providers that the login page shows. */
function buttons(): unknown {
  return JSON.parse(
    sql(
      `SELECT coalesce(json_agg(json_build_array(body ->> 'en_US', client_id, auth_endpoint, validation_endpoint, scope)
         ORDER BY id), '[]') FROM auth_oauth_provider WHERE enabled`,
    ),
  );
}

export const EVERYTHING = {
  url: ['https://erp.example.com', 'True'],
  policy: 'employee_required',
  signUp: 'b2b',
  bearerHeader: '1',
  administrator: ['it@example.com', 'it@example.com'],
  pending: 0,
  server: [{ from_filter: 'example.com', active: true, authentication: 'cli', host: null }],
  providers: [
    [
      'Sign in with Example',
      'client-1',
      'https://login.example.com/authorize',
      'https://login.example.com/userinfo',
      'openid profile email',
    ],
  ],
};

/** Those that are there without any module. */
export function settings() {
  const { url, policy, server, administrator } = state();
  return { url, policy, server, administrator: administrator[0] };
}

export const EVERYTHING_BUT_MODULES = {
  url: EVERYTHING.url,
  policy: EVERYTHING.policy,
  server: EVERYTHING.server,
  administrator: EVERYTHING.administrator[0],
};

/** What a run that changes nothing leaves as it is, to the moment of writing. */
export function everyRow(): string {
  const tables = ['ir_config_parameter', 'ir_mail_server', 'res_partner', 'res_users', 'auth_oauth_provider'];
  return tables
    .filter(exists)
    .map((table) => sql(`SELECT to_json(t) FROM ${table} t ORDER BY id`))
    .join('\n');
}

/** How often running nodes were told to load their modules again, and to forget what they cached. */
export function signals(version: string): { readonly registry: number; readonly caches: number } {
  const count = (sequence: string, table: string) =>
    Number(
      sql(
        version === '18.0'
          ? `SELECT last_value + is_called::int FROM ${sequence}`
          : `SELECT count(*) FROM ${table}`,
      ),
    );
  return {
    registry: count('base_registry_signaling', 'orm_signaling_registry'),
    caches: count('base_cache_signaling_default', 'orm_signaling_stable'),
  };
}
