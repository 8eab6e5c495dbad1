import { aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  AccessLogBucket,
  type AccessLogBucketProps,
} from '../../../constructs/access-logs/access-log-bucket.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build(writers: AccessLogBucketProps['writers']) {
  const stack = testStack();
  const logs = new AccessLogBucket(stack, 'AccessLogBucket', { writers, logRetentionDays: 90 });
  if (writers === 'buckets') {
    new s3.Bucket(stack, 'Writer', { enforceSSL: true, serverAccessLogsBucket: logs });
  }
  return stack;
}

describe('a bucket for access logs', () => {
  const template = Template.fromStack(build('load-balancer'));

  it('encrypts with keys of S3, the only ones that log delivery can use', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('forgets logs after the days given, and deleted ones a week after their deletion', () => {
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ ExpirationInDays: 90, NoncurrentVersionExpiration: { NoncurrentDays: 7 } }),
          Match.objectLike({ ExpiredObjectDeleteMarker: true }),
        ]),
      },
    });
  });

  it('is kept together with its policy', () => {
    for (const type of ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy']) {
      template.hasResource(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
  });

  it.each(['buckets', 'load-balancer'] as const)('has no open or idle finding when %s write', (writers) => {
    expect(openFindings(build(writers))).toEqual([]);
    expect(idleAcknowledgments(build(writers))).toEqual([]);
  });
});
