import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loginsPerMinute } from '../../config/sizing/login-limits.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { REPORT_STYLE } from '../audit/report-style.ts';
import { SERVER_BACKUPS } from '../backup/backup-prefixes.ts';
import { databaseJobFiles } from '../database-job/database-job-files.ts';
import { MAINTENANCE_STATEMENTS } from '../database-maintenance/maintenance-files.ts';
import { DATABASE_NAME, DATABASE_ROLE } from '../database/odoo-database.ts';
import { renderNginxConf } from '../odoo-node/nginx-conf.ts';
import { type OdooRole, renderOdooConf } from '../odoo-node/odoo-conf.ts';
import { nodeFile } from '../odoo-node/render-template.ts';
import { type ServerModules, serverModuleFiles } from '../odoo-node/server-modules.ts';
import { needsVerification, smtpPasswordField } from '../odoo-node/smtp.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';
import { ARCHIVE_PARAMETERS, backupFiles, ownBackups } from './backup-files.ts';
import type { BundleFile } from './host-bundle.ts';
import { DATA, type HostSettings, SOCKET_DIRECTORY } from './host-settings.ts';
import { upkeepFiles } from './upkeep-files.ts';

/** The scripts of the host and its rendered configuration, as the bundle carries them. */
export function hostFiles(settings: HostSettings): BundleFile[] {
  const { plan } = settings;
  return [
    ...scripts(),
    { path: 'host.env', text: hostEnvironment(settings) },
    { path: 'configure.py', text: nodeFile('configure.py') },
    { path: 'database_watch.py', text: nodeFile('database_watch.py') },
    { path: 'vital_signs.py', text: nodeFile('vital_signs.py') },
    ...databaseJob(settings),
    ...serverModuleFiles({ ...serverModules(settings, 'web'), directory: 'addons' }),
    { path: 'nginx/nginx.conf', text: nginxConf(settings) },
    { path: 'nginx/unavailable.html', text: nodeFile('unavailable.html') },
    { path: 'nginx/unavailable.txt', text: nodeFile('unavailable.txt') },
    { path: 'odoo/web.conf', text: odooConf(settings, { kind: 'web', workers: plan.app.workers }) },
    { path: 'odoo/cron.conf', text: odooConf(settings, { kind: 'cron', cronWorkers: plan.cron.workers }) },
    { path: 'postgresql/odoo.conf', text: postgresqlConf(plan) },
    ...backupFiles(settings),
    ...Object.entries(MAINTENANCE_STATEMENTS).map(([name, text]) => ({ path: `maintenance/${name}`, text })),
    { path: 'report.css', text: REPORT_STYLE },
    ...upkeepFiles(settings),
  ];
}

/**
 * Files that are shipped as they are. The first script reaches the host as user data instead; and what Python compiles
 * where somebody tries a program here would be another bundle, and another server.
 */
function scripts(): BundleFile[] {
  const folder = fileURLToPath(new URL('./files', import.meta.url));
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'bootstrap.sh' && !entry.name.endsWith('.pyc'))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

/** Values that the scripts and the units share, as `NAME=value` lines that both systemd and bash read alike. */
function hostEnvironment({
  plan,
  server,
  odooVersion,
  release,
  domain,
  smtp,
  dataVolume,
  broughtBack,
}: HostSettings): string {
  const values = {
    ENVIRONMENT: plan.environment,
    DATA,
    SOCKET_DIRECTORY,
    DATABASE_NAME,
    DATABASE_ROLE,
    ODOO_USER: `${ODOO_USER.uid}:${ODOO_USER.gid}`,
    ODOO_VERSION: odooVersion,
    RELEASE: release,
    DOMAIN: domain?.name ?? '',
    ACME_CHALLENGE: domain?.hostedZone ? 'dns' : 'http',
    SMTP_LOGIN: smtp?.login ? smtpPasswordField(smtp.login) : '',
    WEB_MEMORY_MIB: plan.app.memoryMiB,
    CRON_MEMORY_MIB: plan.cron.memoryMiB,
    // The plan's shares are averages: one heavy report takes a gigabyte, and would be killed at its share. Half the
    // machine is what a container gets before it is; should both want it, the kernel spares PostgreSQL.
    MEMORY_LIMIT_MIB: Math.floor(server.memoryMiB / 2),
    BACKUPS: ownBackups(broughtBack),
    // Empty where a blank volume without backups may begin with nothing.
    COPIED_BACKUPS: broughtBack ? SERVER_BACKUPS : '',
    RPO_HOURS: plan.rpoHours,
    LONGEST_REQUEST_SECONDS: plan.app.odoo.limitTimeRealSeconds,
    // Read by nobody. It changes the bundle, so that another volume gets another server.
    DATA_VOLUME: dataVolume ?? '',
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function databaseJob({ domain, smtp, signIn, rollout }: HostSettings): BundleFile[] {
  return databaseJobFiles({ domain, fromFilter: smtp?.fromFilter, signIn, rollout }).map(
    ({ name, text }) => ({
      path: `database-job/${name}`,
      text,
    }),
  );
}

function nginxConf({ plan, release, domain }: HostSettings): string {
  return renderNginxConf({
    entry: {
      kind: 'server',
      user: 'www-data',
      tls: domain && {
        certificateFile: `${DATA}/certificates/current/fullchain.pem`,
        certificateKeyFile: `${DATA}/certificates/current/privkey.pem`,
        acmeDirectory: '/var/lib/odoo-certificate',
      },
    },
    release,
    loginsPerMinute: loginsPerMinute(plan.users),
    // Not below /run: that is memory, and the cache of assets is kept here.
    runDirectory: '/var/lib/nginx/odoo',
    maintenanceFlag: '/run/odoo/maintenance',
    pagesDirectory: '/opt/odoo-aws/nginx',
    filestoreDirectory: `${DATA}/odoo/data/filestore`,
  });
}

/** Sessions are the web processes' alone. */
function serverModules(
  { odooVersion, sessionGuard, smtp }: HostSettings,
  role: OdooRole['kind'],
): ServerModules {
  return {
    directory: '/etc/odoo/addons',
    version: odooVersion,
    sessionGuard: sessionGuard && role === 'web',
    verifiedMail: needsVerification(smtp),
  };
}

function odooConf(settings: HostSettings, role: OdooRole): string {
  return renderOdooConf({
    role,
    database: {
      host: SOCKET_DIRECTORY,
      port: '5432',
      name: DATABASE_NAME,
      user: DATABASE_ROLE,
      // A local socket is not encrypted and needs not be: only this host's kernel sees what passes.
      sslMode: 'disable',
    },
    limits: settings.plan.app.odoo,
    smtp: settings.smtp,
    serverModules: serverModules(settings, role.kind),
    dataDirectory: '/var/lib/odoo',
    addonsPath: '/mnt/extra-addons',
  });
}

/**
 * Parameters of PostgreSQL on the server. Quoted, since values such as `1GB` or `0.9` are then read alike by every release of PostgreSQL.
 */
export function postgresqlConf({ database }: Plan): string {
  const parameters = {
    ...database.parameters,
    ...ARCHIVE_PARAMETERS,
    max_connections: String(database.maxConnections),
    listen_addresses: '',
    unix_socket_directories: SOCKET_DIRECTORY,
    password_encryption: 'scram-sha-256',
  };
  return Object.entries(parameters)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join('');
}
