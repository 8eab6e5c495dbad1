import { aws_iam as iam, type aws_kms as kms, type aws_s3 as s3, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge-wildcard.ts';

/** A bucket and the key of its objects. */
export interface EncryptedBucket {
  readonly bucket: s3.IBucket;
  readonly encryptionKey: kms.IKey;
}

export interface ReplicationRoleProps {
  readonly source: EncryptedBucket;
  readonly replica: EncryptedBucket;
  /** Objects have a lock, which goes with the copy. */
  readonly locked: boolean;
  /** What is copied, for the auditor, for example `attachments`. */
  readonly contents: string;
}

/**
 * What S3 copies a bucket's objects with: reads every version there, writes it here, and can use each key for objects only.
 *
 * Not the role that the CDK makes: it would also be written into the policy of the other Region's key, so that each of the
 * two stacks needed the other.
 */
export class ReplicationRole extends iam.Role {
  constructor(scope: Construct, id: string, { source, replica, locked, contents }: ReplicationRoleProps) {
    super(scope, id, {
      assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      description: `Copies ${contents} to the recovery Region`,
    });
    this.allow(['s3:GetReplicationConfiguration', 's3:ListBucket'], source.bucket.bucketArn);
    this.allowObjects(
      [
        's3:GetObjectVersionForReplication',
        's3:GetObjectVersionAcl',
        's3:GetObjectVersionTagging',
        ...(locked ? ['s3:GetObjectRetention', 's3:GetObjectLegalHold'] : []),
      ],
      source.bucket,
      `S3 alone takes this role, to read ${contents} that it copies, whatever their names.`,
    );
    this.allowObjects(
      ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags'],
      replica.bucket,
      `Copies of ${contents} have the names of what they are copies of; S3 alone writes them.`,
    );
    this.allowKey(['kms:Decrypt'], source);
    this.allowKey(['kms:Encrypt', 'kms:GenerateDataKey'], replica);
  }

  private allowObjects(actions: string[], bucket: s3.IBucket, reason: string): void {
    const objects = bucket.arnForObjects('*');
    this.allow(actions, objects);
    acknowledgeWildcard(this, objects, reason);
  }

  /** Only on behalf of S3. */
  private allowKey(actions: string[], { bucket, encryptionKey }: EncryptedBucket): void {
    const viaS3 = `s3.${bucket.env.region}.${Stack.of(this).urlSuffix}`;
    this.allow(actions, encryptionKey.keyArn, { StringEquals: { 'kms:ViaService': viaS3 } });
  }

  private allow(
    actions: string[],
    resource: string,
    conditions?: Record<string, Record<string, string>>,
  ): void {
    this.addToPolicy(new iam.PolicyStatement({ actions, resources: [resource], conditions }));
  }
}
