import { describe, expect, it } from 'vitest';
import options from '../../../config/data/odoo-options.json' with { type: 'json' };
import { ODOO_CONF_SECRETS, type OdooRole, renderOdooConf } from '../../../constructs/odoo-node/odoo-conf.ts';

/** Options that Odoo 19 takes only on the command line (read from its configuration loader). */
const NOT_FROM_THE_FILE = ['config', 'save', 'init', 'update', 'reinit', 'import_partial', 'stop_after_init'];

function render(role: OdooRole): string {
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
