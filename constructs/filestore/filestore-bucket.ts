import { Duration, type aws_kms as kms, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DataBucket, type Replica } from '../shared/data-bucket.ts';

/** Directory of the filestore in the bucket: an attachment is `filestore/odoo/<first two digits>/<sha1>`. */
export const FILESTORE_DIRECTORY = 'filestore';

/**
 * How much longer a deleted attachment is kept than the database can be turned back: a restore that reaches back to
 * the oldest recovery point may be decided on, tried and verified for a week without losing the files it needs.
 */
const MARGIN_DAYS = 7;

export interface FilestoreBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Days by which the database can be turned back, by whatever reaches back furthest. */
  readonly databaseReachDays: number;
  /** @default - not copied */
  readonly replica?: Replica;
}

/**
 * Odoo's attachments, in every architecture.
 *
 * An attachment is written once and named by its content, so only deletion makes versions of it. They are kept longer
 * than the database can be turned back, by monthly recovery points too: a restored database finds every file that it
 * refers to. What users delete is little beside what they keep, and costs what it did before.
 *
 * No rule moves current objects to a colder class. Most attachments are small, infrequent access bills at least 128 KiB
 * and 30 days for each, and S3 Files cannot read the archive classes at all.
 */
export class FilestoreBucket extends DataBucket {
  constructor(scope: Construct, id: string, props: FilestoreBucketProps) {
    super(scope, id, {
      ...props,
      accessLogPrefix: 'filestore/',
      keepDeletedFor: Duration.days(props.databaseReachDays + MARGIN_DAYS),
      // An attachment too many in the copy does no harm; one that is missing does.
      replication: props.replica && {
        ...props.replica,
        contents: 'attachments',
        deletions: false,
        timeControl: true,
      },
    });
  }
}
