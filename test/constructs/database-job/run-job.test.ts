import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createHandlers } from '../../../constructs/database-job/run-job.lambda/run-job.mjs';

const TASK = 'arn:aws:ecs:eu-central-1:111122223333:task/cluster/0123456789abcdef';
const MINUTE = 60_000;
const REQUEST = {
  RequestId: 'ad4e6c0f-0c1b-4a4f-9d0e-3f8f3c4f0a11',
  StackId: 'arn:aws:cloudformation:eu-central-1:111122223333:stack/prod-Service/1',
  LogicalResourceId: 'DatabaseJob',
  ResourceProperties: {
    Cluster: 'cluster',
    TaskDefinition: 'family:7',
    Container: 'Job',
    Subnets: ['subnet-1', 'subnet-2'],
    SecurityGroup: 'sg-1',
    LogGroup: 'group',
    LogStreamPrefix: 'databasejob',
    BudgetMinutes: '50',
  },
};
const CREATE = { ...REQUEST, RequestType: 'Create' as const };
const UPDATE = { ...REQUEST, RequestType: 'Update' as const, PhysicalResourceId: 'DatabaseJob' };
const DELETE = { ...REQUEST, RequestType: 'Delete' as const, PhysicalResourceId: 'DatabaseJob' };
const STARTED = { ...CREATE, PhysicalResourceId: 'DatabaseJob', TaskArn: TASK, StartedAt: 0 };

const ecs = { runTask: vi.fn(), describeTasks: vi.fn(), stopTask: vi.fn() };
const logs = { getLogEvents: vi.fn() };
const cloudFormation = { describeStacks: vi.fn() };
const clock = vi.fn();
const { onEvent, isComplete } = createHandlers({ ecs, logs, cloudFormation }, clock);

beforeEach(() => {
  vi.resetAllMocks();
  vi.spyOn(console, 'log').mockImplementation(() => {});
  clock.mockReturnValue(0);
  ecs.runTask.mockResolvedValue({ tasks: [{ taskArn: TASK }], failures: [] });
  ecs.stopTask.mockResolvedValue({});
  cloudFormation.describeStacks.mockResolvedValue({ Stacks: [{ StackStatus: 'UPDATE_IN_PROGRESS' }] });
  logs.getLogEvents.mockRejectedValue(new Error('The specified log stream does not exist.'));
});

describe('starting', () => {
  it('runs the task where the database can be reached, and hands its ARN on', async () => {
    clock.mockReturnValue(1234);
    expect(await onEvent(CREATE)).toEqual({
      PhysicalResourceId: 'DatabaseJob',
      TaskArn: TASK,
      StartedAt: 1234,
    });
    expect(ecs.runTask).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        cluster: 'cluster',
        taskDefinition: 'family:7',
        count: 1,
        networkConfiguration: {
          awsvpcConfiguration: {
            subnets: ['subnet-1', 'subnet-2'],
            securityGroups: ['sg-1'],
            assignPublicIp: 'DISABLED',
          },
        },
      }),
    );
  });

  it('starts one task however often the same request is delivered', async () => {
    await onEvent(CREATE);
    await onEvent(CREATE);
    const tokens = ecs.runTask.mock.calls.map(([input]) => input.clientToken);
    expect(tokens).toEqual([REQUEST.RequestId, REQUEST.RequestId]);
    // The longest token that ECS takes.
    expect(REQUEST.RequestId.length).toBeLessThanOrEqual(64);
  });

  it('runs again on an update and keeps the identity of the resource', async () => {
    expect(await onEvent(UPDATE)).toMatchObject({ PhysicalResourceId: 'DatabaseJob', TaskArn: TASK });
  });

  it('fails when ECS accepts the call but starts nothing', async () => {
    ecs.runTask.mockResolvedValue({
      tasks: [],
      failures: [{ reason: 'Capacity is unavailable at this time', detail: 'try another zone' }],
    });
    await expect(onEvent(CREATE)).rejects.toThrow(
      'ECS could not start the job: Capacity is unavailable at this time: try another zone; deploy again',
    );
  });

  it('fails when ECS names neither a task nor a failure', async () => {
    ecs.runTask.mockResolvedValue({});
    await expect(onEvent(CREATE)).rejects.toThrow('no reason given');
  });
});

describe('nothing to run', () => {
  it('leaves the database alone when the resource is deleted', async () => {
    expect(await onEvent(DELETE)).toEqual({ PhysicalResourceId: 'DatabaseJob' });
    expect(ecs.runTask).not.toHaveBeenCalled();
  });

  it('does not run while the stack rolls back, so that a failed job cannot block the rollback', async () => {
    cloudFormation.describeStacks.mockResolvedValue({
      Stacks: [{ StackStatus: 'UPDATE_ROLLBACK_IN_PROGRESS' }],
    });
    expect(await onEvent(UPDATE)).toEqual({ PhysicalResourceId: 'DatabaseJob' });
    expect(cloudFormation.describeStacks).toHaveBeenCalledWith({ StackName: REQUEST.StackId });
    expect(ecs.runTask).not.toHaveBeenCalled();
  });

  it('is complete at once', async () => {
    expect(await isComplete({ ...DELETE, PhysicalResourceId: 'DatabaseJob' })).toEqual({ IsComplete: true });
    expect(ecs.describeTasks).not.toHaveBeenCalled();
  });
});

