import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { DataBucket } from '../../../constructs/shared/data-bucket.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build() {
  const stack = testStack();
  new DataBucket(stack, 'Bucket', {
    encryptionKey: new DataKey(stack, 'DataKey'),
    accessLogBucket: new AccessLogBucket(stack, 'Logs', { writers: 'buckets', logRetentionDays: 30 }),
    accessLogPrefix: 'data/',
    keepDeletedFor: Duration.days(12),
  });
  return stack;
}

describe('a bucket for data', () => {
  const template = Template.fromStack(build());
  const [id = ''] = Object.keys(
    template.findResources('AWS::S3::Bucket', { Properties: { LoggingConfiguration: Match.anyValue() } }),
  );
  const bucket = template.findResources('AWS::S3::Bucket')[id];

  it('is versioned and encrypted with the key given, asked for once per bucket and not per object', () => {
    expect(bucket?.['Properties']).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
        ],
      },
    });
  });

  it('is closed to the public and knows no access lists', () => {
    expect(bucket?.['Properties']).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  it.each([
    ['plain HTTP', { Bool: { 'aws:SecureTransport': 'false' } }],
    ['TLS below 1.2', { NumericLessThan: { 's3:TlsVersion': 1.2 } }],
  ])('refuses %s', (_what, condition) => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: id },
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: condition })]),
      },
    });
  });

  it('denies for no other reason, so that the service that mounts it keeps its way in', () => {
    const policies = template.findResources('AWS::S3::BucketPolicy', { Properties: { Bucket: { Ref: id } } });
    const [policy] = Object.values(policies);
    const denials = policy?.['Properties'].PolicyDocument.Statement.filter(
      (statement: { Effect: string }) => statement.Effect === 'Deny',
    );
    expect(denials).toHaveLength(2);
  });

  it('keeps deleted objects for as long as told, and leaves no half uploads and lone delete markers', () => {
    expect(bucket?.['Properties'].LifecycleConfiguration.Rules).toEqual([
      {
        Id: 'ExpireDeletedObjects',
        Status: 'Enabled',
        NoncurrentVersionExpiration: { NoncurrentDays: 12 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      { Id: 'RemoveExpiredDeleteMarkers', Status: 'Enabled', ExpiredObjectDeleteMarker: true },
    ]);
  });

  it('has the notifications on that AWS Backup would switch on behind the template', () => {
    expect(bucket?.['Properties'].NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  it('is kept together with its policy, and has no name', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy']) {
      template.allResources(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
    expect(bucket?.['Properties'].BucketName).toBeUndefined();
  });

  it('has no open policy finding and no idle acknowledgment', () => {
    expect(openFindings(build())).toEqual([]);
    expect(idleAcknowledgments(build())).toEqual([]);
  });
});
