import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../constructs/database-job/run-job.lambda/run-job.mjs';
import { FakeAws } from './fake-aws.ts';
import { FakeStepFunctions } from './fake-step-functions.ts';
import { DATABASE_INSTANCE, only, releaseDefinition, resolved, templates } from './release-template.ts';
import { resourcesOf } from '../support/templates.ts';

const NOON = Date.parse('2026-12-01T12:00:00.000Z');
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Release';
const REQUEST = {
  RequestId: 'ad4e6c0f-0c1b-4a4f-9d0e-3f8f3c4f0a11',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/test-Service/1',
  LogicalResourceId: 'DatabaseJobRun',
  PhysicalResourceId: 'DatabaseJobRun',
};
const SNAPSHOT = `${DATABASE_INSTANCE}-before-deployment-${REQUEST.RequestId}`;

const run = only('Service', 'Custom::DatabaseJob');
let aws: FakeAws;
let sfn: FakeStepFunctions;
let stackStatus: string;
let report: object | undefined;

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  vi.spyOn(console, 'log').mockImplementation(() => {});
  aws = new FakeAws();
  sfn = new FakeStepFunctions(releaseDefinition(), aws);
  stackStatus = 'UPDATE_IN_PROGRESS';
  report = undefined;
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What CloudFormation and the provider framework do with the resource of the template. */
async function deploy(RequestType: 'Create' | 'Update' | 'Delete' = 'Update'): Promise<void> {
  const { onEvent, isComplete } = createHandlers({ sfn, ecs, logs, cloudFormation });
  const ResourceProperties = propertiesOfTemplate();
  const event = { ...REQUEST, RequestType, ResourceProperties };
  const started = await onEvent(event);
  // The framework asks so often, and gives up before CloudFormation does.
  for (const giveUp = NOON + 58 * 60_000; Date.now() < giveUp; await vi.advanceTimersByTimeAsync(15_000)) {
    if ((await isComplete({ ...event, ...started })).IsComplete) return;
  }
  throw new Error('the framework gave up');
}

/** With the state machine's name as AWS makes it; CloudFormation turns every number into text. */
function propertiesOfTemplate() {
  return {
    StateMachine: MACHINE,
    TaskDefinition: property('TaskDefinition'),
    Cluster: property('Cluster'),
    LogGroup: property('LogGroup'),
    LogStreams: property('LogStreams'),
    BudgetMinutes: property('BudgetMinutes'),
  };
}

function property(name: string): string {
  return String(resolved(run.resource.Properties?.[name]));
}

const ecs = {
  listTasks: async ({ startedBy }: { readonly startedBy?: string }) => ({
    taskArns: aws.running.filter((task) => task.startedBy === startedBy && !task.asked).map(({ arn }) => arn),
  }),
  stopTask: async ({ task }: { readonly task?: string }) =>
    aws.call('function', 'aws-sdk:ecs:stopTask', { Task: task }),
};
const logs = {
  getLogEvents: async () => {
    if (report === undefined) throw new Error('The specified log stream does not exist.');
    return { events: [{ message: JSON.stringify({ databaseJob: report }).replace(':', ': ') }] };
  },
};
const cloudFormation = { describeStacks: async () => ({ Stacks: [{ StackStatus: stackStatus }] }) };

const minutes = () => (Date.now() - NOON) / 60_000;

describe('the services', () => {
  it('depend on the run of the job, so that none is touched before it has ended well', () => {
    const services = resourcesOf({ Service: templates['Service'] ?? { Resources: {} } }, 'AWS::ECS::Service');
    expect(services).toHaveLength(2);
    for (const { resource } of services) expect(resource.DependsOn).toContain(run.logicalId);
  });

  it('run tasks that the stack of the release does not know: it can be deployed alone', () => {
    const definitions = resourcesOf(templates, 'AWS::ECS::TaskDefinition').map(({ stack }) => stack);
    expect(definitions.toSorted()).toEqual(['Release', 'Service', 'Service']);
    expect(JSON.stringify(templates['Release'])).not.toContain('test-Service');
  });
});

