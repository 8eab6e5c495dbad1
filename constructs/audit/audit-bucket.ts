import { Duration, type aws_kms as kms, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DataBucket, type Replica } from '../shared/data-bucket.ts';
import { MANIFESTS } from './audit-prefixes.ts';

/** A restore test needs the manifest of a recovery point that is days old; the newest months are of use to a person. */
const MANIFEST_DAYS = 400;

export interface AuditBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** @default - not copied */
  readonly replica?: Replica;
}

/**
 * Evidence for an auditor: reports of restore tests, which are kept, and the manifests that they compare with.
 *
 * What is overwritten or deleted stays as a version for a year.
 */
export class AuditBucket extends DataBucket {
  constructor(scope: Construct, id: string, props: AuditBucketProps) {
    super(scope, id, {
      ...props,
      accessLogPrefix: 'audit/',
      keepDeletedFor: Duration.days(365),
      // Evidence may be a few minutes late, and nobody shall delete it everywhere at once.
      replication: props.replica && {
        ...props.replica,
        contents: 'reports for the auditor',
        deletions: false,
        timeControl: false,
      },
    });
    this.addLifecycleRule({
      id: 'ExpireManifests',
      prefix: MANIFESTS,
      expiration: Duration.days(MANIFEST_DAYS),
    });
  }
}
