import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { LogKey } from '../../../constructs/encryption/log-key.ts';
import { metricLine } from '../../../constructs/restore-testing/validate-restore.lambda/metrics.ts';
import { testStack } from '../../support/stack.ts';
import { addRecoveryAlarms, stackWith } from './alarm-stacks.ts';

const template = Template.fromStack(stackWith(addRecoveryAlarms));

it('rings when the last proof is older than nine days, and when nobody says how old it is', () => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'prod-warning-restore-proof-overdue',
    Threshold: 9 * 86_400,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'breaching',
  });
});

it('watches the very metric that the functions publish', () => {
  const line = JSON.parse(
    metricLine('prod', [{ name: 'RestoreProofAge', unit: 'Seconds', value: 1 }], new Date()),
  );
  const [{ Namespace, Dimensions, Metrics }] = line['_aws'].CloudWatchMetrics;
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace,
    MetricName: Metrics[0].Name,
    Dimensions: Dimensions[0].map((name: string) => ({ Name: name, Value: line[name] })),
  });
});

it('tells of each job of AWS Backup that ended without a recovery point', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.backup'],
      'detail-type': ['Backup Job State Change', 'Copy Job State Change'],
      detail: {
        state: ['FAILED', 'ABORTED', 'EXPIRED'],
        // A backup names its vault by one of two, a copy the one that it comes from.
        $or: [
          { backupVaultArn: [Match.anyValue()] },
          { backupVaultName: ['odoo'] },
          { sourceBackupVaultArn: [Match.anyValue()] },
        ],
      },
    },
    Targets: [Match.objectLike({ Arn: { Ref: Match.stringLikeRegexp('^AlarmTopic') } })],
  });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'events.amazonaws.com' },
        }),
      ]),
    },
  });
});

it('tells who deletes recovery points, or makes it possible, by the name of the vault', () => {
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.backup'],
      'detail-type': ['AWS API Call via CloudTrail'],
      detail: {
        eventSource: ['backup.amazonaws.com'],
        eventName: Match.arrayWith([
          'DeleteBackupVaultLockConfiguration',
          'DeleteRecoveryPoint',
          'PutBackupVaultAccessPolicy',
          'UpdateRecoveryPointLifecycle',
        ]),
        requestParameters: { backupVaultName: ['odoo'] },
      },
    },
  });
  template.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: { 'detail-type': ['Backup Vault State Change'], resources: Match.anyValue() },
  });
});

it('reaches an encrypted topic: without its key every message would be lost without a trace', () => {
  const stack = testStack();
  new LogKey(stack, 'Key').admitEvents();
  const statements = JSON.stringify(Template.fromStack(stack).findResources('AWS::KMS::Key'));
  expect(statements).toContain(
    '"Action":["kms:Decrypt","kms:GenerateDataKey"],"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"}',
  );
});
