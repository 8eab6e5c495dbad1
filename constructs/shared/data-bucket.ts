import { Duration, RemovalPolicy, aws_iam as iam, type aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface DataBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Where in the log bucket this bucket's access logs go, ending in a slash. */
  readonly accessLogPrefix: string;
  /** How long what was deleted or overwritten can still be read, as a version. */
  readonly keepDeletedFor: Duration;
  /** Days for which a version cannot be deleted for good, by Object Lock in governance mode. Absent: no Object Lock. */
  readonly objectLockDays?: number;
}

/** A bucket whose objects cannot be made again: versioned, encrypted with the customer's key, TLS 1.2 only, kept. */
export class DataBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, props: DataBucketProps) {
    super(scope, id, {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: props.encryptionKey,
      // One KMS request per bucket and while instead of one per object.
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      serverAccessLogsBucket: props.accessLogBucket,
      serverAccessLogsPrefix: props.accessLogPrefix,
      lifecycleRules: [
        {
          id: 'ExpireDeletedObjects',
          noncurrentVersionExpiration: props.keepDeletedFor,
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        { id: 'RemoveExpiredDeleteMarkers', expiredObjectDeleteMarker: true },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // A bucket that is kept keeps refusing plain HTTP.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.announceChanges();
    if (props.objectLockDays !== undefined) this.lockObjects(props.objectLockDays);
  }

  /**
   * AWS Backup switches these notifications on when it protects a bucket, which would be drift. Set on the resource,
   * because the bucket's own property does it through a custom resource with a function.
   */
  private announceChanges(): void {
    this.resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }

  /**
   * By the default retention alone: with `ObjectLockEnabled`, which is for buckets to be made, CloudFormation would replace
   * a bucket that is there by an empty one (its schema, November 2026), where S3 itself locks any bucket with versions.
   *
   * Whoever may write may also prolong a lock, or choose compliance mode, which nobody ends: not beyond these days.
   */
  private lockObjects(days: number): void {
    this.resource.objectLockConfiguration = {
      objectLockEnabled: 'Enabled',
      rule: { defaultRetention: { mode: 'GOVERNANCE', days } },
    };
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'NoLongerLocks',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:PutObjectRetention'],
        resources: [this.arnForObjects('*')],
        conditions: { NumericGreaterThan: { 's3:object-lock-remaining-retention-days': days } },
      }),
    );
  }

  private get resource(): s3.CfnBucket {
    const { defaultChild } = this.node;
    if (!(defaultChild instanceof s3.CfnBucket)) throw new Error(`${this.node.path} has no bucket resource`);
    return defaultChild;
  }
}
