import { Duration, type aws_backup as backup } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import type { AuditBucket } from '../../constructs/audit/audit-bucket.ts';
import type { BackupBucket } from '../../constructs/backup/backup-bucket.ts';
import { RecoveryVault } from '../../constructs/backup/recovery-vault.ts';
import { DataKey } from '../../constructs/encryption/data-key.ts';
import type { LogKey } from '../../constructs/encryption/log-key.ts';
import type { FilestoreBucket } from '../../constructs/filestore/filestore-bucket.ts';
import { AlarmTopic } from '../../constructs/monitoring/alarm-topic.ts';
import { allowAutoScalingToUse } from '../../constructs/odoo-server/server-permissions.ts';
import { CopyAlarms } from '../../constructs/monitoring/copy-alarms.ts';
import { VaultEvents } from '../../constructs/monitoring/vault-events.ts';
import { CopyWatch, type FilestoreCopy } from '../../constructs/recovery/copy-watch.ts';
import type { RecoveryRegion } from '../../constructs/shared/recovery-region.ts';
import { warnOfComplianceLock } from '../compliance-lock.ts';
import { type DataBuckets, makeDataBuckets } from './data-buckets.ts';
import { logKeyOf } from './network-stack.ts';
import { OdooStack, type OdooStackProps } from './odoo-stack.ts';
import { publish } from './published.ts';

export interface RecoveryStackProps extends OdooStackProps {
  /** The Region of the copies. */
  readonly region: string;
}

/** S3 Files exports a file a minute after it was written last; S3's own clock and its metric add to that. */
const EXPORT_DELAY = Duration.minutes(2);

/** The single server looks for new attachments every five minutes, and copies them. */
const SERVER_COPY_DELAY = Duration.minutes(6);

/**
 * Everything that is needed in the recovery Region before the first copy arrives: a key of its own, a bucket for each bucket,
 * a vault. And the watch over the copies, with a topic of its own for its alarms: nothing in it refers to the primary Region, so
 * that it goes on when that is gone.
 */
export class RecoveryStack extends OdooStack implements DataBuckets {
  readonly key: DataKey;
  readonly filestoreBucket: FilestoreBucket;
  readonly backupBucket: BackupBucket;
  readonly auditBucket: AuditBucket;
  readonly vault: backup.BackupVault;

  readonly logKey: LogKey;

  constructor(scope: Construct, props: RecoveryStackProps) {
    const { region, environment } = props;
    super(scope, 'Recovery', props, { description: 'copies in the recovery Region', stateful: true, region });
    this.key = new DataKey(this, 'Key');
    // The single server, or that of an environment that has outgrown it, may have to start here.
    allowAutoScalingToUse(this.key);
    this.logKey = logKeyOf(this, environment);
    const buckets = makeDataBuckets(this, { environment, encryptionKey: this.key, kind: 'Replica' });
    this.filestoreBucket = buckets.filestoreBucket;
    this.backupBucket = buckets.backupBucket;
    this.auditBucket = buckets.auditBucket;
    this.vault = new RecoveryVault(this, 'Vault', {
      encryptionKey: this.key,
      lock: environment.backup.vaultLock,
    });
    warnOfComplianceLock(this, environment);
    this.watchCopies(props);
    this.raiseAlarms(props);
    // Whether those read them that make copies, or an environment that goes on with the copies.
    publish(this, [
      this.key.keyArn,
      this.key.keyId,
      this.logKey.keyArn,
      this.vault.backupVaultArn,
      ...[this.filestoreBucket, this.backupBucket, this.auditBucket].flatMap(({ bucketArn, bucketName }) => [
        bucketArn,
        bucketName,
      ]),
    ]);
  }

  /** For services that make their copies by themselves. */
  get recoveryRegion(): RecoveryRegion {
    return { region: this.region, encryptionKey: this.key };
  }

  private watchCopies({ environment, plan }: RecoveryStackProps): void {
    new CopyWatch(this, 'CopyWatch', {
      environmentName: environment.name,
      auditBucket: this.auditBucket,
      vault: this.vault,
      encryptionKey: this.key,
      filestore: this.filestoreCopy(environment, plan),
      database: plan.database.kind === 'rds' ? { kind: 'rds' } : { kind: 's3', bucket: this.backupBucket },
      logKey: this.logKey,
      logRetentionDays: environment.retention.logDays,
    });
  }

  private filestoreCopy({ storage }: Environment, { tier }: Plan): FilestoreCopy {
    if (tier === 'small') return { kind: 's3', bucket: this.filestoreBucket, delay: SERVER_COPY_DELAY };
    return storage.filestore === 's3-files'
      ? { kind: 's3', bucket: this.filestoreBucket, delay: EXPORT_DELAY }
      : { kind: 'efs' };
  }

  private raiseAlarms({ environment, plan }: RecoveryStackProps): void {
    const topic = new AlarmTopic(this, 'AlarmTopic', {
      environmentName: environment.name,
      encryptionKey: this.logKey,
      email: environment.alarmEmail,
    });
    new CopyAlarms(this, 'CopyAlarms', {
      topic,
      database: plan.database.kind === 'rds' ? 'rds' : 'repository',
      recoveryPointObjective: Duration.hours(environment.objectives.rpoHours),
    });
    new VaultEvents(this, 'VaultEvents', { topic, vault: this.vault });
  }
}
