import { Match, Template } from 'aws-cdk-lib/assertions';
import { it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { BackupBucket } from '../../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { testStack } from '../../support/stack.ts';

it('keeps deleted backups for as long again as a restore reaches back', () => {
  const stack = testStack();
  new BackupBucket(stack, 'BackupBucket', {
    encryptionKey: new DataKey(stack, 'DataKey'),
    accessLogBucket: new AccessLogBucket(stack, 'Logs', { writers: 'buckets', logRetentionDays: 30 }),
    pointInTimeDays: 35,
  });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    LoggingConfiguration: { LogFilePrefix: 'backup/' },
    LifecycleConfiguration: {
      Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 35 } })]),
    },
  });
});
