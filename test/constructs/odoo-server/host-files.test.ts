import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LOG_EVENT_START } from '../../../constructs/odoo-node/log-events.ts';
import { hostFiles } from '../../../constructs/odoo-server/host-files.ts';
import type { HostSettings } from '../../../constructs/odoo-server/host-settings.ts';
import { packBundle } from '../../../constructs/odoo-server/host-bundle.ts';
import { imageUri, smallPlan, smallServer } from './small.ts';

const settings: HostSettings = {
  plan: smallPlan,
  server: smallServer,
  odooVersion: '19.0',
  sessionGuard: false,
  release: imageUri,
  signIn: { twoFactor: 'off', providers: [] },
  rollout: { modules: [], phases: [] },
  domain: { name: 'erp.example.com', hostedZone: { id: 'Z0123456789ABC', name: 'example.com' } },
  pointInTimeDays: 14,
  windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
  businessHours: 'mon-fri 07:00-17:00',
};

function file(path: string, changes: Partial<HostSettings> = {}): string {
  const found = hostFiles({ ...settings, ...changes }).find((file) => file.path === path);
  if (!found) throw new Error(`the bundle has no ${path}`);
  return found.text;
}

describe('the files of the host', () => {
  it('are named by relative paths, the units below their folder', () => {
    const paths = hostFiles(settings).map(({ path }) => path);
    expect(paths).toContain('provision.sh');
    expect(paths).toContain('systemd/postgresql@.service.d/odoo.conf');
    expect(paths.filter((path) => path.startsWith('/') || path.includes('..'))).toEqual([]);
  });

  it('do not carry the script that fetches them, which is the user data', () => {
    expect(hostFiles(settings).map(({ path }) => path)).not.toContain('bootstrap.sh');
  });

  it('do not change when Python was run in their folder', () => {
    const folder = fileURLToPath(
      new URL('../../../constructs/odoo-server/files/__pycache__/', import.meta.url),
    );
    const before = hostFiles(settings);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'test.cpython-312.pyc'), '');
    const after = hostFiles(settings);
    rmSync(folder, { recursive: true });
    expect(after).toEqual(before);
  });

  it('hold placeholders instead of secrets', () => {
    expect(file('odoo/web.conf')).toContain('db_password = {{DB_PASSWORD}}');
    expect(file('odoo/web.conf')).toContain('admin_passwd = {{ADMIN_PASSWD}}');
  });

  it('carry the modules that Odoo loads by itself, and name them in its configuration', () => {
    const guarded = { sessionGuard: true };
    expect(file('addons/structured_logs/__manifest__.py')).toContain('"installable": False');
    expect(file('addons/session_guard/__init__.py', guarded)).toContain('RegistryError');
    expect(() => file('addons/session_guard/__init__.py')).toThrow();
    const modules = (path: string) => /server_wide_modules = (.*)/.exec(file(path, guarded))?.[1];
    expect(modules('odoo/web.conf')).toBe('structured_logs,session_guard,base,rpc,web');
    expect(modules('odoo/cron.conf')).toBe('structured_logs,base,rpc,web');
    expect(file('odoo/web.conf')).toContain('addons_path = /mnt/extra-addons,/etc/odoo/addons');
  });

  it.each(['web', 'cron'])(
    'let the log driver begin an event where the tasks of the service do: %s',
    (role) => {
      const unit = file(`systemd/odoo-${role}.service`);
      expect(unit).toContain(`--log-opt "awslogs-multiline-pattern=${LOG_EVENT_START}"`);
      // systemd would replace them.
      expect(LOG_EVENT_START).not.toMatch(/[%$"\\]/);
      expect(unit).toContain('--volume /opt/odoo-aws/addons:/etc/odoo/addons:ro');
    },
  );

  it('are the same bytes for the same settings', () => {
    expect(packBundle(hostFiles(settings)).sha256).toBe(packBundle(hostFiles(settings)).sha256);
  });
});

