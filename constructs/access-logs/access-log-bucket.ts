import { Duration, RemovalPolicy, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';

export interface AccessLogBucketProps {
  /** Who writes: buckets of the same stack, or a load balancer. */
  readonly writers: 'buckets' | 'load-balancer';
  /** Days for which access logs are kept. */
  readonly logRetentionDays: number;
}

/**
 * Receives access logs. One in each stack that has something to log: a log bucket's policy names its writers, so that
 * one bucket for all would make the stacks need each other.
 *
 * The only place without a customer's key, because neither S3 nor a load balancer delivers logs to a bucket that
 * encrypts with one.
 */
export class AccessLogBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, { writers, logRetentionDays }: AccessLogBucketProps) {
    super(scope, id, {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // A log that somebody deletes to hide a trace can be brought back for a week.
      versioned: true,
      lifecycleRules: [
        {
          id: 'Expire',
          expiration: Duration.days(logRetentionDays),
          noncurrentVersionExpiration: Duration.days(7),
          abortIncompleteMultipartUploadAfter: Duration.days(7),
        },
        { id: 'RemoveExpiredDeleteMarkers', expiredObjectDeleteMarker: true },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // A bucket that is kept keeps refusing plain HTTP.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);

    // cdk-nag knows a log bucket by the buckets that log to it, and cannot see a load balancer's.
    if (writers === 'load-balancer') {
      acknowledge(
        this,
        'AwsSolutions-S1',
        'Receives the access logs of the load balancer. Logging its own requests into itself would write a new log for every log it receives, without end.',
      );
    }
  }
}
