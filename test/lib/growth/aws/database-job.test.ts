import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ReceivingJob } from '../../../../lib/growth/aws/database-job.ts';
import { EnvironmentStacks } from '../../../../lib/growth/aws/stacks.ts';
import { GrowthProblem } from '../../../../lib/growth/growth.ts';
import { ReleaseExecutions } from '../../../../lib/release/release-executions.ts';
import { AwsWire } from '../../../support/aws-wire.ts';
import { stackAnswer } from '../../../support/stack-answers.ts';

const START = 'AWSStepFunctions.StartExecution';
const DESCRIBE = 'AWSStepFunctions.DescribeExecution';
const LAST = 'Logs_20140328.GetLogEvents';
const REQUEST = { dump: 'server/dumps/1.dump', manifest: 'server/handover/1.json', commit: true };

const pause = async () => undefined;

let wire: AwsWire;
let job: ReceivingJob;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  const region = 'eu-central-1';
  job = new ReceivingJob(new EnvironmentStacks('prod', region), new ReleaseExecutions(region, pause), pause);
  const stack = stackAnswer('prod-Release', { StateMachine: 'arn:machine', JobLogGroup: '/odoo/job' });
  wire.on('DescribeStacks', stack, stack);
  wire.on(START, { body: { executionArn: 'arn:execution', startDate: 1 } });
  wire.on(DESCRIBE, execution({ status: 'RUNNING' }));
});

function execution(fields: object) {
  return { body: { executionArn: 'arn:execution', startDate: 1, ...fields } };
}

function reports(databaseJob: object): void {
  const events = [{ timestamp: 1, message: `${JSON.stringify({ databaseJob })}\n` }];
  wire.on(LAST, { body: { events, nextBackwardToken: 'b/1' } });
}

function ends(how: 'well' | 'badly'): void {
  const [output, cause] = ['{"logStream": "job/1"}', '{"why": "exit code 1", "logStream": "job/1"}'];
  wire.on(
    DESCRIBE,
    execution(how === 'well' ? { status: 'SUCCEEDED', output } : { status: 'FAILED', cause }),
  );
}

describe('a database', () => {
  it('is received: the job is run, waited for and asked what it compared', async () => {
    ends('well');
    reports({ outcome: 'succeeded', received: { tables: 2, rows: 3, files: 1, filesRead: 1 } });
    const before = Date.now();
    expect(await job.receive(REQUEST)).toEqual({ tables: 2, rows: 3, files: 1, filesRead: 1 });
    const [started] = wire.asked(START);
    expect(started).toMatchObject({
      stateMachineArn: 'arn:machine',
      name: expect.stringMatching(/^growth-\d{8}-\d{6}$/),
    });
    const { request, deadline } = JSON.parse(String(started?.['input']));
    expect(JSON.parse(request)).toEqual({ kind: 'receive', ...REQUEST });
    expect(Date.parse(deadline)).toBeGreaterThanOrEqual(before + 12 * 3_600_000);
    expect(wire.asked(LAST)[0]).toMatchObject({ logGroupName: '/odoo/job', logStreamName: 'job/1' });
  });

  it('that is not says what the job says', async () => {
    ends('badly');
    reports({ outcome: 'failed', step: 'receive', error: 'table res_users: 3 rows instead of 4' });
    const failure = job.receive(REQUEST);
    await expect(failure).rejects.toThrow(
      'the database job did not succeed: table res_users: 3 rows instead of 4; mend it and grow again',
    );
    await expect(failure).rejects.toBeInstanceOf(GrowthProblem);
  });

  it('says why the job was stopped, of which the job itself knows nothing', async () => {
    const cause = '{"why": "the deadline has passed", "logStream": "job/1"}';
    wire.on(DESCRIBE, execution({ status: 'FAILED', error: 'JobStopped', cause }));
    reports({ outcome: 'stopped', step: 'receive' });
    await expect(job.receive(REQUEST)).rejects.toThrow('did not succeed: the deadline has passed;');
  });

  it('that AWS failed to begin with has no log', async () => {
    wire.on(DESCRIBE, execution({ status: 'FAILED', error: 'States.Runtime', cause: 'no such path' }));
    await expect(job.receive(REQUEST)).rejects.toThrow(
      'did not succeed: FAILED States.Runtime no such path;',
    );
    expect(wire.asked(LAST)).toEqual([]);
  });

  it('of which nothing is reported is looked at by a person', async () => {
    ends('well');
    reports({ outcome: 'succeeded' });
    await expect(job.receive(REQUEST)).rejects.toThrow(
      'log stream job/1 has no report; mend it and grow again',
    );
  });

  it('is set aside', async () => {
    ends('well');
    await job.withdraw();
    const { request } = JSON.parse(String(wire.asked(START)[0]?.['input']));
    expect(JSON.parse(request)).toEqual({ kind: 'withdraw' });
  });
});
