import { App, Stack, type aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { describe, expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { AuditBucket } from '../../../constructs/audit/audit-bucket.ts';
import { BackupBucket } from '../../../constructs/backup/backup-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { FilestoreBucket } from '../../../constructs/filestore/filestore-bucket.ts';
import type { Replica } from '../../../constructs/shared/data-bucket.ts';
import cdkJson from '../../../cdk.json' with { type: 'json' };

interface Props {
  readonly encryptionKey: DataKey;
  readonly accessLogBucket: s3.IBucket;
  readonly replica?: Replica;
}

type Make = (scope: Construct, id: string, props: Props) => s3.Bucket;

const filestore: Make = (scope, id, props) =>
  new FilestoreBucket(scope, id, { ...props, databaseReachDays: 35 });
const backups: Make = (scope, id, props) =>
  new BackupBucket(scope, id, { ...props, pointInTimeDays: 35, dumpDays: 7 });
const lockedBackups: Make = (scope, id, props) =>
  new BackupBucket(scope, id, { ...props, pointInTimeDays: 35, dumpDays: 7, objectLockDays: 14 });
const audit: Make = (scope, id, props) => new AuditBucket(scope, id, props);

function stackIn(app: App, name: string, region: string) {
  const stack = new Stack(app, name, { env: { region }, crossRegionReferences: true });
  const encryptionKey = new DataKey(stack, 'Key');
  const accessLogBucket = new AccessLogBucket(stack, 'Logs', { writers: 'buckets', logRetentionDays: 30 });
  return { stack, props: { encryptionKey, accessLogBucket } };
}

/** The template of a bucket in Frankfurt that is copied to one in Ireland. */
function copied(make: Make): Template {
  const app = new App({ context: cdkJson.context });
  const there = stackIn(app, 'There', 'eu-west-1');
  const here = stackIn(app, 'Here', 'eu-central-1');
  const bucket = make(there.stack, 'Bucket', there.props);
  make(here.stack, 'Bucket', {
    ...here.props,
    replica: { bucket, encryptionKey: there.props.encryptionKey },
  });
  return Template.fromStack(here.stack);
}

/** Part of the rule by which S3 copies. */
function hasRule(template: Template, rule: object): void {
  template.hasResourceProperties('AWS::S3::Bucket', {
    ReplicationConfiguration: { Rules: [Match.objectLike(rule)] },
  });
}

/** What is allowed to the role that S3 copies with: the statement with exactly these actions. */
function statementOf(template: Template, ...actions: string[]) {
  const [policy] = Object.values(template.findResources('AWS::IAM::Policy'));
  const statements: readonly { Action: string | string[]; Resource: unknown; Condition?: unknown }[] =
    policy?.['Properties'].PolicyDocument.Statement;
  const found = statements.find(({ Action }) => JSON.stringify([Action].flat()) === JSON.stringify(actions));
  if (found === undefined) throw new Error(`nothing allows ${actions.join(', ')}`);
  return found;
}

const THERE = expect.stringContaining('"StackName":"There","Region":"eu-west-1"');
const text = (value: unknown): string => JSON.stringify(value);

describe.each([
  ['attachments', filestore],
  ['backups', backups],
  ['reports', audit],
] as const)('a bucket with %s', (_what, make) => {
  const template = copied(make);

  it('is copied although it is encrypted, which S3 would leave out without a word', () => {
    hasRule(template, {
      Status: 'Enabled',
      Filter: { Prefix: '' },
      SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
    });
  });

  it('is copied by a role that may read here, write there, and use each key for S3 alone', () => {
    const read = [
      's3:GetObjectVersionAcl',
      's3:GetObjectVersionForReplication',
      's3:GetObjectVersionTagging',
    ];
    expect(text(statementOf(template, ...read).Resource)).not.toEqual(THERE);
    const write = ['s3:ReplicateDelete', 's3:ReplicateObject', 's3:ReplicateTags'];
    expect(text(statementOf(template, ...write).Resource)).toEqual(THERE);
    const viaS3 = (statement: unknown) =>
      /"kms:ViaService":.*?"s3\.([a-z0-9-]+)\./.exec(text(statement))?.[1];
    expect(viaS3(statementOf(template, 'kms:Decrypt'))).toBe('eu-central-1');
    const encrypt = statementOf(template, 'kms:Encrypt', 'kms:GenerateDataKey');
    expect([text(encrypt.Resource), viaS3(encrypt)]).toEqual([THERE, 'eu-west-1']);
  });
});

describe('what is deleted', () => {
  it.each([
    ['stays in the copy of the attachments', filestore, 'Disabled'],
    ['goes from the copy of the backups, which pgBackRest expires', backups, 'Enabled'],
    ['stays in the copy of the reports', audit, 'Disabled'],
  ] as const)('%s', (_what, make, Status) => {
    hasRule(copied(make), { DeleteMarkerReplication: { Status } });
  });
});

describe('the time that a copy takes', () => {
  const withinFifteenMinutes = {
    ReplicationTime: { Status: 'Enabled', Time: { Minutes: 15 } },
    Metrics: { Status: 'Enabled', EventThreshold: { Minutes: 15 } },
  };

  it.each([
    ['attachments', filestore],
    ['backups', backups],
  ] as const)('is promised by S3, and published, for %s', (_what, make) => {
    hasRule(copied(make), { Destination: Match.objectLike(withinFifteenMinutes) });
  });

  it('is not for reports, of which nobody waits for one', () => {
    hasRule(copied(audit), { Destination: { ReplicationTime: Match.absent(), Metrics: Match.absent() } });
  });
});

it('takes the lock of an object along', () => {
  expect(text(copied(lockedBackups).findResources('AWS::IAM::Policy'))).toContain('s3:GetObjectRetention');
  expect(text(copied(backups).findResources('AWS::IAM::Policy'))).not.toContain('s3:GetObjectRetention');
});
