import type { aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';

/** Secrets that the server reads when it starts. */
export interface ServerSecrets {
  /** Password of the database role `odoo`. */
  readonly odooDatabasePassword: secretsmanager.ISecret;
  /** First password of Odoo's administrator. */
  readonly odooAdminPassword: secretsmanager.ISecret;
  /** Password of Odoo's database manager, which is switched off; its default is `admin`, so it is set all the same. */
  readonly odooMasterPassword: secretsmanager.ISecret;
  /** Encrypts pgBackRest's repository. */
  readonly backupPassphrase: secretsmanager.ISecret;
}
