import { Tags, type aws_kms as kms, type aws_secretsmanager as secretsmanager } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { DataSecret } from '../shared/data-secret.ts';
import type { RecoveryRegion } from '../shared/recovery-region.ts';

/** Tag of each secret, with what it is for: by it the copies in the recovery Region are found, whose names nobody knows. */
export const SECRET_PURPOSE = 'odoo-aws:secret';

/** What the secrets are for, as they are tagged. */
export const SECRET_PURPOSES = [
  'DatabasePassword',
  'AdminPassword',
  'MasterPassword',
  'BackupPassphrase',
] as const;

export type SecretPurpose = (typeof SECRET_PURPOSES)[number];

/** The passwords that Odoo and its backups need. Each is a plain string of letters and digits, not a JSON document. */
export interface OdooPasswords {
  /** Password of the PostgreSQL role `odoo`. */
  readonly odooDatabasePassword: secretsmanager.ISecret;
  /** Password of Odoo's user `admin` until somebody changes it in Odoo. */
  readonly odooAdminPassword: secretsmanager.ISecret;
  /** `admin_passwd`, the password of Odoo's database manager. */
  readonly odooMasterPassword: secretsmanager.ISecret;
  /** Passphrase of pgBackRest's repository, without which no backup of the single server can be read. */
  readonly backupPassphrase: secretsmanager.ISecret;
}

export interface OdooSecretsProps {
  readonly encryptionKey: kms.IKey;
  /** @default - in this Region only */
  readonly replica?: RecoveryRegion;
}

/**
 * Makes the passwords of an environment.
 *
 * The same secrets exist in every architecture, so that a change of size changes none of them. They outlive their
 * stack: a backup of the database is of little use without them.
 */
export class OdooSecrets extends Construct implements OdooPasswords {
  readonly odooDatabasePassword: secretsmanager.ISecret;
  readonly odooAdminPassword: secretsmanager.ISecret;
  readonly odooMasterPassword: secretsmanager.ISecret;
  readonly backupPassphrase: secretsmanager.ISecret;

  private readonly props: OdooSecretsProps;

  constructor(scope: Construct, id: string, props: OdooSecretsProps) {
    super(scope, id);
    this.props = props;

    this.odooDatabasePassword = this.password('DatabasePassword', {
      description: 'Odoo: password of the PostgreSQL role odoo',
      whyItDoesNotRotate:
        'Odoo reads its database password when a process starts. Unattended rotation would lock every running process out; it is changed by running the database job and restarting Odoo. PostgreSQL admits no host but those that run Odoo.',
    });
    this.odooAdminPassword = this.password('AdminPassword', {
      description: "Odoo: first password of the user 'admin'",
      whyItDoesNotRotate:
        'First password of the application administrator, who changes it in Odoo after the first login. Odoo keeps only a hash of its own, so rotating the stored value would change nothing but make it wrong.',
    });
    this.odooMasterPassword = this.password('MasterPassword', {
      description: "Odoo: password of the database manager ('admin_passwd')",
      whyItDoesNotRotate:
        'Guards only the database manager, which is switched off in Odoo (list_db) and unreachable through nginx. It is read when a process starts, so a rotated value would take effect at the next restart at the earliest.',
    });
    this.backupPassphrase = this.password('BackupPassphrase', {
      description: 'Odoo: passphrase of the backups of the single server (pgBackRest)',
      whyItDoesNotRotate:
        'Encrypts a repository that is written continuously and kept for weeks. pgBackRest cannot re-encrypt it, so another value would make every existing backup unreadable.',
    });
  }

  private password(
    id: SecretPurpose,
    {
      description,
      whyItDoesNotRotate,
    }: { readonly description: string; readonly whyItDoesNotRotate: string },
  ): secretsmanager.ISecret {
    const secret = new DataSecret(this, id, { description, ...this.props });
    Tags.of(secret).add(SECRET_PURPOSE, id);
    acknowledge(secret, 'AwsSolutions-SMG4', whyItDoesNotRotate);
    return secret;
  }
}
