import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReleaseExecutions } from '../../../lib/release/release-executions.ts';
import { AwsWire } from '../../support/aws-wire.ts';

const START = 'AWSStepFunctions.StartExecution';
const DESCRIBE = 'AWSStepFunctions.DescribeExecution';
const LIST = 'AWSStepFunctions.ListExecutions';
const LAST = 'Logs_20140328.GetLogEvents';
const FILTER = 'Logs_20140328.FilterLogEvents';
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Release';
const EXECUTION = 'arn:aws:states:eu-central-1:111122223333:execution:Release:upgrade-1';
const STREAM = 'databasejob/Job/0123456789abcdef';
const REPORT = '{"databaseJob": {"outcome": "succeeded", "seconds": 12.5}}\n';

let wire: AwsWire;
let pauses: number;
let releases: ReleaseExecutions;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  pauses = 0;
  releases = new ReleaseExecutions('eu-central-1', async () => void pauses++);
});

const event = (message: string) => ({
  timestamp: 1_796_126_400_000,
  message,
  ingestionTime: 1_796_126_401_000,
});
const described = (fields: object) => ({
  body: { executionArn: EXECUTION, stateMachineArn: MACHINE, startDate: 1_796_126_400.5, ...fields },
});

describe('an execution', () => {
  it('is started with what the state machine takes, over JSON 1.0', async () => {
    wire.on(START, { body: { executionArn: EXECUTION, startDate: 1_796_126_400 } });
    const deadline = new Date('2026-12-01T18:00:00Z');
    expect(await releases.start(MACHINE, 'upgrade-1', { request: { kind: 'release' }, deadline })).toBe(
      EXECUTION,
    );
    expect(wire.asked(START)).toEqual([
      {
        stateMachineArn: MACHINE,
        name: 'upgrade-1',
        input: '{"request":"{\\"kind\\":\\"release\\"}","deadline":"2026-12-01T18:00:00.000Z"}',
      },
    ]);
    expect(wire.calls[0]).toMatchObject({
      service: 'states',
      headers: { 'content-type': 'application/x-amz-json-1.0' },
    });
  });

  it('whose start is not answered is not started twice: the second try has the same name', async () => {
    wire.on(
      START,
      { code: 'InternalFailure', status: 500 },
      { body: { executionArn: EXECUTION, startDate: 1 } },
    );
    const input = { request: { kind: 'undo' }, deadline: new Date() } as const;
    expect(await releases.start(MACHINE, 'upgrade-1', input)).toBe(EXECUTION);
    const [first, second] = wire.asked(START);
    expect(second).toEqual(first);
  });

  it('that exists with another input is an error', async () => {
    wire.on(START, { code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${EXECUTION}'` });
    await expect(
      releases.start(MACHINE, 'upgrade-1', { request: { kind: 'release' }, deadline: new Date() }),
    ).rejects.toThrow('Execution Already Exists');
  });

  it('runs, with what it was started with', async () => {
    const input = '{"request": "{\\"kind\\": \\"undo\\"}", "deadline": "2026-12-01T18:00:00Z"}';
    wire.on(DESCRIBE, described({ status: 'RUNNING', input }));
    expect(await releases.look(EXECUTION)).toEqual({
      status: 'running',
      startedAt: new Date(1_796_126_400_500),
      input: { kind: 'undo', deadline: new Date('2026-12-01T18:00:00Z') },
    });
    expect(wire.asked(DESCRIBE)).toEqual([{ executionArn: EXECUTION }]);
  });

  it('that AWS ends has no words of the state machine', async () => {
    const cause = "An error occurred while executing the state 'Look' (entered at the event id #7).";
    wire.on(DESCRIBE, described({ status: 'FAILED', error: 'States.Runtime', cause }));
    expect(await releases.look(EXECUTION)).toMatchObject({
      status: 'failed',
      why: `FAILED States.Runtime ${cause}`,
    });
  });

  it('that the state machine ends says why, which log, and what was saved', async () => {
    const cause = JSON.stringify({ why: 'exit code 1', task: 'arn', logStream: STREAM, snapshot: 'prod-1' });
    wire.on(DESCRIBE, described({ status: 'FAILED', error: 'JobFailed', cause }));
    expect(await releases.look(EXECUTION)).toEqual({
      status: 'failed',
      startedAt: expect.any(Date),
      why: 'exit code 1',
      logStream: STREAM,
      snapshot: 'prod-1',
    });
  });

  it('is looked at again when AWS has had too many requests', async () => {
    wire.on(
      DESCRIBE,
      { code: 'ThrottlingException', message: 'Rate exceeded' },
      { code: 'ThrottlingException', message: 'Rate exceeded' },
      { code: 'ThrottlingException', message: 'Rate exceeded' },
      described({ status: 'RUNNING' }),
    );
    expect(await releases.look(EXECUTION)).toMatchObject({ status: 'running' });
    expect(wire.calls).toHaveLength(4);
  });

  it('that runs is found, the latest first', async () => {
    const executions = [EXECUTION, `${EXECUTION}-before`].map((executionArn) => ({
      executionArn,
      stateMachineArn: MACHINE,
      name: 'name',
      status: 'RUNNING',
      startDate: 1,
    }));
    wire.on(LIST, { body: { executions } }, { body: { executions: [] } });
    expect(await releases.running(MACHINE)).toBe(EXECUTION);
    expect(await releases.running(MACHINE)).toBeUndefined();
    expect(wire.asked(LIST)[0]).toEqual({ stateMachineArn: MACHINE, statusFilter: 'RUNNING' });
  });
});

const page = (backward: string, ...messages: readonly string[]) => ({
  body: { events: messages.map(event), nextBackwardToken: backward, nextForwardToken: 'f/0' },
});

describe("the job's report", () => {
  it('is read from the end of the log, over JSON 1.1', async () => {
    wire.on(LAST, page('b/1', 'database job: receive\n', REPORT, 'the container ends\n'));
    const report = await releases.report({ logStream: STREAM }, '/odoo/job');
    expect(report).toEqual({ outcome: 'succeeded', seconds: 12.5, warnings: [], changed: [] });
    expect(wire.asked(LAST)).toEqual([{ logGroupName: '/odoo/job', logStreamName: STREAM, limit: 50 }]);
    expect(wire.calls[0]).toMatchObject({
      service: 'logs',
      headers: { 'content-type': 'application/x-amz-json-1.1' },
    });
  });

  it('is found behind an empty page', async () => {
    wire.on(LAST, page('b/1'), page('b/2', REPORT));
    expect(await releases.report({ logStream: STREAM }, '/odoo/job')).toMatchObject({ outcome: 'succeeded' });
    expect(wire.asked(LAST)[1]).toMatchObject({ nextToken: 'b/1' });
    expect(pauses).toBe(0);
  });

  it('is waited for: a log is not there at once', async () => {
    wire.on(LAST, page('b/1', 'database job: receive\n'), page('b/1', 'database job: receive\n', REPORT));
    expect(await releases.report({ logStream: STREAM }, '/odoo/job')).toMatchObject({ outcome: 'succeeded' });
    expect(pauses).toBe(1);
  });

  it('is missing where a log has none', async () => {
    for (let look = 0; look < 6; look++) wire.on(LAST, page('b/1'), page('b/1'));
    expect(await releases.report({ logStream: STREAM }, '/odoo/job')).toBeUndefined();
    expect(wire.calls).toHaveLength(12);
  });

  it('is missing where a container never ran, and so has no log', async () => {
    const message = 'The specified log stream does not exist.';
    for (let look = 0; look < 6; look++) wire.on(LAST, { code: 'ResourceNotFoundException', message });
    expect(await releases.report({ logStream: STREAM }, '/odoo/job')).toBeUndefined();
  });

  it('is not asked for where no job ran', async () => {
    expect(await releases.report({}, '/odoo/job')).toBeUndefined();
    expect(wire.calls).toEqual([]);
  });

  it('that may not be read is an error', async () => {
    wire.on(LAST, { code: 'AccessDeniedException', message: 'not authorized to perform: logs:GetLogEvents' });
    await expect(releases.report({ logStream: STREAM }, '/odoo/job')).rejects.toThrow('not authorized');
  });
});

const line = (eventId: string, message: string) => ({ eventId, logStreamName: STREAM, ...event(message) });

it('the lines of a log come from all its pages, empty ones between them', async () => {
  wire.on(
    FILTER,
    { body: { events: [line('1', 'one\n')], nextToken: 'n1' } },
    { body: { events: [], nextToken: 'n2' } },
    { body: { events: [line('2', 'two')] } },
  );
  const log = { group: '/odoo/job', streams: 'databasejob/Job/' };
  expect(await releases.logLines(log, 1000)).toEqual([
    { id: '1', at: 1_796_126_400_000, text: 'one' },
    { id: '2', at: 1_796_126_400_000, text: 'two' },
  ]);
  const asked = { logGroupName: '/odoo/job', logStreamNamePrefix: 'databasejob/Job/', startTime: 1000 };
  expect(wire.asked(FILTER)).toEqual([asked, { ...asked, nextToken: 'n1' }, { ...asked, nextToken: 'n2' }]);
});
