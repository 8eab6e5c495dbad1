import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../../constructs/database-job/run-job.lambda/run-job.mjs';

// With the state machine really executed: test/releases/deployment.test.ts.

const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Release';
const EXECUTION =
  'arn:aws:states:eu-central-1:111122223333:execution:Release:deployment-ad4e6c0f-0c1b-4a4f-9d0e-3f8f3c4f0a11';
const MINUTE = 60_000;
const REQUEST = {
  RequestId: 'ad4e6c0f-0c1b-4a4f-9d0e-3f8f3c4f0a11',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/prod-Service/1',
  LogicalResourceId: 'DatabaseJob',
  ResourceProperties: {
    StateMachine: MACHINE,
    TaskDefinition: 'family:7',
    Cluster: 'cluster',
    LogGroup: 'group',
    LogStreams: 'databasejob/Job/',
    BudgetMinutes: '50',
  },
};
const CREATE = { ...REQUEST, RequestType: 'Create' as const };
const UPDATE = { ...REQUEST, RequestType: 'Update' as const, PhysicalResourceId: 'DatabaseJob' };
const DELETE = { ...REQUEST, RequestType: 'Delete' as const, PhysicalResourceId: 'DatabaseJob' };
const STARTED = { ...CREATE, PhysicalResourceId: 'DatabaseJob', ExecutionArn: EXECUTION };
const WHERE = 'log stream databasejob/Job/0123456789abcdef of log group group has the rest';

const sfn = {
  startExecution: vi.fn(),
  describeExecution: vi.fn(),
  stopExecution: vi.fn(),
  listExecutions: vi.fn(),
};
const ecs = { listTasks: vi.fn(), stopTask: vi.fn() };
const logs = { getLogEvents: vi.fn() };
const cloudFormation = { describeStacks: vi.fn() };
const clock = vi.fn();
const { onEvent, isComplete } = createHandlers({ sfn, ecs, logs, cloudFormation }, clock);

beforeEach(() => {
  vi.resetAllMocks();
  vi.spyOn(console, 'log').mockImplementation(() => {});
  clock.mockReturnValue(0);
  sfn.startExecution.mockResolvedValue({ executionArn: EXECUTION });
  ecs.listTasks.mockResolvedValue({ taskArns: [] });
  cloudFormation.describeStacks.mockResolvedValue({ Stacks: [{ StackStatus: 'UPDATE_IN_PROGRESS' }] });
  logs.getLogEvents.mockRejectedValue(new Error('The specified log stream does not exist.'));
});

describe('starting', () => {
  it('starts a release that ends in time, and hands its ARN on', async () => {
    expect(await onEvent(CREATE)).toEqual({ PhysicalResourceId: 'DatabaseJob', ExecutionArn: EXECUTION });
    expect(sfn.startExecution).toHaveBeenCalledExactlyOnceWith({
      stateMachineArn: MACHINE,
      name: `deployment-${REQUEST.RequestId}`,
      input: '{"request":"{\\"kind\\":\\"release\\"}","deadline":"1970-01-01T00:50:00.000Z"}',
    });
  });

  it('finds the execution that an earlier delivery of the same request started', async () => {
    sfn.startExecution.mockRejectedValue(
      Object.assign(new Error('Execution Already Exists'), { name: 'ExecutionAlreadyExists' }),
    );
    expect(await onEvent(CREATE)).toEqual({ PhysicalResourceId: 'DatabaseJob', ExecutionArn: EXECUTION });
  });

  it('runs again on an update and keeps the identity of the resource', async () => {
    expect(await onEvent(UPDATE)).toEqual({ PhysicalResourceId: 'DatabaseJob', ExecutionArn: EXECUTION });
  });

  it('fails with any other error', async () => {
    sfn.startExecution.mockRejectedValue(new Error('no state machine'));
    await expect(onEvent(CREATE)).rejects.toThrow('no state machine');
  });
});

describe('nothing to run', () => {
  it('leaves the database alone when the resource is deleted', async () => {
    expect(await onEvent(DELETE)).toEqual({ PhysicalResourceId: 'DatabaseJob' });
    expect(sfn.startExecution).not.toHaveBeenCalled();
  });

  it('does not run while the stack rolls back, even if Step Functions does not answer', async () => {
    cloudFormation.describeStacks.mockResolvedValue({
      Stacks: [{ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }],
    });
    sfn.listExecutions.mockRejectedValue(new Error('Rate exceeded'));
    expect(await onEvent(UPDATE)).toEqual({ PhysicalResourceId: 'DatabaseJob' });
    expect(cloudFormation.describeStacks).toHaveBeenCalledWith({ StackName: REQUEST.StackId });
    expect(sfn.startExecution).not.toHaveBeenCalled();
  });

  it('is complete at once', async () => {
    expect(await isComplete({ ...DELETE, PhysicalResourceId: 'DatabaseJob' })).toEqual({ IsComplete: true });
    expect(sfn.describeExecution).not.toHaveBeenCalled();
  });
});

