import { Duration, RemovalPolicy, aws_iam as iam, type aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type EncryptedBucket, ReplicationRole } from './replication-role.ts';

export interface DataBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Where in the log bucket this bucket's access logs go, ending in a slash. */
  readonly accessLogPrefix: string;
  /** How long what was deleted or overwritten can still be read, as a version. */
  readonly keepDeletedFor: Duration;
  /** Days for which a version cannot be deleted for good, by Object Lock in governance mode. Absent: no Object Lock. */
  readonly objectLockDays?: number;
  /**
   * Makes the bucket with Object Lock at hand, which locks nothing yet and costs nothing. Only for buckets that were never
   * deployed without: CloudFormation would replace them.
   *
   * @default - false: a lock is set on the bucket that is there
   */
  readonly readyForObjectLock?: boolean;
  /**
   * Where its objects are copied to as they are written, and how.
   *
   * @default - nowhere: the loss of the Region takes them
   */
  readonly replication?: Replication;
}

/** A bucket of the recovery Region. */
export type Replica = EncryptedBucket;

export interface Replication extends Replica {
  /** What is copied, for the auditor, for example `attachments`. */
  readonly contents: string;
  /**
   * Whether what is deleted is deleted in the copy too, where it remains as a version. Without it a deletion, be it a
   * mistake or an attack, never reaches the copy.
   */
  readonly deletions: boolean;
  /**
   * S3 copies 99.99 % of the objects within 15 minutes and publishes how far behind the copy is, for USD 0.015 per GB
   * (S3 Replication Time Control).
   */
  readonly timeControl: boolean;
}

/** Name of the rule, also a dimension of its metrics. */
export const REPLICATION_RULE = 'ToRecoveryRegion';

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
    if (props.replication !== undefined) this.copyTo(props.replication, props);
    // A bucket that is kept keeps refusing plain HTTP.
    this.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    this.announceChanges();
    if (props.readyForObjectLock) this.resource.objectLockEnabled = true;
    if (props.objectLockDays !== undefined) this.lockObjects(props.objectLockDays);
  }

  /**
   * AWS Backup switches these notifications on when it protects a bucket, which would be drift. Set on the resource,
   * because the bucket's own property does it through a custom resource with a function.
   */
  private announceChanges(): void {
    this.resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
  }

  /** On the resource, because the bucket's own property makes a role that the other Region's key would have to name. */
  private copyTo(replication: Replication, { encryptionKey, objectLockDays }: DataBucketProps): void {
    const role = new ReplicationRole(this, 'ReplicationRole', {
      source: { bucket: this, encryptionKey },
      replica: replication,
      locked: objectLockDays !== undefined,
      contents: replication.contents,
    });
    this.resource.replicationConfiguration = { role: role.roleArn, rules: [ruleFor(replication)] };
  }

  /**
   * By the default retention: with `ObjectLockEnabled`, which is for buckets to be made, CloudFormation would replace a bucket
   * that is there by an empty one (its schema, November 2026), where S3 itself locks any bucket with versions.
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

function ruleFor(replication: Replication): s3.CfnBucket.ReplicationRuleProperty {
  const { bucket, encryptionKey, deletions, timeControl } = replication;
  const fifteenMinutes = { status: 'Enabled', time: { minutes: 15 } };
  return {
    id: REPLICATION_RULE,
    status: 'Enabled',
    // Whatever its name; without a filter the rule would be of the old kind, which cannot leave deletions out.
    filter: { prefix: '' },
    priority: 1,
    deleteMarkerReplication: { status: deletions ? 'Enabled' : 'Disabled' },
    // Without it S3 leaves out whatever is encrypted with a customer's key, and says nothing.
    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } },
    destination: {
      bucket: bucket.bucketArn,
      encryptionConfiguration: { replicaKmsKeyId: encryptionKey.keyArn },
      ...(timeControl && {
        replicationTime: fifteenMinutes,
        metrics: { status: 'Enabled', eventThreshold: fifteenMinutes.time },
      }),
    },
  };
}
