import { DATABASE_NAME } from '../database/odoo-database.ts';
import { type RestorePermissionsProps, VERIFIER_ROLE } from './restore-permissions.ts';

/** What a restored copy is measured by. */
export interface ValidationSettings extends Omit<RestorePermissionsProps, 'databaseResourceId'> {
  readonly environmentName: string;
  /** Certificates that vouch for RDS in this Region, PEM. */
  readonly certificates: string;
  /** Major version of PostgreSQL, for example 17. */
  readonly postgresql: number;
  /** Series of Odoo, for example `19.0`. */
  readonly odoo: string;
  /** Hours that what is restored may be old. */
  readonly oldestHours: number;
  /** Attachments that are read to the end in each test. */
  readonly readAtMost: number;
}

/**
 * Environment of the functions that look at what was restored, as validate-restore.lambda/settings.ts reads it.
 *
 * @param production - where the database is that manifests are of; absent where none are made.
 */
export function validationEnvironment(
  settings: ValidationSettings,
  production?: { readonly host: string; readonly port: string },
): Record<string, string> {
  return {
    ENVIRONMENT: settings.environmentName,
    AUDIT_BUCKET: settings.auditBucket.bucketName,
    ...(settings.filestoreBucket && { FILESTORE_BUCKET: settings.filestoreBucket.bucketName }),
    FILESTORE_PREFIX: settings.filestorePrefix,
    READ_AT_MOST: String(settings.readAtMost),
    POSTGRESQL: String(settings.postgresql),
    ODOO: settings.odoo,
    OLDEST_HOURS: String(settings.oldestHours),
    DATABASE: DATABASE_NAME,
    DATABASE_USER: VERIFIER_ROLE,
    DATABASE_HOST: production?.host ?? '',
    DATABASE_PORT: production?.port ?? '0',
  };
}
