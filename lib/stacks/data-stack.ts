import type { Construct } from 'constructs';
import { AccessLogBucket } from '../../constructs/access-logs/access-log-bucket.ts';
import { BackupBucket } from '../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../constructs/encryption/data-key.ts';
import { FilestoreBucket } from '../../constructs/filestore/filestore-bucket.ts';
import { OdooSecrets } from '../../constructs/secrets/odoo-secrets.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';

/** What is kept in every architecture, under the same logical ids in each: key, secrets, filestore and backup buckets. */
export class DataStack extends OdooStack {
  readonly key: DataKey;
  readonly secrets: OdooSecrets;
  readonly filestoreBucket: FilestoreBucket;
  readonly backupBucket: BackupBucket;

  constructor(scope: Construct, props: OdooStackProps) {
    super(scope, 'Data', props, { description: 'key, secrets, filestore and backups', stateful: true });
    const { retention } = props.environment;
    this.key = new DataKey(this, 'Key');
    this.secrets = new OdooSecrets(this, 'Secrets', { encryptionKey: this.key });
    const bucketProps = {
      encryptionKey: this.key,
      accessLogBucket: new AccessLogBucket(this, 'AccessLogs', {
        writers: 'buckets',
        logRetentionDays: retention.logDays,
      }),
      pointInTimeDays: retention.pointInTimeDays,
    };
    this.filestoreBucket = new FilestoreBucket(this, 'FilestoreBucket', bucketProps);
    this.backupBucket = new BackupBucket(this, 'BackupBucket', {
      ...bucketProps,
      dumpDays: retention.daily,
    });
  }
}
