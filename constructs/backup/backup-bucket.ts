import { Duration, type aws_kms as kms, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DataBucket } from '../shared/data-bucket.ts';

export interface BackupBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Days for which the database can be restored to any moment. */
  readonly pointInTimeDays: number;
}

/**
 * pgBackRest's repository: the backups of a PostgreSQL server that AWS does not back up by itself. Made in every
 * architecture, so that the backups from before a change of size stay where they are.
 *
 * pgBackRest deletes what its own retention no longer needs. Whatever it deletes, or somebody in its name, can be read
 * as a version for as long again as a restore may reach back.
 */
export class BackupBucket extends DataBucket {
  constructor(scope: Construct, id: string, props: BackupBucketProps) {
    super(scope, id, {
      encryptionKey: props.encryptionKey,
      accessLogBucket: props.accessLogBucket,
      accessLogPrefix: 'backup/',
      keepDeletedFor: Duration.days(props.pointInTimeDays),
    });
  }
}
