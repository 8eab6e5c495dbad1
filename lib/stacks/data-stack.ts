import { Arn, ArnFormat } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import type { AuditBucket } from '../../constructs/audit/audit-bucket.ts';
import type { BackupBucket } from '../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../constructs/encryption/data-key.ts';
import type { FilestoreBucket } from '../../constructs/filestore/filestore-bucket.ts';
import type { OutgoingMail } from '../../constructs/mail/outgoing-mail.ts';
import { RelaySender } from '../../constructs/mail/relay-sender.ts';
import { SesSender } from '../../constructs/mail/ses-sender.ts';
import { OdooSecrets } from '../../constructs/secrets/odoo-secrets.ts';
import { type DataBuckets, makeDataBuckets } from './data-buckets.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';

export interface DataStackProps extends OdooStackProps {
  /** @default - nothing is copied to another Region */
  readonly recoveryStack?: RecoveryStack;
}

/**
 * What is kept in every architecture, under the same logical ids in each: key, secrets, filestore and backup buckets, and
 * the domain that mail is sent from.
 */
export class DataStack extends OdooStack implements DataBuckets {
  readonly key: DataKey;
  readonly secrets: OdooSecrets;
  readonly filestoreBucket: FilestoreBucket;
  readonly backupBucket: BackupBucket;
  readonly auditBucket: AuditBucket;
  /** How Odoo sends mail; absent: not at all. */
  readonly mail?: OutgoingMail;

  constructor(scope: Construct, props: DataStackProps) {
    super(scope, 'Data', props, { description: 'key, secrets, filestore and backups', stateful: true });
    const { environment, recoveryStack } = props;
    this.key = new DataKey(this, 'Key', {
      copiesAccount: accountOf(environment.backup.secondAccountVaultArn),
    });
    this.secrets = new OdooSecrets(this, 'Secrets', {
      encryptionKey: this.key,
      replica: recoveryStack?.recoveryRegion,
    });
    const buckets = makeDataBuckets(this, {
      environment,
      encryptionKey: this.key,
      kind: 'Bucket',
      copyTo: recoveryStack,
    });
    this.filestoreBucket = buckets.filestoreBucket;
    this.backupBucket = buckets.backupBucket;
    this.auditBucket = buckets.auditBucket;
    this.mail = this.outgoingMail(props.environment);
  }

  private outgoingMail({ mail, region }: Environment): OutgoingMail | undefined {
    if (mail === undefined) return undefined;
    return mail.kind === 'ses'
      ? new SesSender(this, 'SesSender', { mail, region, encryptionKey: this.key })
      : new RelaySender(this, 'RelaySender', mail);
  }
}

function accountOf(vaultArn: string | undefined): string | undefined {
  return vaultArn && Arn.split(vaultArn, ArnFormat.COLON_RESOURCE_NAME).account;
}
