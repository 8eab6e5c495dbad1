import {
  CfnResource,
  RemovalPolicy,
  Stack,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_s3 as s3,
} from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

/** S3 Files is built on EFS and acts under its name. */
const SERVICE = 'elasticfilesystem.amazonaws.com';

export interface S3FilesRoleProps {
  readonly bucket: s3.IBucket;
  readonly encryptionKey: kms.IKey;
  /** Logical id in the template. Changing it replaces the role, and with it the file system that names it. */
  readonly logicalId: string;
}

/**
 * The role in which S3 Files keeps a bucket and a file system in step, with the permissions of the S3 user guide's page
 * on prerequisites (read in November 2026).
 *
 * The policies are part of the role itself, so that a retained role keeps them: without them a retained file system
 * could not write its last changes to the bucket.
 */
export class S3FilesRole extends iam.Role {
  constructor(scope: Construct, id: string, { bucket, encryptionKey, logicalId }: S3FilesRoleProps) {
    const stack = Stack.of(scope);
    super(scope, id, {
      description: 'S3 Files: synchronizes the filestore bucket with its file system',
      assumedBy: fileSystemsOfThisAccount(stack),
      inlinePolicies: {
        Bucket: synchronizeBucket(stack, bucket),
        Key: useKeyForBucket(stack, bucket, encryptionKey),
        ChangeEvents: hearOfChanges(stack),
      },
    });
    this.keepUnder(logicalId);
    this.acceptWildcards(stack, bucket);
  }

  private keepUnder(logicalId: string): void {
    const { defaultChild } = this.node;
    if (!(defaultChild instanceof CfnResource)) throw new Error(`${this.node.path} has no role resource`);
    defaultChild.overrideLogicalId(logicalId);
    defaultChild.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  }

  private acceptWildcards(stack: Stack, bucket: s3.IBucket): void {
    const actions = {
      'GetObject*':
        'reads attributes, tags and versions of an object beside its content to show it as a file',
      'PutObject*': 'writes tags with the owner and mode of a file beside its content',
      'DeleteObject*':
        'removes what was deleted on the mount; versioning keeps it until the lifecycle rule expires it',
      'List*': 'lists the parts of multipart uploads that it makes of large files',
    };
    for (const [action, why] of Object.entries(actions)) {
      const reason = `Wildcard of the AWS guide for this service role, in this one bucket only: S3 Files ${why}.`;
      acknowledge(this, `AwsSolutions-IAM5[Action::s3:${action}]`, reason);
    }
    acknowledgeWildcard(
      this,
      bucket.arnForObjects('*'),
      'All objects of the filestore bucket and of no other: the bucket holds nothing but what this file system shows.',
    );
    acknowledgeWildcard(
      this,
      ruleArn(stack, 'DO-NOT-DELETE-S3-Files*'),
      'S3 Files chooses the rest of the name of its rule; a condition admits only rules that the service itself manages.',
    );
    acknowledgeWildcard(
      this,
      ruleArn(stack, '*'),
      'Reading rules only (describe and list), which S3 Files does to find its own one among those of the account.',
    );
  }
}

function fileSystemsOfThisAccount(stack: Stack): iam.ServicePrincipal {
  const fileSystems = stack.formatArn({ service: 's3files', resource: 'file-system', resourceName: '*' });
  return new iam.ServicePrincipal(SERVICE, {
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: { 'aws:SourceArn': fileSystems },
    },
  });
}

function synchronizeBucket(stack: Stack, bucket: s3.IBucket): iam.PolicyDocument {
  const conditions = { StringEquals: { 'aws:ResourceAccount': stack.account } };
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        actions: ['s3:ListBucket', 's3:ListBucketVersions'],
        resources: [bucket.bucketArn],
        conditions,
      }),
      new iam.PolicyStatement({
        actions: [
          's3:AbortMultipartUpload',
          's3:DeleteObject*',
          's3:GetObject*',
          's3:List*',
          's3:PutObject*',
        ],
        resources: [bucket.arnForObjects('*')],
        conditions,
      }),
    ],
  });
}

function useKeyForBucket(stack: Stack, bucket: s3.IBucket, key: kms.IKey): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        actions: [
          'kms:GenerateDataKey',
          'kms:Encrypt',
          'kms:Decrypt',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: [key.keyArn],
        conditions: {
          StringLike: {
            'kms:ViaService': `s3.${stack.region}.${stack.urlSuffix}`,
            // With a bucket key the context is the bucket's ARN, without one the object's.
            'kms:EncryptionContext:aws:s3:arn': [bucket.bucketArn, bucket.arnForObjects('*')],
          },
        },
      }),
    ],
  });
}

function hearOfChanges(stack: Stack): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      new iam.PolicyStatement({
        actions: [
          'events:DeleteRule',
          'events:DisableRule',
          'events:EnableRule',
          'events:PutRule',
          'events:PutTargets',
          'events:RemoveTargets',
        ],
        resources: [ruleArn(stack, 'DO-NOT-DELETE-S3-Files*')],
        conditions: { StringEquals: { 'events:ManagedBy': SERVICE } },
      }),
      new iam.PolicyStatement({
        actions: [
          'events:DescribeRule',
          'events:ListRuleNamesByTarget',
          'events:ListRules',
          'events:ListTargetsByRule',
        ],
        resources: [ruleArn(stack, '*')],
      }),
    ],
  });
}

function ruleArn(stack: Stack, name: string): string {
  return stack.formatArn({ service: 'events', resource: 'rule', resourceName: name });
}
