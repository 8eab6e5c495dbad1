import type { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { SERVER_RECOVERY_POINTS } from '../backup/backup-prefixes.ts';
import type { DrillCopies } from './drill-copies.ts';
import { allow } from './drill-permissions.ts';

/** The backups of the single server, copied to this Region. The task restores them, so that no database is left but in it. */
export class CopiedBackups implements DrillCopies {
  readonly settings: Readonly<Record<string, unknown>>;
  private readonly bucket: s3.IBucket;

  /** @param bucket - copy of the backup bucket, encrypted as the copy of the audit bucket. */
  constructor(bucket: s3.IBucket) {
    this.bucket = bucket;
    this.settings = { database: { kind: 's3', bucket: bucket.bucketName, key: SERVER_RECOVERY_POINTS } };
  }

  allowFind(role: iam.Role): void {
    allow(role, ['s3:GetObject'], this.bucket.arnForObjects(SERVER_RECOVERY_POINTS));
    // A list that is not there is then "not found" and not "denied".
    allow(role, ['s3:ListBucket'], this.bucket.bucketArn);
  }

  allowSee(): void {
    // Tasks are seen in any case.
  }

  allowRemove(): void {
    // And stopped.
  }
}
