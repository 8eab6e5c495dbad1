import { describe, expect, it } from 'vitest';
import options from '../../../config/data/odoo-options.json' with { type: 'json' };
import { ODOO_CONF_SECRETS, type OdooRole, renderOdooConf } from '../../../constructs/odoo-node/odoo-conf.ts';
import type { ServerModules } from '../../../constructs/odoo-node/server-modules.ts';
import { smtpSecretArguments, type SmtpSettings } from '../../../constructs/odoo-node/smtp.ts';

/** Options that Odoo 19 takes only on the command line (read from its configuration loader). */
const NOT_FROM_THE_FILE = ['config', 'save', 'init', 'update', 'reinit', 'import_partial', 'stop_after_init'];

function render(role: OdooRole, smtp?: SmtpSettings, serverModules?: ServerModules): string {
  return renderOdooConf({
    role,
    database: { host: 'db.example', port: '5432', name: 'odoo', user: 'odoo', sslMode: 'verify-full' },
    limits: {
      limitMemorySoftBytes: 2147483648,
      limitMemoryHardBytes: 2684354560,
      limitTimeCpuSeconds: 600,
      limitTimeRealSeconds: 1200,
      limitTimeRealCronSeconds: 3600,
      limitRequest: 65536,
      dbMaxconn: 16,
      dbMaxconnGevent: 32,
    },
    smtp,
    serverModules,
    dataDirectory: '/var/lib/odoo',
    addonsPath: '/mnt/extra-addons',
  });
}

function optionsOf(text: string): Record<string, string> {
  const [section, ...lines] = text.trimEnd().split('\n');
  expect(section).toBe('[options]');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([a-z_]+) = (.*)$/.exec(line) ?? [];
      return [name ?? line, value ?? ''];
    }),
  );
}

const web: OdooRole = { kind: 'web', workers: 5 };
const cron: OdooRole = { kind: 'cron', cronWorkers: 2 };
const roles = [web, cron, { kind: 'job' }] as const;

describe('odoo.conf', () => {
  it.each(['18', '19'] as const)('has only options that Odoo %s knows and reads from the file', (version) => {
    for (const role of roles) {
      const names = Object.keys(optionsOf(render(role)));
      expect(names.filter((name) => !options[version].includes(name))).toEqual([]);
      expect(names.filter((name) => NOT_FROM_THE_FILE.includes(name))).toEqual([]);
    }
  });

  it('has no empty value, which for some options means yes', () => {
    for (const role of roles) {
      expect(Object.entries(optionsOf(render(role))).filter(([, value]) => value === '')).toEqual([]);
    }
  });

  it('has no option twice', () => {
    const names = render(web).match(/^[a-z_]+(?= =)/gm) ?? [];
    expect(new Set(names).size).toBe(names.length);
  });

  it('serves without scheduled jobs', () => {
    expect(optionsOf(render(web))).toMatchObject({
      http_enable: 'True',
      workers: '5',
      max_cron_threads: '0',
    });
  });

  it('runs scheduled jobs without serving', () => {
    expect(optionsOf(render(cron))).toMatchObject({ http_enable: 'False', max_cron_threads: '2' });
    // 0 would be the model of one process with threads, which no memory limit covers.
    expect(optionsOf(render(cron))['workers']).not.toBe('0');
  });

  it('does neither in a job that ends', () => {
    expect(optionsOf(render({ kind: 'job' }))).toMatchObject({
      http_enable: 'False',
      workers: '0',
      max_cron_threads: '0',
    });
  });

  it('pins the database, hides the others and verifies whom it talks to', () => {
    const rendered = optionsOf(render(web));
    expect(rendered).toMatchObject({ db_name: 'odoo', list_db: 'False', db_sslmode: 'verify-full' });
    expect(rendered).not.toHaveProperty('dbfilter');
    expect(rendered).not.toHaveProperty('db_replica_host');
  });

  it('listens on loopback only: nginx is the way in', () => {
    expect(optionsOf(render(web))).toMatchObject({
      http_interface: '127.0.0.1',
      proxy_mode: 'True',
      x_sendfile: 'True',
    });
  });

  it.each([
    ['18.0', 'structured_logs,session_guard,base,web'],
    ['19.0', 'structured_logs,session_guard,base,rpc,web'],
  ] as const)('loads the modules of the node beside those of Odoo %s', (version, names) => {
    const modules: ServerModules = { directory: '/etc/odoo/addons', version, sessionGuard: true };
    expect(optionsOf(render(web, undefined, modules))).toMatchObject({
      server_wide_modules: names,
      addons_path: '/mnt/extra-addons,/etc/odoo/addons',
    });
    expect(options[version === '18.0' ? '18' : '19']).toContain('server_wide_modules');
  });

  it('loads none in a job, whose log is read as text, nor where there are none', () => {
    const modules: ServerModules = { directory: '/etc/odoo/addons', version: '19.0', sessionGuard: true };
    for (const rendered of [render({ kind: 'job' }, undefined, modules), render(web)]) {
      expect(optionsOf(rendered)).not.toHaveProperty('server_wide_modules');
      expect(optionsOf(rendered)).toMatchObject({ addons_path: '/mnt/extra-addons' });
    }
  });

  it('holds no secret, only where it goes', () => {
    expect(optionsOf(render(web))).toMatchObject({
      db_password: '{{DB_PASSWORD}}',
      admin_passwd: '{{ADMIN_PASSWD}}',
    });
    expect([...render(web).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name)).toEqual([
      ...ODOO_CONF_SECRETS,
    ]);
  });
});

