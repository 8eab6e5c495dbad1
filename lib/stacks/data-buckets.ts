import type { aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Environment } from '../../config/environment.ts';
import { databaseReachDays } from '../../config/recovery-points.ts';
import { AccessLogBucket } from '../../constructs/access-logs/access-log-bucket.ts';
import { AuditBucket } from '../../constructs/audit/audit-bucket.ts';
import { BackupBucket } from '../../constructs/backup/backup-bucket.ts';
import { FilestoreBucket } from '../../constructs/filestore/filestore-bucket.ts';

/** Attachments, backups and evidence: once where the environment is, and once more where they are copied to. */
export interface DataBuckets {
  readonly filestoreBucket: FilestoreBucket;
  readonly backupBucket: BackupBucket;
  readonly auditBucket: AuditBucket;
}

export interface DataBucketsProps {
  readonly environment: Environment;
  readonly encryptionKey: kms.IKey;
  /** Ends the logical ids: the buckets themselves, or those that they are copied to. */
  readonly kind: 'Bucket' | 'Replica';
  /** @default - nothing is copied from them */
  readonly copyTo?: DataBuckets & { readonly key: kms.IKey };
}

/** Both times with the same protection and for the same time, because both are made here. */
export function makeDataBuckets(
  scope: Construct,
  { environment: { retention, backup }, encryptionKey, kind, copyTo }: DataBucketsProps,
): DataBuckets {
  const accessLogBucket = new AccessLogBucket(scope, 'AccessLogs', {
    writers: 'buckets',
    logRetentionDays: retention.logDays,
  });
  const propsOf = (bucket: keyof DataBuckets) => ({
    encryptionKey,
    accessLogBucket,
    replica: copyTo && { bucket: copyTo[bucket], encryptionKey: copyTo.key },
  });
  return {
    filestoreBucket: new FilestoreBucket(scope, `Filestore${kind}`, {
      ...propsOf('filestoreBucket'),
      databaseReachDays: databaseReachDays(retention),
    }),
    backupBucket: new BackupBucket(scope, `Backup${kind}`, {
      ...propsOf('backupBucket'),
      pointInTimeDays: retention.pointInTimeDays,
      dumpDays: retention.daily,
      objectLockDays: backup.objectLockDays,
      // S3 copies nothing of a bucket with Object Lock into one without, and whoever adds the lock may have copies already.
      readyForObjectLock: kind === 'Replica',
      servesRecovery: kind === 'Replica',
    }),
    auditBucket: new AuditBucket(scope, `Audit${kind}`, propsOf('auditBucket')),
  };
}
