import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { withJob } from './database-job.fixture.ts';

// What the states do when they are executed: test/releases/.

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const ON_CLUSTER = {
  ArnEquals: { 'ecs:cluster': { 'Fn::GetAtt': [expect.stringMatching(/^Cluster/), 'Arn'] } },
};

let template: Template;
let statements: readonly Statement[];

beforeAll(() => {
  template = Template.fromStack(withJob().stack);
  statements = only('AWS::IAM::Policy', /^ReleaseRole/).PolicyDocument.Statement;
});

describe('the state machine of a release', () => {
  it('keeps its log encrypted, as long as told, without what the states read and make', () => {
    const [id] = idsOf('AWS::Logs::LogGroup', /^ReleaseLogs/);
    expect(only('AWS::StepFunctions::StateMachine', /^Release/).LoggingConfiguration).toEqual({
      Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: { 'Fn::GetAtt': [id, 'Arn'] } } }],
      IncludeExecutionData: false,
      Level: 'ALL',
    });
    expect(only('AWS::Logs::LogGroup', /^ReleaseLogs/)).toMatchObject({
      RetentionInDays: 30,
      KmsKeyId: expect.anything(),
    });
    expect(JSON.stringify(only('AWS::Logs::LogGroup', /^ReleaseLogs/).LogGroupName)).toMatch(
      /"\/aws\/vendedlogs\/states\/odoo-".*AWS::StackId/,
    );
  });

  it('may start revisions of one task on one cluster, with its two roles', () => {
    const run = allowing('ecs:RunTask');
    expect(run.Condition).toEqual(ON_CLUSTER);
    expect(JSON.stringify(run.Resource)).toMatch(/:task-definition\/ServiceDatabaseJobDefinition\w+:\*"/);
    const passed = statements
      .filter(({ Action }) => Action === 'iam:PassRole')
      .map(({ Resource }) => Resource);
    expect(JSON.stringify(passed)).toMatch(/ExecutionRole.*TaskRole|TaskRole.*ExecutionRole/);
    expect(JSON.stringify(passed)).not.toContain('"*"');
  });

  it('may see and stop tasks of the one cluster', () => {
    for (const action of ['ecs:DescribeTasks', 'ecs:StopTask']) {
      expect(JSON.stringify(allowing(action).Resource)).toMatch(/:task\/.*\/\*"/);
      expect(allowing(action).Condition).toEqual(ON_CLUSTER);
    }
    expect(allowing('ecs:ListTasks')).toMatchObject({ Resource: '*', Condition: ON_CLUSTER });
  });

  it('may take snapshots of the one database, under names of its own, and look at these', () => {
    const [instance, snapshot] = [allowing('rds:CreateDBSnapshot').Resource].flat();
    expect(JSON.stringify(instance)).toMatch(/:db:odoo-1"/);
    expect(JSON.stringify(snapshot)).toMatch(/:snapshot:odoo-1-before-\*"/);
    expect(JSON.stringify(allowing('rds:DescribeDBSnapshots').Resource)).toMatch(
      /:snapshot:odoo-1-before-\*"/,
    );
  });

  it('may do nothing else, but for the delivery of its log', () => {
    const actions = statements
      .flatMap(({ Action }) => Action)
      .filter((action) => !action.startsWith('logs:'));
    expect(actions.toSorted()).toEqual([
      'ecs:DescribeTasks',
      'ecs:ListTasks',
      'ecs:RunTask',
      'ecs:StopTask',
      'iam:PassRole',
      'rds:CreateDBSnapshot',
      'rds:DescribeDBSnapshots',
    ]);
  });
});

it('has no open finding and no acknowledgment that excuses nothing', () => {
  const { release, run, job } = withJob();
  for (const construct of [release, run, job]) {
    const findings = findingsOf(construct).filter(({ path }) => path.startsWith(construct.node.path));
    expect(
      findings.filter(({ acknowledged, evaluated }) => acknowledged === undefined || !evaluated),
    ).toEqual([]);
    expect(
      idleAcknowledgments(construct, findings).filter((line) => line.includes(construct.node.path)),
    ).toEqual([]);
  }
});

function idsOf(type: string, id: RegExp): string[] {
  return Object.keys(template.findResources(type)).filter((logicalId) => id.test(logicalId));
}

/** Properties of the one resource of a type whose logical id matches. */
function only(type: string, id: RegExp) {
  const ids = idsOf(type, id);
  expect(ids).toHaveLength(1);
  return template.findResources(type)[ids[0] ?? '']?.['Properties'];
}

/** The one statement that allows an action. */
function allowing(action: string): Statement {
  const found = statements.filter(({ Action }) => [Action].flat().includes(action));
  expect(found).toHaveLength(1);
  return found[0] ?? { Action: [], Resource: [] };
}
