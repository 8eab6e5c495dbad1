import type { OdooSettings } from '../../config/sizing/plan.ts';
import { nodeFile, renderTemplate } from './render-template.ts';
import { type ServerModules, serverWideModules } from './server-modules.ts';
import { smtpPart, type SmtpSettings } from './smtp.ts';

/** What an Odoo process is for. Never both: Odoo 19 with cron on ends with its database, one without survives. */
export type OdooRole =
  | {
      readonly kind: 'web';
      /** HTTP workers; at least 1, or Odoo runs threaded on one core and without its websocket process. */
      readonly workers: number;
    }
  | {
      readonly kind: 'cron';
      /** Cron workers of the whole environment. */
      readonly cronWorkers: number;
    }
  | {
      /** Commands that end, such as an initialization: neither serves nor runs scheduled jobs. */
      readonly kind: 'job';
    };

/** PostgreSQL as Odoo reaches it. */
export interface OdooDatabaseConnection {
  /**
   * @default - known only on the node: {@link DATABASE_HOST} is left to be filled in there
   */
  readonly host?: string;
  readonly port: string;
  readonly name: string;
  readonly user: string;
  /** `verify-full` over a network; `disable` only through a local socket or loopback. */
  readonly sslMode: 'verify-full' | 'disable';
}

export interface OdooConfSettings {
  readonly role: OdooRole;
  readonly database: OdooDatabaseConnection;
  /** Limits and pool sizes from the plan. */
  readonly limits: OdooSettings;
  /**
   * How Odoo sends mail. The database needs a mail server record that says "as in the configuration file".
   *
   * @default - not at all
   */
  readonly smtp?: SmtpSettings;
  /**
   * Modules that this project adds to every Odoo that keeps running. A job loads none: who runs it reads its log.
   *
   * @default - none
   */
  readonly serverModules?: ServerModules;
  readonly dataDirectory: string;
  /** Directory of the project's own modules; Odoo's are found by themselves. */
  readonly addonsPath: string;
  /**
   * Ports, for running several nodes on one machine.
   *
   * @default - 8069 and 8072
   */
  readonly ports?: { readonly http: number; readonly websocket: number };
}

/** Absent where nothing is added, since Odoo's own list differs between its versions. */
const SERVER_MODULES = 'server_wide_modules = {{SERVER_WIDE_MODULES}}\n';

/** Secrets of odoo.conf. They are filled in on the node and are in no template, asset or log. */
export const ODOO_CONF_SECRETS = ['DB_PASSWORD', 'ADMIN_PASSWD'] as const;

/** Placeholder of a database that is known only when the node starts. */
export const DATABASE_HOST = 'DB_HOST';

/**
 * Renders odoo.conf for Odoo 18.0 and 19.0, with {@link ODOO_CONF_SECRETS} and those of a mail login left as
 * placeholders.
 *
 * Deliberately absent: `dbfilter` (with it every request without a session opens a new connection), `db_replica_host`
 * (an empty value switches the replica on), `longpolling_port` (ignored since 18) and the demo data options (only the
 * job that creates the database decides that).
 */
export function renderOdooConf(settings: OdooConfSettings): string {
  const { role, database, limits, ports = { http: 8069, websocket: 8072 } } = settings;
  const smtp = smtpPart(settings.smtp);
  const modules = role.kind === 'job' ? undefined : settings.serverModules;
  return renderTemplate(
    'odoo.conf',
    nodeFile('odoo.conf') + (modules ? SERVER_MODULES : '') + smtp.template,
    {
      ...(database.host !== undefined && { [DATABASE_HOST]: database.host }),
      DB_PORT: database.port,
      DB_SSLMODE: database.sslMode,
      DB_NAME: database.name,
      DB_USER: database.user,
      DB_MAXCONN: limits.dbMaxconn,
      DB_MAXCONN_GEVENT: limits.dbMaxconnGevent,
      DATA_DIR: settings.dataDirectory,
      ADDONS_PATH: [settings.addonsPath, ...(modules ? [modules.directory] : [])].join(','),
      HTTP_ENABLE: role.kind === 'web' ? 'True' : 'False',
      // Written out, because the default changes from every address (19) to this one (20).
      HTTP_INTERFACE: '127.0.0.1',
      HTTP_PORT: ports.http,
      GEVENT_PORT: ports.websocket,
      WORKERS: httpWorkers(role),
      MAX_CRON_THREADS: role.kind === 'cron' ? role.cronWorkers : 0,
      LIMIT_MEMORY_SOFT: limits.limitMemorySoftBytes,
      LIMIT_MEMORY_HARD: limits.limitMemoryHardBytes,
      LIMIT_TIME_CPU: limits.limitTimeCpuSeconds,
      LIMIT_TIME_REAL: limits.limitTimeRealSeconds,
      LIMIT_TIME_REAL_CRON: limits.limitTimeRealCronSeconds,
      LIMIT_REQUEST: limits.limitRequest,
      ...(modules && { SERVER_WIDE_MODULES: serverWideModules(modules).join(',') }),
      ...smtp.values,
    },
    [...ODOO_CONF_SECRETS, ...(database.host === undefined ? [DATABASE_HOST] : []), ...smtp.secrets],
  );
}

function httpWorkers(role: OdooRole): number {
  if (role.kind === 'web') return role.workers;
  // None is started without HTTP, but a number other than 0 selects the process model with memory limits.
  return role.kind === 'cron' ? 1 : 0;
}
