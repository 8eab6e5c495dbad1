import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build() {
  const stack = testStack();
  new DataKey(stack, 'DataKey');
  return stack;
}

it('rotates, waits 30 days before it is gone, and outlives its stack', () => {
  Template.fromStack(build()).hasResource('AWS::KMS::Key', {
    Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
});

it('leaves access to the IAM policies of its own account, so that grants never tie two stacks together', () => {
  const [key] = Object.values(Template.fromStack(build()).findResources('AWS::KMS::Key'));
  const statements = key?.['Properties'].KeyPolicy.Statement;
  expect(statements).toHaveLength(1);
  expect(JSON.stringify(statements[0].Principal)).toContain(':root');
});

it('has no open policy finding', () => {
  expect(openFindings(build())).toEqual([]);
});
