import { Arn, ArnFormat, aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AuditBucket } from '../../constructs/audit/audit-bucket.ts';
import type { BackupBucket } from '../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../constructs/encryption/data-key.ts';
import type { FilestoreBucket } from '../../constructs/filestore/filestore-bucket.ts';
import type { OutgoingMail } from '../../constructs/mail/outgoing-mail.ts';
import { RelaySender } from '../../constructs/mail/relay-sender.ts';
import { SesSender } from '../../constructs/mail/ses-sender.ts';
import { RestorePoint } from '../../constructs/recovery/restore-point.ts';
import { CopiedSecrets } from '../../constructs/secrets/copied-secrets.ts';
import { type OdooPasswords, OdooSecrets, SECRET_PURPOSES } from '../../constructs/secrets/odoo-secrets.ts';
import { type DataBuckets, makeDataBuckets } from './data-buckets.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import type { RecoveryStack } from './recovery-stack.ts';

export interface DataStackProps extends OdooStackProps {
  /** @default - nothing is copied to another Region */
  readonly recoveryStack?: RecoveryStack;
  /** @default - the environment begins with nothing */
  readonly broughtBack?: BroughtBack;
}

/** Copies that an environment goes on with, and the moment of them: `latest`, or ISO 8601. */
export interface BroughtBack {
  readonly copies: RecoveryStack;
  readonly wanted: string;
}

/**
 * What is kept in every architecture, under the same logical ids in each: key, secrets, filestore and backup buckets, and
 * the domain that mail is sent from. Brought back in the recovery Region, an environment goes on with the copies themselves.
 */
export class DataStack extends OdooStack implements DataBuckets {
  readonly key: kms.IKey;
  readonly secrets: OdooPasswords;
  readonly filestoreBucket: FilestoreBucket;
  readonly backupBucket: BackupBucket;
  readonly auditBucket: AuditBucket;
  /** How Odoo sends mail; absent: not at all. */
  readonly mail?: OutgoingMail;
  /** What was brought back; absent where the environment began with nothing. */
  readonly restorePoint?: RestorePoint;

  constructor(scope: Construct, props: DataStackProps) {
    const { environment, recoveryStack, broughtBack } = props;
    super(scope, 'Data', props, {
      description: 'key, secrets, filestore and backups',
      stateful: broughtBack === undefined,
    });
    this.restorePoint = broughtBack && this.pointOf(broughtBack, props);
    this.key = this.dataKey(props);
    this.secrets = this.passwords(recoveryStack);
    const buckets =
      broughtBack?.copies ??
      makeDataBuckets(this, { environment, encryptionKey: this.key, kind: 'Bucket', copyTo: recoveryStack });
    this.filestoreBucket = buckets.filestoreBucket;
    this.backupBucket = buckets.backupBucket;
    this.auditBucket = buckets.auditBucket;
    this.mail = this.outgoingMail(props);
  }

  private dataKey({ environment, broughtBack }: DataStackProps): kms.IKey {
    if (broughtBack === undefined)
      return new DataKey(this, 'Key', { copiesAccount: accountOf(environment.backup.secondAccountVaultArn) });
    // By its ARN: nothing here can change its policy, which is the other stack's. And that put together of its parts: the CDK takes
    // a key of which only the deployment knows the account for another account's, where this one has a number.
    const { keyId } = broughtBack.copies.key;
    const arn = this.formatArn({ service: 'kms', resource: 'key', resourceName: keyId });
    return kms.Key.fromKeyArn(this, 'Key', arn);
  }

  private pointOf({ copies, wanted }: BroughtBack, { environment, plan }: OdooStackProps): RestorePoint {
    const { name, domain, retention } = environment;
    return new RestorePoint(this, 'RestorePoint', {
      environmentName: name,
      wanted,
      auditBucket: copies.auditBucket,
      database: plan.database.kind === 'rds' ? { kind: 'rds' } : { kind: 's3', bucket: copies.backupBucket },
      encryptionKey: copies.key,
      secrets: SECRET_PURPOSES,
      url: domain && `https://${domain.name}/web/health`,
      logKey: copies.logKey,
      logRetentionDays: retention.logDays,
    });
  }

  private passwords(recoveryStack: RecoveryStack | undefined): OdooPasswords {
    const { restorePoint, key } = this;
    return restorePoint === undefined
      ? new OdooSecrets(this, 'Secrets', { encryptionKey: key, replica: recoveryStack?.recoveryRegion })
      : new CopiedSecrets(this, 'Secrets', {
          encryptionKey: key,
          arnOf: (purpose) => restorePoint.secretArn(purpose),
        });
  }

  private outgoingMail({ environment, recovered }: DataStackProps): OutgoingMail | undefined {
    const { mail, region } = environment;
    if (mail === undefined) return undefined;
    return mail.kind === 'ses'
      ? new SesSender(this, 'SesSender', {
          mail,
          region,
          returnPath: recovered ? `bounce-${region}` : undefined,
          // It goes home, and may be brought back once more.
          outlivesStack: !recovered,
          encryptionKey: this.key,
        })
      : new RelaySender(this, 'RelaySender', mail);
  }
}

function accountOf(vaultArn: string | undefined): string | undefined {
  return vaultArn && Arn.split(vaultArn, ArnFormat.COLON_RESOURCE_NAME).account;
}
