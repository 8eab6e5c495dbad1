import { Duration, RemovalPolicy, type aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface DataBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Where in the log bucket this bucket's access logs go, ending in a slash. */
  readonly accessLogPrefix: string;
  /** How long what was deleted or overwritten can still be read, as a version. */
  readonly keepDeletedFor: Duration;
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
  }

  /**
   * AWS Backup switches these notifications on when it protects a bucket, which would be drift. Set on the resource,
   * because the bucket's own property does it through a custom resource with a function.
   */
  private announceChanges(): void {
    const { defaultChild } = this.node;
    if (!(defaultChild instanceof s3.CfnBucket)) throw new Error(`${this.node.path} has no bucket resource`);
    defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }
}
