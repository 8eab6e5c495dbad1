import { type aws_kms as kms, aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { OdooPasswords, SecretPurpose } from './odoo-secrets.ts';

export interface CopiedSecretsProps {
  /** Key of the copies. */
  readonly encryptionKey: kms.IKey;
  /** ARN of the copy of a secret. */
  readonly arnOf: (purpose: SecretPurpose) => string;
}

/** The passwords of an environment, as Secrets Manager has copied them into this Region. They can be read, not changed. */
export class CopiedSecrets extends Construct implements OdooPasswords {
  readonly odooDatabasePassword: secretsmanager.ISecret;
  readonly odooAdminPassword: secretsmanager.ISecret;
  readonly odooMasterPassword: secretsmanager.ISecret;
  readonly backupPassphrase: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, { encryptionKey, arnOf }: CopiedSecretsProps) {
    super(scope, id);
    const copy = (purpose: SecretPurpose): secretsmanager.ISecret =>
      secretsmanager.Secret.fromSecretAttributes(this, purpose, {
        secretCompleteArn: arnOf(purpose),
        encryptionKey,
      });
    this.odooDatabasePassword = copy('DatabasePassword');
    this.odooAdminPassword = copy('AdminPassword');
    this.odooMasterPassword = copy('MasterPassword');
    this.backupPassphrase = copy('BackupPassphrase');
  }
}
