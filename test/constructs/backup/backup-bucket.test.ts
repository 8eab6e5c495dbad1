import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { BackupBucket } from '../../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { testStack } from '../../support/stack.ts';

function templateOf(servesRecovery = false): Template {
  const stack = testStack();
  new BackupBucket(stack, 'BackupBucket', {
    encryptionKey: new DataKey(stack, 'DataKey'),
    accessLogBucket: new AccessLogBucket(stack, 'Logs', { writers: 'buckets', logRetentionDays: 30 }),
    pointInTimeDays: 35,
    dumpDays: 7,
    servesRecovery,
  });
  return Template.fromStack(stack);
}
const template = templateOf();

/** Lifecycle rules of the backup bucket itself. */
function rules(template: Template): readonly Record<string, unknown>[] {
  const [bucket] = Object.values(
    template.findResources('AWS::S3::Bucket', {
      Properties: { LoggingConfiguration: { LogFilePrefix: 'backup/' } },
    }),
  );
  return bucket?.['Properties'].LifecycleConfiguration.Rules;
}

it('keeps deleted backups for as long again as a restore reaches back', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LoggingConfiguration: { LogFilePrefix: 'backup/' },
    LifecycleConfiguration: {
      Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 35 } })]),
    },
  });
});

it('expires the nightly dumps and those of a way home, and nothing else that somebody has not deleted', () => {
  expect(rules(template).filter((rule) => 'ExpirationInDays' in rule)).toEqual([
    { Id: 'ExpireDumps', Status: 'Enabled', Prefix: 'server/dumps/', ExpirationInDays: 7 },
    { Id: 'ExpireFailbackDumps', Status: 'Enabled', Prefix: 'failback/', ExpirationInDays: 7 },
  ]);
});

it('expires those of a server too that was brought back from it', () => {
  const prefixes = rules(templateOf(true))
    .filter((rule) => 'ExpirationInDays' in rule)
    .map(({ Prefix }) => Prefix);
  expect(prefixes).toEqual(['server/dumps/', 'recovered/dumps/', 'failback/']);
});
