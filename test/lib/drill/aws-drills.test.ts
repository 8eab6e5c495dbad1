import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportOf } from '../../../constructs/drill/drill.lambda/report.mjs';
import { drillCommand } from '../../../lib/cli/drill.ts';
import { awsDrills } from '../../../lib/drill/aws-drills.ts';
import type { DrillAccount } from '../../../lib/drill/drill-account.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, stackAnswer } from '../../support/stack-answers.ts';

const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Drill';
const EXECUTION = 'arn:aws:states:eu-west-1:111122223333:execution:Drill:drill-1';
const START = 'AWSStepFunctions.StartExecution';
const DESCRIBE = 'AWSStepFunctions.DescribeExecution';
const LIST = 'AWSStepFunctions.ListExecutions';
const HISTORY = 'AWSStepFunctions.GetExecutionHistory';
const BEGUN = '2026-12-01T12:00:00.500Z';
const DRILL = { machine: MACHINE, reports: { bucket: 'audit-copy', prefix: 'drills/' } };

let wire: AwsWire;
let account: DrillAccount;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  account = awsDrills('prod', 'eu-west-1');
});

const second = (moment: string) => Date.parse(moment) / 1000;

describe('the stack of the drills', () => {
  it('says which state machine it is, and where reports are, in the recovery Region', async () => {
    const outputs = { DrillStateMachine: MACHINE, DrillReports: 's3://audit-copy/drills/', Other: 'x' };
    wire.on('DescribeStacks', stackAnswer('prod-Recovery-Drill', outputs));
    expect(await account.deployed()).toEqual(DRILL);
    expect(wire.asked('DescribeStacks')).toEqual([{ StackName: 'prod-Recovery-Drill' }]);
    expect(wire.calls[0]?.region).toBe('eu-west-1');
  });

  it('may be missing', async () => {
    wire.on('DescribeStacks', noStack('prod-Recovery-Drill'));
    expect(await account.deployed()).toBeUndefined();
  });

  it.each<Readonly<Record<string, string>>>([
    {},
    { DrillStateMachine: MACHINE },
    { DrillReports: 's3://audit-copy/drills/' },
    { DrillStateMachine: MACHINE, DrillReports: 'audit-copy' },
  ])('may be of another checkout: %j', async (outputs) => {
    wire.on('DescribeStacks', stackAnswer('prod-Recovery-Drill', outputs));
    await expect(account.deployed()).rejects.toThrow(
      'the stack prod-Recovery-Drill has no outputs DrillStateMachine and DrillReports: deploy it from this checkout',
    );
  });
});

describe('an execution', () => {
  it('is started with an empty input', async () => {
    wire.on(START, { body: { executionArn: EXECUTION, startDate: 1 } });
    expect(await account.start(DRILL, 'drill-1')).toBe(EXECUTION);
    expect(wire.asked(START)).toEqual([{ stateMachineArn: MACHINE, name: 'drill-1', input: '{}' }]);
  });

  it('that is started again, because the answer was lost, is the same', async () => {
    wire.on(
      START,
      { code: 'InternalFailure', status: 500 },
      { body: { executionArn: EXECUTION, startDate: 1 } },
    );
    expect(await account.start(DRILL, 'drill-1')).toBe(EXECUTION);
    const [first, again] = wire.asked(START);
    expect(again).toEqual(first);
  });

  it('stands as Step Functions says', async () => {
    const startDate = second(BEGUN);
    wire.on(DESCRIBE, {
      body: { executionArn: EXECUTION, status: 'FAILED', startDate, error: 'DrillFailed', cause: 'rows' },
    });
    expect(await account.look(EXECUTION)).toEqual({
      arn: EXECUTION,
      status: 'failed',
      startedAt: new Date(BEGUN),
      why: 'rows',
    });
  });

  it('is found while it runs, the oldest first, with what it is for', async () => {
    const listed = ['clears', 'drill-1'].map((name) => ({
      executionArn: `arn:${name}`,
      stateMachineArn: MACHINE,
      name,
      status: 'RUNNING',
      startDate: 1,
    }));
    wire.on(LIST, { body: { executions: listed } });
    wire.otherwise = ({ operation, parameters }) => {
      if (operation !== DESCRIBE) return undefined;
      const { executionArn } = parameters;
      const input = executionArn === 'arn:clears' ? '{"cancelled": "arn:before"}' : '{}';
      return { body: { executionArn, status: 'RUNNING', startDate: 1, input } };
    };
    expect(await account.running(DRILL)).toMatchObject([
      { arn: 'arn:drill-1', status: 'running' },
      { arn: 'arn:clears', status: 'running', clears: 'arn:before' },
    ]);
    expect(wire.asked(LIST)).toEqual([{ stateMachineArn: MACHINE, statusFilter: 'RUNNING' }]);
  });
});

const entered = (id: number, name: string, timestamp = id) => ({
  id,
  timestamp,
  type: 'PassStateEntered',
  stateEnteredEventDetails: { name },
});
const other = (id: number) => ({ id, timestamp: id, type: 'WaitStateExited' });

