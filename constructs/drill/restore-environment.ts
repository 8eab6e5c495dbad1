import { SERVER_BACKUPS } from '../backup/backup-prefixes.ts';
import { DATABASE_NAME, DATABASE_ROLE } from '../database/odoo-database.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';

/** Whose value is a secret: pgBackRest's name for the passphrase of its repository. */
export const PASSPHRASE = 'PGBACKREST_REPO1_CIPHER_PASS';

/** What the container that restores is told by its environment. */
export interface RestoreEnvironment {
  readonly environmentName: string;
  /** Where the restored database is. */
  readonly data: string;
  /** Where Odoo reaches it. */
  readonly socketDirectory: string;
  /** Names of the copies. */
  readonly backupBucket: string;
  readonly filestoreBucket: string;
  /** Region of the copies, and the name of S3 there. */
  readonly region: string;
  readonly endpoint: string;
  readonly odooVersion: string;
  readonly rpoHours: number;
  /** vCPU of the task. */
  readonly vcpu: number;
}

/** The variables of the container: those by which the programs of the single server know where they are, and pgBackRest's options. */
export function restoreEnvironment(props: RestoreEnvironment): Readonly<Record<string, string>> {
  return {
    ENVIRONMENT: props.environmentName,
    DATA: props.data,
    SOCKET_DIRECTORY: props.socketDirectory,
    DATABASE_NAME,
    DATABASE_ROLE,
    ODOO_USER: `${ODOO_USER.uid}:${ODOO_USER.gid}`,
    ODOO_VERSION: props.odooVersion,
    RPO_HOURS: `${props.rpoHours}`,
    BACKUPS: SERVER_BACKUPS,
    BACKUP_BUCKET: props.backupBucket,
    FILESTORE_BUCKET: props.filestoreBucket,
    // Nothing is written to it: the report is the drill's.
    AUDIT_BUCKET: '',
    AWS_DEFAULT_REGION: props.region,
    PGBACKREST_REPO1_TYPE: 's3',
    PGBACKREST_REPO1_PATH: `/${SERVER_BACKUPS}pgbackrest`,
    PGBACKREST_REPO1_S3_BUCKET: props.backupBucket,
    PGBACKREST_REPO1_S3_ENDPOINT: props.endpoint,
    PGBACKREST_REPO1_S3_REGION: props.region,
    PGBACKREST_REPO1_CIPHER_TYPE: 'aes-256-cbc',
    // Segments of the log are fetched ahead, as by the server.
    PGBACKREST_ARCHIVE_ASYNC: 'y',
    PGBACKREST_PROCESS_MAX: `${props.vcpu}`,
    PGBACKREST_LOG_LEVEL_FILE: 'off',
  };
}