describe('waiting', () => {
  it.each(['PROVISIONING', 'PENDING', 'RUNNING', 'DEPROVISIONING'])(
    'goes on while the task is %s',
    async (lastStatus) => {
      ecs.describeTasks.mockResolvedValue({ tasks: [{ lastStatus }] });
      clock.mockReturnValue(49 * MINUTE);
      expect(await isComplete(STARTED)).toEqual({ IsComplete: false });
      expect(ecs.describeTasks).toHaveBeenCalledWith({ cluster: 'cluster', tasks: [TASK] });
      expect(ecs.stopTask).not.toHaveBeenCalled();
    },
  );

  it('goes on while ECS does not know the task yet', async () => {
    ecs.describeTasks.mockResolvedValue({ tasks: [], failures: [{ reason: 'MISSING' }] });
    expect(await isComplete(STARTED)).toEqual({ IsComplete: false });
  });

  it('ends when the job has looked at the database and found it in order', async () => {
    stopped({
      containers: [
        { name: 'Configure', exitCode: 0 },
        { name: 'Job', exitCode: 0 },
      ],
    });
    expect(await isComplete(STARTED)).toEqual({ IsComplete: true });
  });

  it('accepts a job that ended well after the last look, even past its budget', async () => {
    stopped({ containers: [{ name: 'Job', exitCode: 0 }] });
    clock.mockReturnValue(51 * MINUTE);
    expect(await isComplete(STARTED)).toEqual({ IsComplete: true });
  });

  it.each([
    ['runs', [{ lastStatus: 'RUNNING' }]],
    ['never left PENDING', [{ lastStatus: 'PENDING' }]],
    ['is unknown', []],
  ])('stops a task that still %s when its budget is used up, and fails', async (_case, tasks) => {
    ecs.describeTasks.mockResolvedValue({ tasks });
    clock.mockReturnValue(50 * MINUTE);
    await expect(isComplete(STARTED)).rejects.toThrow(
      'the job was stopped after 50 minutes, the longest that a deployment waits; log stream' +
        ' databasejob/Job/0123456789abcdef of log group group has the rest',
    );
    expect(ecs.stopTask).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ cluster: 'cluster', task: TASK }),
    );
  });
});

describe('a failed task', () => {
  it('fails with what the job itself reported', async () => {
    stopped({ containers: [{ name: 'Job', exitCode: 1 }] });
    logs.getLogEvents.mockResolvedValue({
      events: [
        { message: 'database job: ensure_database' },
        {
          message:
            '{"databaseJob": {"outcome": "failed", "step": "ensure_database", "error": "has owner x"}}',
        },
      ],
    });
    await expect(isComplete(STARTED)).rejects.toThrow(
      'step ensure_database: has owner x; log stream databasejob/Job/0123456789abcdef of log group group has the rest',
    );
    expect(logs.getLogEvents).toHaveBeenCalledWith(
      expect.objectContaining({ logGroupName: 'group', logStreamName: 'databasejob/Job/0123456789abcdef' }),
    );
  });

  it('fails with what ECS says when no container came to write a log', async () => {
    stopped({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'CannotPullContainerError: pull access denied',
      containers: [{ name: 'Job' }],
    });
    await expect(isComplete(STARTED)).rejects.toThrow(
      'TaskFailedToStart; CannotPullContainerError: pull access denied; Job ended with no exit code',
    );
  });

  it('names the container that ended and why, when the job left no report', async () => {
    stopped({
      stopCode: 'EssentialContainerExited',
      containers: [
        { name: 'Configure', exitCode: 0 },
        { name: 'Job', exitCode: 137, reason: 'OutOfMemoryError: container killed' },
      ],
    });
    logs.getLogEvents.mockResolvedValue({ events: [{ message: 'Killed' }] });
    await expect(isComplete(STARTED)).rejects.toThrow(
      'EssentialContainerExited; Job ended with 137: OutOfMemoryError: container killed',
    );
  });

  it('is not taken for a success when another container ended well', async () => {
    stopped({ containers: [{ name: 'Configure', exitCode: 0 }, { name: 'Job' }] });
    await expect(isComplete(STARTED)).rejects.toThrow('Job ended with no exit code');
  });

  it('never answers more than CloudFormation reads', async () => {
    stopped({ stoppedReason: 'x'.repeat(10_000), containers: [] });
    const error: unknown = await isComplete(STARTED).catch((reason: unknown) => reason);
    expect(String(error).length).toBeLessThan(2000);
  });
});

function stopped(task: object): void {
  ecs.describeTasks.mockResolvedValue({ tasks: [{ lastStatus: 'STOPPED', ...task }] });
}
