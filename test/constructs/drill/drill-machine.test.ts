import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { KEY, withDrill } from './drill.fixture.ts';

// What the states do when they are executed: test/restore/drill/.

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Condition?: unknown;
}

const DRILLS_DATABASES = /:db:prod-drill-\*"/;
const TAGGED = { Null: { 'aws:ResourceTag/odoo-aws:drill': 'false' } };

let template: Template;
beforeAll(() => {
  template = Template.fromStack(withDrill().stack);
}, 60_000);

/** Statements of the policies whose logical id begins so, or of all. */
function statements(prefix = ''): readonly Statement[] {
  return Object.entries(template.findResources('AWS::IAM::Policy'))
    .filter(([id]) => id.startsWith(prefix))
    .flatMap(([, { Properties }]) => Properties['PolicyDocument']['Statement']);
}

function allowing(action: string, prefix = ''): readonly Statement[] {
  return statements(prefix).filter(
    ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().includes(action),
  );
}

it('has no open finding, and no acknowledgment without one', { timeout: 60_000 }, () => {
  const { stack } = withDrill();
  const findings = findingsOf(stack);
  expect(
    findings.filter(({ acknowledged, path }) => !acknowledged && path.startsWith('test-Drill/Drill')),
  ).toEqual([]);
  expect(
    findings.filter(({ acknowledged, path }) => !acknowledged && path.startsWith('test-Drill/Functions')),
  ).toEqual([]);
  expect(idleAcknowledgments(stack, findings)).toEqual([]);
});

describe('what a drill may do to databases', () => {
  it('is to restore under its own name, with its tag, and into its own surroundings', () => {
    const [restore, ...others] = allowing('rds:RestoreDBInstanceToPointInTime');
    expect(others).toEqual([]);
    expect(restore?.Condition).toEqual({ Null: { 'aws:RequestTag/odoo-aws:drill': 'false' } });
    const resources = [restore?.Resource].flat().map((resource) => JSON.stringify(resource));
    expect(resources).toEqual([
      expect.stringMatching(/:auto-backup:\*"/),
      expect.stringMatching(DRILLS_DATABASES),
      expect.stringMatching(/:og:default:\*"/),
      expect.stringMatching(/:pg:drill-parameters"/),
      expect.stringMatching(/:subgrp:drill-subnets"/),
    ]);
    const [tag] = allowing('rds:AddTagsToResource');
    expect(JSON.stringify(tag?.Resource)).toMatch(DRILLS_DATABASES);
  });

  it('is to delete what has both its name and its tag, by the function and without it', () => {
    const deleting = allowing('rds:DeleteDBInstance');
    expect(deleting).toHaveLength(2);
    for (const { Resource, Condition } of deleting) {
      expect(JSON.stringify(Resource)).toMatch(DRILLS_DATABASES);
      expect(Condition).toEqual(TAGGED);
    }
  });

  it('is not to be removed by what looks for leftovers: that begins an execution of the one machine, which does', () => {
    const actions = statements('FunctionsSweep').flatMap(({ Action }) => Action);
    expect(actions.filter((action) => /Delete|Stop/.test(action))).toEqual([]);
    expect(allowing('states:StartExecution', 'FunctionsSweep').map(({ Resource }) => Resource)).toEqual([
      { Ref: expect.stringMatching(/^DrillMachine/) },
    ]);
  });

  it('is denied for all others, whatever else may be allowed one day', () => {
    const denied = statements().filter(({ Effect }) => Effect === 'Deny');
    expect(denied).toHaveLength(2);
    for (const { Action, NotResource } of denied) {
      expect(Action).toEqual(expect.arrayContaining(['rds:DeleteDBInstance', 'rds:ModifyDBInstance']));
      expect(JSON.stringify(NotResource)).toMatch(DRILLS_DATABASES);
    }
  });

  it('is nothing else: no action of RDS but these, and none that makes anything but what a drill needs', () => {
    const actions = statements()
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => [Action].flat());
    expect([...new Set(actions.filter((action) => action.startsWith('rds:')))].toSorted()).toEqual([
      'rds:AddTagsToResource',
      'rds:DeleteDBInstance',
      'rds:DescribeDBInstanceAutomatedBackups',
      'rds:DescribeDBInstances',
      'rds:RestoreDBInstanceToPointInTime',
    ]);
    const making = actions.filter((action) => /:(Create|Put|Run|Start)/.test(action));
    expect([...new Set(making)].filter((action) => !action.startsWith('logs:')).toSorted()).toEqual(
      [
        'ec2:CreateNetworkInterface',
        'kms:CreateGrant',
        's3:PutObject',
        'ecs:RunTask',
        'states:StartExecution',
      ].toSorted(),
    );
  });
});

it('lets RDS alone use the key of the copies on behalf of a drill', () => {
  const [grant] = allowing('kms:CreateGrant');
  expect(grant).toMatchObject({
    Resource: KEY,
    Condition: { StringEquals: { 'kms:ViaService': expect.anything() } },
  });
  expect(JSON.stringify(grant?.Condition)).toContain('rds.eu-central-1');
});

it('runs revisions of one task, on one cluster, whose tasks it may stop', () => {
  const cluster = { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^Cluster/), 'Arn'] } };
  for (const action of ['ecs:RunTask', 'ecs:StopTask', 'ecs:ListTasks', 'ecs:DescribeTasks']) {
    const found = allowing(action);
    expect(found.length).toBeGreaterThan(0);
    for (const { Condition } of found) expect(Condition).toEqual({ ArnEquals: cluster });
  }
  expect(JSON.stringify(allowing('ecs:RunTask')[0]?.Resource)).toMatch(/:task-definition\/drill:\*"/);
});

it('writes reports and its lock, and nothing else in a bucket', () => {
  const written = allowing('s3:PutObject').map(({ Resource }) => JSON.stringify(Resource));
  expect(written.toSorted()).toEqual([
    expect.stringMatching(/:s3:::audit\/drills\/\*"/),
    expect.stringMatching(/:s3:::audit\/drills\/lock.json"/),
  ]);
  for (const { Action } of statements()) expect([Action].flat().join()).not.toMatch(/s3:Delete/);
});

it('asks only executions of its own state machine how they stand', () => {
  const [ask] = allowing('states:DescribeExecution');
  expect(JSON.stringify(ask?.Resource)).toMatch(/:execution:.*DrillMachine.*:\*"/);
});

it('clears after an execution that was aborted or broke off', () => {
  const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
  expect(rule?.['Properties']).toMatchObject({
    EventPattern: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        $or: [
          { status: ['ABORTED', 'TIMED_OUT'] },
          // Not one that has ended by itself: it has cleared, and its successor would fail as well, for ever.
          { status: ['FAILED'], error: ['States.Runtime', 'States.DataLimitExceeded'] },
        ],
      },
    },
    Targets: [{ InputTransformer: { InputPathsMap: { 'detail-executionArn': '$.detail.executionArn' } } }],
  });
});

it('has one function in the network, in the isolated subnets', () => {
  const inside = Object.values(template.findResources('AWS::Lambda::Function')).filter(
    ({ Properties }) => Properties['VpcConfig'] !== undefined,
  );
  expect(inside).toHaveLength(1);
  expect(JSON.stringify(inside[0]?.['Properties']['VpcConfig'])).toContain('DatabaseSubnet');
});