describe('the phases of an execution', () => {
  it('are the states that begin them, in their order, from all pages of its history', async () => {
    wire.on(
      HISTORY,
      { body: { events: [other(5), entered(4, 'Begin to find'), other(3)], nextToken: 'n' } },
      { body: { events: [entered(2, 'Begin to clear'), entered(1, 'Begin')] } },
    );
    expect(await account.begunAfter(EXECUTION, 0)).toEqual({
      phases: [
        { phase: 'clear', begun: new Date(2000) },
        { phase: 'find', begun: new Date(4000) },
      ],
      last: 5,
    });
    const asked = {
      executionArn: EXECUTION,
      reverseOrder: true,
      includeExecutionData: false,
      maxResults: 1000,
    };
    expect(wire.asked(HISTORY)).toEqual([asked, { ...asked, nextToken: 'n' }]);
  });

  it('that are known are not read again, however long the history is', async () => {
    wire.on(HISTORY, {
      body: {
        events: [entered(7, 'Begin to restore'), other(6), other(5), entered(4, 'Begin to find')],
        nextToken: 'n',
      },
    });
    expect(await account.begunAfter(EXECUTION, 5)).toEqual({
      phases: [{ phase: 'restore', begun: new Date(7000) }],
      last: 7,
    });
    expect(wire.asked(HISTORY)).toHaveLength(1);
  });

  it('are none where nothing has happened since', async () => {
    wire.on(HISTORY, { body: { events: [other(5)], nextToken: 'n' } });
    expect(await account.begunAfter(EXECUTION, 5)).toEqual({ phases: [], last: 5 });
  });
});

/** A report as the function of the state machine writes it. */
function reportText(execution: string): string {
  const report = reportOf(
    {
      execution,
      begun: BEGUN,
      cancelled: '',
      times: { clear: { begun: BEGUN } },
      drill: {},
      point: {},
      validation: {},
      checks: {},
      cleared: { removed: [], left: [] },
      failure: { Error: 'NoRestorePoint', Cause: 'none' },
    },
    { environment: 'prod', rtoHours: 4, rpoHours: 1 },
    new Date('2026-12-01T12:01:00Z'),
  );
  return JSON.stringify(report);
}

/** S3's answer to a list. */
function listed(...keys: readonly string[]) {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return {
    body: `<ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`,
  };
}

const keyOf = (moment: string, outcome = 'failed') => `drills/${moment}-${outcome}-unknown.json`;

it('the command finds all of that by itself', async () => {
  const newest = keyOf(BEGUN);
  wire.on(
    'DescribeStacks',
    stackAnswer('prod-Recovery-Drill', {
      DrillStateMachine: MACHINE,
      DrillReports: 's3://audit-copy/drills/',
    }),
  );
  wire.on('GET /audit-copy/', listed(newest));
  wire.on(`GET /audit-copy/${newest}`, { body: reportText(EXECUTION) });
  let out = '';
  let errors = '';
  const exitCode = await drillCommand(
    ['--env', 'prod', '--last'],
    { write: (text) => (out += text) },
    { write: (text) => (errors += text) },
  );
  expect([exitCode, errors]).toEqual([1, '']);
  expect(out).toMatch(/^prod: NOT proven\n[^]*while it was to clear: NoRestorePoint: none/);
});

describe('the report', () => {
  it('of an execution is the one that names it, among those since it was started', async () => {
    const keys = [keyOf('2026-12-01T11:59:59.000Z'), keyOf(BEGUN)];
    wire.on('GET /audit-copy/', listed(...keys, keyOf(BEGUN).replace('.json', '.html'), 'drills/lock.json'));
    wire.on(`GET /audit-copy/${keys[0]}`, { body: reportText('arn:other') });
    wire.on(`GET /audit-copy/${keys[1]}`, { body: reportText(EXECUTION) });
    const stored = await account.reportOf(DRILL, { arn: EXECUTION, startedAt: new Date(BEGUN) });
    expect(stored).toMatchObject({
      report: { execution: EXECUTION, outcome: 'failed', begun: new Date(BEGUN) },
      json: `s3://audit-copy/${keys[1]}`,
      html: `s3://audit-copy/${keys[1]?.replace('.json', '.html')}`,
    });
    // Clocks differ.
    expect(wire.asked('GET /audit-copy/')).toEqual([
      { 'list-type': '2', prefix: 'drills/', 'start-after': 'drills/2026-12-01T11:59:00.500Z' },
    ]);
  });

  it('of an execution may be missing', async () => {
    wire.on('GET /audit-copy/', listed('drills/lock.json'));
    expect(await account.reportOf(DRILL, { arn: EXECUTION, startedAt: new Date(BEGUN) })).toBeUndefined();
  });

  it('that is the newest is neither the lock nor a page', async () => {
    const newest = keyOf(BEGUN, 'passed');
    const page = newest.replace('.json', '.html');
    wire.on('GET /audit-copy/', listed(keyOf('2026-11-01T12:00:00.000Z'), page, newest, 'drills/lock.json'));
    wire.on(`GET /audit-copy/${newest}`, { body: reportText(EXECUTION) });
    expect((await account.lastReport(DRILL))?.json).toBe(`s3://audit-copy/${newest}`);
  });

  it('that is the newest is none before the first drill', async () => {
    wire.on('GET /audit-copy/', listed());
    expect(await account.lastReport(DRILL)).toBeUndefined();
  });

  it('that may not be read is an error, not missing', async () => {
    wire.on('GET /audit-copy/', { code: 'AccessDenied', message: 'not yours', status: 403 });
    await expect(account.lastReport(DRILL)).rejects.toThrow('not yours');
  });
});