describe('waiting', () => {
  it('goes on until the state machine has had its time to stop the job', async () => {
    running();
    clock.mockReturnValue(55 * MINUTE);
    expect(await isComplete(STARTED)).toEqual({ IsComplete: false });
    expect(sfn.describeExecution).toHaveBeenCalledWith({ executionArn: EXECUTION });
    expect(sfn.stopExecution).not.toHaveBeenCalled();
  });

  it('ends when the release has, even after its time', async () => {
    sfn.describeExecution.mockResolvedValue({ status: 'SUCCEEDED' });
    clock.mockReturnValue(58 * MINUTE);
    expect(await isComplete(STARTED)).toEqual({ IsComplete: true });
  });

  it('stops execution and task when that time is over, and fails', async () => {
    running();
    clock.mockReturnValue(56 * MINUTE);
    ecs.listTasks.mockResolvedValue({ taskArns: ['task'] });
    await expect(isComplete(STARTED)).rejects.toThrow(
      'the execution had not ended 6 minutes after the end of its time; its task was stopped; log streams databasejob/Job/* of log group group',
    );
    expect(sfn.stopExecution).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ executionArn: EXECUTION }),
    );
    expect(ecs.listTasks).toHaveBeenCalledWith({ cluster: 'cluster', startedBy: 'deployment-1' });
    expect(ecs.stopTask).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ cluster: 'cluster', task: 'task' }),
    );
  });
});

describe('a failed release', () => {
  it('fails with what the job itself reported', async () => {
    failed('JobFailed', { why: 'the job ended with exit code 1' });
    reported('{"databaseJob": {"outcome": "failed", "step": "ensure_database", "error": "has owner x"}}');
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error(`step ensure_database: has owner x; ${WHERE}`),
    );
    expect(logs.getLogEvents).toHaveBeenCalledWith(
      expect.objectContaining({ logGroupName: 'group', logStreamName: 'databasejob/Job/0123456789abcdef' }),
    );
  });

  it('fails with what ECS says when the job left no report', async () => {
    failed('JobFailed', { why: 'the job ended with exit code 137: OutOfMemoryError: container killed' });
    reported('Killed');
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error(`the job ended with exit code 137: OutOfMemoryError: container killed; ${WHERE}`),
    );
  });

  it('fails with what ECS says when nothing came to write a log', async () => {
    failed('JobNotStarted', { why: 'ECS could not start the job: no capacity', task: '', logStream: '' });
    await expect(isComplete(STARTED)).rejects.toThrow(new Error('ECS could not start the job: no capacity'));
    expect(logs.getLogEvents).not.toHaveBeenCalled();
  });

  it('says both why the job was stopped and where it was', async () => {
    failed('JobStopped', { why: 'the job had not ended at noon' });
    reported('{"databaseJob": {"outcome": "stopped", "step": "change_modules"}}');
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error(`the job had not ended at noon; step change_modules: stopped; ${WHERE}`),
    );
  });

  it('names the snapshot and how to restore it', async () => {
    failed('JobFailed', { why: 'the job ended with exit code 1', snapshot: 'odoo-1-before-x' });
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error(
        `the job ended with exit code 1; ${WHERE}; snapshot odoo-1-before-x has the database as it was before: aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier odoo-1-before-x restores it beside the present one`,
      ),
    );
  });

  it('stops what an execution left running that ended by itself', async () => {
    sfn.describeExecution.mockResolvedValue({
      name: 'deployment-1',
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'no such path',
    });
    ecs.listTasks.mockResolvedValue({ taskArns: ['task'] });
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error('the execution ended with FAILED States.Runtime no such path; its task was stopped'),
    );
    expect(ecs.stopTask).toHaveBeenCalledOnce();
  });

  it('still says why it failed when nothing can be stopped', async () => {
    failed('JobFailed', { why: 'the job ended with exit code 1' });
    ecs.listTasks.mockRejectedValue(new Error('Rate exceeded'));
    await expect(isComplete(STARTED)).rejects.toThrow(
      new Error(
        `the job ended with exit code 1; ${WHERE}; its task may still run: stop it in ECS before anything else`,
      ),
    );
  });

  it('never answers more than CloudFormation reads', async () => {
    failed('JobFailed', { why: 'x'.repeat(10_000), snapshot: 's'.repeat(255) });
    const error: unknown = await isComplete(STARTED).catch((reason: unknown) => reason);
    expect(String(error).length).toBeLessThan(3000);
  });
});

function running(): void {
  const input = JSON.stringify({ request: '{}', deadline: new Date(50 * MINUTE).toISOString() });
  sfn.describeExecution.mockResolvedValue({ name: 'deployment-1', status: 'RUNNING', input });
}

function failed(error: string, report: object): void {
  const cause = JSON.stringify({
    task: 'arn:aws:ecs:eu-central-1:111122223333:task/cluster/0123456789abcdef',
    logStream: 'databasejob/Job/0123456789abcdef',
    snapshot: '',
    ...report,
  });
  sfn.describeExecution.mockResolvedValue({ name: 'deployment-1', status: 'FAILED', error, cause });
}

function reported(line: string): void {
  logs.getLogEvents.mockResolvedValue({ events: [{ message: 'database job: begin' }, { message: line }] });
}