describe('the database job on the host', () => {
  it('has all its parts in one folder, as they are tested', () => {
    const names = hostFiles(settings)
      .map(({ path }) => path)
      .filter((path) => path.startsWith('database-job/'));
    expect(names).toContain('database-job/database_job.py');
    expect(names).toContain('database-job/odoo_settings.py');
    expect(file('database-job/database_job.py')).toContain('STEPS = {');
  });

  it('knows what the environment file says about Odoo', () => {
    const signIn = { twoFactor: 'employees', administratorEmail: 'it@example.com', providers: [] } as const;
    const smtp = {
      host: 'smtp.example.com',
      port: 587,
      encryption: 'starttls',
      from: 'odoo@example.com',
      fromFilter: 'example.com',
    } as const;
    const rollout = {
      modules: ['contacts'],
      phases: [{ name: 'foundation', modules: ['account'] }],
      phase: 'foundation',
    };
    expect(JSON.parse(file('database-job/settings.json', { signIn, smtp, rollout }))).toEqual({
      baseUrl: 'https://erp.example.com',
      mail: { fromFilter: 'example.com' },
      ...signIn,
      ...rollout,
    });
  });

  it('knows that there is no phase where the file names none', () => {
    expect(JSON.parse(file('database-job/settings.json'))).toMatchObject({
      modules: [],
      phases: [],
      phase: null,
    });
  });
});

describe('Odoo on the host', () => {
  it('reaches PostgreSQL through its socket', () => {
    expect(file('odoo/web.conf')).toContain('db_host = /var/run/postgresql\n');
  });

  it('runs web and scheduled jobs apart', () => {
    expect(file('odoo/web.conf')).toMatch(/^workers = 3$/m);
    expect(file('odoo/web.conf')).toMatch(/^max_cron_threads = 0$/m);
    expect(file('odoo/cron.conf')).toMatch(/^max_cron_threads = 1$/m);
    expect(file('odoo/cron.conf')).toMatch(/^http_enable = False$/m);
  });

  it('may take half the memory of the server before it is stopped, not its average share', () => {
    expect(file('host.env')).toMatch(/^MEMORY_LIMIT_MIB=4096$/m);
    expect(file('host.env')).toMatch(/^CRON_MEMORY_MIB=1024$/m);
  });
});

describe('PostgreSQL on the host', () => {
  it('gets the parameters of the plan and listens on no port', () => {
    expect(file('postgresql/odoo.conf').split('\n')).toEqual([
      "archive_command = 'pgbackrest --stanza=odoo archive-push %p'",
      "archive_mode = 'on'",
      "archive_timeout = '60s'",
      "effective_cache_size = '1536MB'",
      "listen_addresses = ''",
      "max_connections = '200'",
      "password_encryption = 'scram-sha-256'",
      "random_page_cost = '1.1'",
      "shared_buffers = '512MB'",
      "unix_socket_directories = '/var/run/postgresql'",
      "wal_level = 'replica'",
      "work_mem = '16MB'",
      '',
    ]);
  });
});

describe('nginx on the host', () => {
  it('serves the certificate on the data volume', () => {
    expect(file('nginx/nginx.conf')).toContain(
      'ssl_certificate /srv/data/certificates/current/fullchain.pem;',
    );
  });

  it('serves plain HTTP without a domain', () => {
    expect(file('nginx/nginx.conf', { domain: undefined })).not.toContain('ssl_certificate');
    expect(file('host.env', { domain: undefined })).toMatch(/^DOMAIN=$/m);
  });

  it('sends files from where Odoo keeps them', () => {
    expect(file('nginx/nginx.conf')).toContain('alias /srv/data/odoo/data/filestore;');
  });
});

describe('the certificate', () => {
  it('is asked for in the hosted zone where there is one, otherwise through port 80', () => {
    expect(file('host.env')).toMatch(/^ACME_CHALLENGE=dns$/m);
    expect(file('host.env', { domain: { name: 'erp.example.com' } })).toMatch(/^ACME_CHALLENGE=http$/m);
  });
});
