import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { DataKey, type DataKeyProps } from '../../../constructs/encryption/data-key.ts';
import { openFindings } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

function build(props: DataKeyProps = {}) {
  const stack = testStack();
  new DataKey(stack, 'DataKey', props);
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

it('lets one other account copy snapshots, and administer nothing', () => {
  const [key] = Object.values(
    Template.fromStack(build({ copiesAccount: '210987654321' })).findResources('AWS::KMS::Key'),
  );
  const statements = key?.['Properties'].KeyPolicy.Statement;
  const [, use, grants, ...others] = statements;
  expect(others).toEqual([]);
  for (const statement of [use, grants]) {
    expect(statement.Effect).toBe('Allow');
    expect(JSON.stringify(statement.Principal)).toMatch(/:iam::210987654321:root/);
  }
  const actions = [...use.Action, ...grants.Action];
  // A wildcard would let in what AWS adds one day; without these, AWS Backup says that the key is not accessible.
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  expect(actions).toEqual(
    expect.arrayContaining(['kms:DescribeKey', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:CreateGrant']),
  );
  expect(actions.filter((action) => /Put|Schedule|Disable|Delete|Update|Tag/.test(action))).toEqual([]);
  expect(grants.Condition).toEqual({ Bool: { 'kms:GrantIsForAWSResource': true } });
});

it('has no open policy finding', () => {
  expect(openFindings(build())).toEqual([]);
  expect(openFindings(build({ copiesAccount: '210987654321' }))).toEqual([]);
});
