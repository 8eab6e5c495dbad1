import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { FilestoreBucket } from '../../../constructs/filestore/filestore-bucket.ts';
import { testStack } from '../../support/stack.ts';

function build(databaseReachDays: number): Template {
  const stack = testStack();
  new FilestoreBucket(stack, 'FilestoreBucket', {
    encryptionKey: new DataKey(stack, 'DataKey'),
    accessLogBucket: new AccessLogBucket(stack, 'Logs', { writers: 'buckets', logRetentionDays: 30 }),
    databaseReachDays,
  });
  return Template.fromStack(stack);
}

it.each([1, 35, 372])(
  'keeps deleted attachments a week longer than the %i days that the database can be turned back',
  (days) => {
    build(days).hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: days + 7 } }),
        ]),
      },
    });
  },
);

it('moves and expires no attachment that is in use', () => {
  const rules = JSON.stringify(
    build(7).findResources('AWS::S3::Bucket', {
      Properties: { LoggingConfiguration: { LogFilePrefix: 'filestore/' } },
    }),
  );
  expect(rules).toContain('NoncurrentDays');
  expect(rules).not.toMatch(/Transition|ExpirationInDays|IntelligentTiering/);
});
