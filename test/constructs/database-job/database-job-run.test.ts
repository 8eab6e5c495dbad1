import { Match, Template } from 'aws-cdk-lib/assertions';
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { OdooService } from '../../../constructs/odoo-service/odoo-service.ts';
import { withJob } from './database-job.fixture.ts';

const HANDLERS = new URL('../../../constructs/database-job/run-job.lambda/', import.meta.url);

let template: Template;

beforeAll(() => {
  const { stack, cluster, node, plan, network, loadBalancer, run } = withJob();
  const { targetGroup } = loadBalancer;
  new OdooService(stack, 'Odoo', { cluster, node, plan, network, targetGroup, after: [run.done] });
  template = Template.fromStack(stack);
});

describe('the run', () => {
  it('names the revision of the task, so that a changed task is what makes it run again', () => {
    const [definition] = idsOf('AWS::ECS::TaskDefinition', /DatabaseJob/);
    const [machine] = idsOf('AWS::StepFunctions::StateMachine', /^Release/);
    template.hasResourceProperties('Custom::DatabaseJob', {
      TaskDefinition: { Ref: definition },
      StateMachine: { Ref: machine },
      LogStreams: 'databasejob/Job/',
      BudgetMinutes: 50,
      Cluster: Match.anyValue(),
      LogGroup: Match.anyValue(),
    });
  });

  it('ends in time for CloudFormation, which waits for an hour', () => {
    const [waiter] = idsOf('AWS::StepFunctions::StateMachine', /Provider/);
    const machine = JSON.stringify(template.findResources('AWS::StepFunctions::StateMachine')[waiter ?? '']);
    const interval = Number(/IntervalSeconds\\":(\d+)/.exec(machine)?.[1]);
    const attempts = Number(/MaxAttempts\\":(\d+)/.exec(machine)?.[1]);
    const backstopMinutes = (interval * attempts) / 60;
    // After the function's own end, 50 minutes and 6 of grace.
    expect(backstopMinutes).toBeGreaterThan(56);
    expect(backstopMinutes).toBeLessThan(60);
  });

  it('comes before any service', () => {
    const [run] = Object.keys(template.findResources('Custom::DatabaseJob'));
    const services = Object.values(template.findResources('AWS::ECS::Service'));
    expect(services).toHaveLength(2);
    for (const { DependsOn } of services) expect(DependsOn).toContain(run);
  });
});

describe('the functions', () => {
  it('run on a runtime that is named, from files that need no bundling', () => {
    for (const handler of ['index.onEvent', 'index.isComplete']) {
      template.hasResourceProperties('AWS::Lambda::Function', { Handler: handler, Runtime: 'nodejs24.x' });
    }
    expect(readdirSync(HANDLERS)).toEqual(['explain.mjs', 'index.mjs', 'run-job.mjs']);
  });

  it('may start, see and stop executions of the one state machine', () => {
    expect(actionsOf(/StartRole/)).toEqual([
      'cloudformation:DescribeStacks',
      'states:DescribeExecution',
      'states:ListExecutions',
      'states:StartExecution',
    ]);
    expect(actionsOf(/WatchRole/).filter((action) => action.startsWith('states:'))).toEqual([
      'states:DescribeExecution',
      'states:StopExecution',
    ]);
    for (const role of [/StartRole/, /WatchRole/]) {
      for (const { Action, Resource } of statementsOf(role)) {
        if (JSON.stringify(Action).includes('states:'))
          expect(JSON.stringify(Resource)).toContain('ReleaseMachine');
      }
    }
  });

  it('may stop tasks of the one cluster, if the state machine did not', () => {
    const ecs = statementsOf(/WatchRole/).filter(({ Action }) => JSON.stringify(Action).includes('ecs:'));
    expect(ecs.map(({ Action }) => Action)).toEqual(['ecs:StopTask', 'ecs:ListTasks']);
    for (const { Condition } of ecs) {
      expect(Condition).toEqual({ ArnEquals: { 'ecs:cluster': expect.anything() } });
    }
  });

  it('keep their logs encrypted and only as long as told', () => {
    const [logs] = idsOf('AWS::Logs::LogGroup', /JobRunRunnerLogs/);
    expect(template.findResources('AWS::Logs::LogGroup')[logs ?? '']?.['Properties']).toMatchObject({
      RetentionInDays: 30,
      KmsKeyId: expect.anything(),
    });
    for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(Properties.LoggingConfig.LogGroup).toEqual({ Ref: logs });
    }
  });
});

function idsOf(type: string, id: RegExp): string[] {
  return Object.keys(template.findResources(type)).filter((logicalId) => id.test(logicalId));
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementsOf(role: RegExp): readonly Statement[] {
  const [id] = idsOf('AWS::IAM::Policy', new RegExp(`JobRunRunner${role.source}`));
  return template.findResources('AWS::IAM::Policy')[id ?? '']?.['Properties'].PolicyDocument.Statement;
}

/** Apart from the log's. */
function actionsOf(role: RegExp): string[] {
  return statementsOf(role)
    .flatMap(({ Action }) => Action)
    .filter((action) => !action.startsWith('logs:'))
    .toSorted();
}
