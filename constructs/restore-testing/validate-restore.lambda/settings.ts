import * as z from 'zod/mini';

/** What the functions are told by their environment; the construct `RestoreValidation` writes it. */
export const settingsSchema = z.object({
  /** Name of the environment, for example `prod`. */
  ENVIRONMENT: z.string(),
  AWS_REGION: z.string(),
  /** Where manifests and reports are. */
  AUDIT_BUCKET: z.string(),
  /** Absent where the attachments are on EFS. */
  FILESTORE_BUCKET: z.optional(z.string()),
  /** Of the attachments, in the bucket or on the file system, for example `filestore/odoo/`. */
  FILESTORE_PREFIX: z.string(),
  /** Attachments that are read to the end; all of them, if there are no more. */
  READ_AT_MOST: z.coerce.number().check(z.int()),
  /** Major version of PostgreSQL. */
  POSTGRESQL: z.coerce.number().check(z.int()),
  /** Series of Odoo, for example `19.0`. */
  ODOO: z.string(),
  /** Hours that a recovery point may be old when it is tested. */
  OLDEST_HOURS: z.coerce.number().check(z.positive()),
  DATABASE: z.string(),
  /** Role of the database that may read and signs in by IAM. */
  DATABASE_USER: z.string(),
  /** Of production, for its manifest. */
  DATABASE_HOST: z.string(),
  DATABASE_PORT: z.coerce.number().check(z.int()),
});

export type Settings = z.infer<typeof settingsSchema>;
