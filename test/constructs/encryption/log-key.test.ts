import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { LogKey } from '../../../constructs/encryption/log-key.ts';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build() {
  const stack = testStack();
  new LogKey(stack, 'LogKey');
  return stack;
}

it('rotates and outlives its stack, as the logs do', () => {
  Template.fromStack(build()).hasResource('AWS::KMS::Key', {
    Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

it.each([
  [
    'logs.eu-central-1.amazonaws.com',
    { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': Match.anyValue() } },
  ],
  ['cloudwatch.amazonaws.com', { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } }],
])('admits %s, for this account only', (service, condition) => {
  Template.fromStack(build()).hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Allow', Principal: { Service: service }, Condition: condition }),
      ]),
    },
  });
});

it('admits SES where it tells of bounces, and only there', () => {
  const stack = testStack();
  new LogKey(stack, 'LogKey').admitMailEvents();
  Template.fromStack(stack).hasResourceProperties('AWS::KMS::Key', {
    KeyPolicy: {
      Statement: Match.arrayWith([
        {
          Sid: 'MailEvents',
          Effect: 'Allow',
          Principal: { Service: 'ses.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: '*',
        },
      ]),
    },
  });
  expect(JSON.stringify(Template.fromStack(build()).toJSON())).not.toContain('ses.amazonaws.com');
});

it('has no open policy finding', () => {
  expect(openFindings(build())).toEqual([]);
});