describe('a deployment', () => {
  it('goes on when the job has ended well', async () => {
    await deploy();
    expect(aws.tasks.map(({ request }) => request)).toEqual(['{"kind":"release"}']);
    expect(minutes()).toBeLessThan(5);
  });

  it('runs one job however often the same request is delivered', async () => {
    await deploy();
    await vi.advanceTimersByTimeAsync(60_000);
    await deploy();
    expect(aws.tasks).toHaveLength(1);
  });

  it('fails after a failed job, with its report, and the services are not touched', async () => {
    aws.runs = [{ looks: 2, exitCode: 1 }];
    report = { outcome: 'failed', step: 'change_modules', error: 'module crm_x is not in the image' };
    await expect(deploy()).rejects.toThrow(
      /^step change_modules: module crm_x is not in the image; log stream databasejob\/Job\/task1 of log group .+ has the rest$/,
    );
  });

  it('says how to restore the snapshot that was taken before', async () => {
    aws.runs = [
      { looks: 2, exitCode: 3 },
      { looks: 2, exitCode: 1 },
    ];
    report = { outcome: 'failed', step: 'change_modules', error: 'column is missing' };
    await expect(deploy()).rejects.toThrow(
      `log stream databasejob/Job/task2 of log group ${propertiesOfTemplate().LogGroup} has the rest; snapshot ${SNAPSHOT} has the database as it was before: aws rds restore-db-instance-from-db-snapshot`,
    );
  });

  it('ends in time when the job hangs, and the job is stopped', async () => {
    aws.runs = [{ looks: Infinity }];
    report = { outcome: 'stopped', step: 'change_modules' };
    await expect(deploy()).rejects.toThrow(
      /^the job had not ended at 2026-12-01T12:50:00.000Z, the end of its time, and was stopped; step change_modules: stopped; log stream/,
    );
    expect(aws.running).toEqual([]);
    expect(minutes()).toBeLessThan(56);
  });

  it('ends in time when even the state machine does not, and the job is stopped', async () => {
    aws.runs = [{ looks: Infinity }];
    aws.silent = 'Stop job';
    await expect(deploy()).rejects.toThrow(
      'the execution had not ended 6 minutes after the end of its time; its task was stopped; log streams databasejob/Job/*',
    );
    expect(aws.tasks[0]?.asked).toBe(true);
    expect([...sfn.executions.values()].map(({ status }) => status)).toEqual(['ABORTED']);
    expect(minutes()).toBeLessThan(58);
  });

  it('stops the task of an execution that somebody aborted', async () => {
    aws.runs = [{ looks: Infinity }];
    setTimeout(() => void sfn.stopExecution({ executionArn: [...sfn.executions.keys()][0] }), 120_000);
    await expect(deploy()).rejects.toThrow('the execution ended with ABORTED; its task was stopped');
    expect(aws.tasks[0]?.asked).toBe(true);
  });

  it('does nothing when the resource is deleted', async () => {
    await deploy('Delete');
    expect(aws.calls).toEqual([]);
  });
});

describe('a rollback', () => {
  it('runs nothing', async () => {
    stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
    await deploy();
    expect(aws.calls).toEqual([]);
    expect(console.log).toHaveBeenCalledWith('the stack is rolling back: the job is not run');
  });

  it('says in the log what restores the database, when a snapshot was taken before', async () => {
    aws.runs = [
      { looks: 2, exitCode: 3 },
      { looks: 2, exitCode: 0 },
    ];
    await deploy();
    const tasks = aws.tasks.length;
    stackStatus = 'UPDATE_ROLLBACK_IN_PROGRESS';
    await deploy();
    expect(aws.tasks).toHaveLength(tasks);
    expect(console.log).toHaveBeenCalledWith(
      expect.stringMatching(
        `the job is not run; npm run upgrade -- --env NAME --undo gives .*; snapshot ${SNAPSHOT} has the database`,
      ),
    );
  });
});
