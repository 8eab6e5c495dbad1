import { Duration, RemovalPolicy, aws_s3 as s3, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';

/** As long as Synthetics shows the runs of which they are. */
export const ARTIFACT_DAYS = 31;

/** What each run of a canary leaves: its log, a report of its steps, a picture of the page where a step failed. */
export class ArtifactBucket extends s3.Bucket {
  constructor(scope: Construct, id: string, encryptionKey: kms.IKey) {
    super(scope, id, {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: [
        {
          id: 'Expire',
          expiration: Duration.days(ARTIFACT_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { id: 'RemoveExpiredDeleteMarkers', expiredObjectDeleteMarker: true },
      ],
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    // A bucket that is kept keeps refusing plain HTTP.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    acknowledge(
      this,
      'AwsSolutions-S1',
      'What is in it expires after a month and shows a login page as everybody sees it. A log of who read it would need a second bucket, which would hold more than this one.',
    );
  }
}