const ses: SmtpSettings = {
  host: 'email-smtp.eu-central-1.amazonaws.com',
  port: 587,
  encryption: 'starttls',
  from: 'odoo@example.com',
  fromFilter: 'example.com',
  login: { number: 3, sesRegion: 'eu-central-1' },
};
const relay: SmtpSettings = { ...ses, login: { number: 1 } };
const open: SmtpSettings = { ...ses, encryption: 'none', login: undefined };

/** Options of odoo.conf with mail, without the comments. */
function mailOptionsOf(smtp: SmtpSettings): Record<string, string> {
  return optionsOf(render(web, smtp).replaceAll(/^#.*\n/gm, ''));
}

describe('odoo.conf with mail', () => {
  it.each(['18', '19'] as const)('has only options that Odoo %s knows', (version) => {
    expect(Object.keys(mailOptionsOf(ses)).filter((name) => !options[version].includes(name))).toEqual([]);
  });

  it.each(roles)('names server, sender and where the login goes, whatever Odoo does: %o', (role) => {
    const { smtp_user, smtp_password, ...rest } = optionsOf(render(role, ses).replaceAll(/^#.*\n/gm, ''));
    expect(rest).toMatchObject({
      smtp_server: 'email-smtp.eu-central-1.amazonaws.com',
      smtp_port: '587',
      smtp_ssl: 'True',
      email_from: 'odoo@example.com',
      from_filter: 'example.com',
    });
    expect([smtp_user, smtp_password]).toEqual(['{{SMTP_USER}}', '{{SMTP_PASSWORD}}']);
  });

  it('changes with the number of the login, or nobody would be replaced who runs with the old one', () => {
    expect(render(web, { ...ses, login: { number: 4 } })).not.toBe(
      render(web, { ...ses, login: { number: 3 } }),
    );
  });

  it('asks for no login and no encryption where there are none', () => {
    expect(mailOptionsOf(open)).toMatchObject({ smtp_ssl: 'False' });
    expect(Object.keys(mailOptionsOf(open))).not.toContain('smtp_user');
  });

  it('is as without mail but for that', () => {
    expect(render(web, ses).startsWith(render(web))).toBe(true);
  });
});

describe('the secrets of mail', () => {
  it.each([
    ['SES', ses, ['--secret', 'SMTP_USER', '--ses-secret', 'SMTP_PASSWORD', 'eu-central-1']],
    ['a relay', relay, ['--secret', 'SMTP_USER', '--secret', 'SMTP_PASSWORD']],
    ['a relay without a login', open, []],
  ])('are filled in for %s', (_server, { login }, expected) => {
    expect(smtpSecretArguments(login)).toEqual(expected);
  });
});
