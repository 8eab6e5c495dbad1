import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readExecution } from '../../lib/release/release-execution.ts';
import { AwsError, FakeAws } from './fake-aws.ts';
import { execute } from './interpreter/state-machine.ts';
import { untilEnded } from './interpreter/until-ended.ts';
import { DATABASE_INSTANCE, releaseDefinition } from './release-template.ts';

const NAME = 'deployment-ad4e6c0f-0c1b-4a4f-9d0e-3f8f3c4f0a11';
const SNAPSHOT = `${DATABASE_INSTANCE}-before-${NAME}`;
const NOON = '2026-12-01T12:00:00.000Z';
const HOUR = 3_600_000;
const RELEASE = '{"kind":"release"}';

const definition = releaseDefinition();
const tasks = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task');
let aws: FakeAws;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse(NOON) });
  aws = new FakeAws();
});

afterEach(() => {
  vi.useRealTimers();
});

it('says at its end what commands read', async () => {
  const { output } = await release();
  const [, , task = ''] = /^(arn:[^/]+)\/.+\/(.+)$/.exec(JSON.parse(JSON.stringify(output)).task) ?? [];
  expect(readExecution({ status: 'SUCCEEDED', output: JSON.stringify(output) })).toMatchObject({
    status: 'succeeded',
    logStream: expect.stringContaining(task),
  });
});

interface Ended {
  readonly output?: unknown;
  readonly error?: string;
  readonly report?: {
    readonly why: string;
    readonly task: string;
    readonly logStream: string;
    readonly snapshot: string;
  };
}

/** Runs a release to its end. */
async function release(input: object = {}, hours = 1): Promise<Ended> {
  const deadline = new Date(Date.now() + hours * HOUR).toISOString();
  const run = await execute(
    definition,
    { request: RELEASE, deadline, ...input },
    { name: NAME, call: aws.call },
  );
  const ended = run.result.then(
    (output) => ({ output }),
    ({ cause }) => ({ error: cause.name, report: parsed(cause.cause ?? cause.message) }),
  );
  return untilEnded(ended);
}

function parsed(text: string): Ended['report'] {
  try {
    return JSON.parse(text);
  } catch {
    return { why: text, task: '', logStream: '', snapshot: '' };
  }
}

const started = () => aws.tasks.map(({ request }) => JSON.parse(request));
const minutesSinceNoon = () => (Date.now() - Date.parse(NOON)) / 60_000;

describe('a job that ends well', () => {
  it('is run once, with its request, where the database can be reached', async () => {
    expect(await release()).toEqual({
      output: { task: aws.tasks[0]?.arn, logStream: 'databasejob/Job/task1', snapshot: '' },
    });
    expect(started()).toEqual([{ kind: 'release' }]);
    expect(aws.calls[0]?.parameters).toMatchObject({
      PlatformVersion: '1.4.0',
      StartedBy: NAME,
      NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: 'DISABLED' } },
      Overrides: { ContainerOverrides: [{ Name: 'Job' }] },
    });
    expect(aws.snapshots).toEqual([]);
  });
});

describe('a job that wants a snapshot', () => {
  it('runs again with the name of one, when that can be restored', async () => {
    aws.runs = [
      { looks: 1, exitCode: 3 },
      { looks: 1, exitCode: 0 },
    ];
    expect(await release({ request: '{"kind":"release","note":"kept"}' })).toEqual({
      output: { task: aws.tasks[1]?.arn, logStream: 'databasejob/Job/task2', snapshot: SNAPSHOT },
    });
    expect(started()).toEqual([
      { kind: 'release', note: 'kept' },
      { kind: 'release', note: 'kept', snapshot: SNAPSHOT },
    ]);
    const actions = aws.calls.map(({ action }) => action);
    expect(actions.lastIndexOf('rds:describeDBSnapshots')).toBeLessThan(actions.lastIndexOf('ecs:runTask'));
    expect(actions.filter((action) => action === 'rds:describeDBSnapshots')).toHaveLength(3);
  });

  it('gives it a name that RDS takes', () => {
    expect(SNAPSHOT).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    // The longest name that an execution may have.
    expect(SNAPSHOT.length - NAME.length + 80).toBeLessThanOrEqual(255);
  });

  it('fails when it wants another one', async () => {
    aws.runs = [{ looks: 1, exitCode: 3 }];
    const { error, report } = await release();
    expect(error).toBe('JobFailed');
    expect(report).toMatchObject({ snapshot: SNAPSHOT, logStream: 'databasejob/Job/task2' });
    expect(report?.why).toBe(`the job asked for a snapshot although it was given ${SNAPSHOT}`);
    expect(aws.tasks).toHaveLength(2);
    expect(aws.snapshots).toHaveLength(1);
  });

  it('does not run without it, when RDS cannot make it', async () => {
    aws.runs = [{ looks: 1, exitCode: 3 }];
    aws.snapshotStatus = ['creating', 'failed'];
    const { error, report } = await release();
    expect(error).toBe('SnapshotFailed');
    expect(report?.why).toContain(`could not make the snapshot ${SNAPSHOT}; nothing was changed`);
    // What failed is not offered for a restore.
    expect(report?.snapshot).toBe('');
    expect(aws.tasks).toHaveLength(1);
  });

  it('does not run after its time, when the snapshot takes too long', async () => {
    aws.runs = [{ looks: 1, exitCode: 3 }];
    aws.snapshotStatus = ['creating'];
    const { error, report } = await release();
    expect(error).toBe('SnapshotTooLate');
    expect(report?.snapshot).toBe(SNAPSHOT);
    expect(aws.tasks).toHaveLength(1);
    expect(minutesSinceNoon()).toBeCloseTo(60, 0);
  });

  it('waits while RDS makes a backup of its own', async () => {
    aws.runs = [
      { looks: 1, exitCode: 3 },
      { looks: 1, exitCode: 0 },
    ];
    aws.before = (state, attempt) => {
      if (state === 'Take snapshot' && attempt < 8) {
        throw new AwsError('Rds.InvalidDbInstanceStateException', 'backing-up');
      }
    };
    expect(await release()).toMatchObject({ output: { snapshot: SNAPSHOT } });
    expect(minutesSinceNoon()).toBeGreaterThan(4);
  });
});

describe('a job that fails', () => {
  it('fails the release, with what ECS says and where the log is', async () => {
    aws.runs = [{ looks: 2, exitCode: 137, reason: 'OutOfMemoryError: container killed' }];
    expect(await release()).toEqual({
      error: 'JobFailed',
      report: {
        why: 'the job ended with exit code 137: OutOfMemoryError: container killed',
        task: aws.tasks[0]?.arn,
        logStream: 'databasejob/Job/task1',
        snapshot: '',
      },
    });
    expect(aws.tasks).toHaveLength(1);
  });

  it('is not taken for a success when its container never ran', async () => {
    aws.runs = [{ looks: 1 }];
    const { error, report } = await release();
    expect(error).toBe('JobNeverRan');
    expect(report?.why).toBe('the job never ran: CannotPullContainerError');
  });

  it.each([
    [[{ Reason: 'Capacity is unavailable at this time' }], 'Capacity is unavailable at this time'],
    [[], 'no reason given'],
  ])('says so when ECS answers without an error and starts nothing', async (failures, reason) => {
    aws.failures = failures;
    const { error, report } = await release();
    expect(error).toBe('JobNotStarted');
    expect(report?.why).toContain('ECS could not start the job');
    expect(report?.why).toContain(reason);
    expect(report).toMatchObject({ task: '', logStream: '', snapshot: '' });
  });
});

describe('a job that hangs', () => {
  it('is stopped at the deadline, and the release fails when it has stopped', async () => {
    aws.runs = [{ looks: Infinity, looksToStop: 185 }];
    const { error, report } = await release();
    expect(error).toBe('JobStopped');
    expect(report?.why).toBe(
      'the job had not ended at 2026-12-01T13:00:00.000Z, the end of its time, and was stopped',
    );
    expect(aws.running).toEqual([]);
    expect(aws.tasks[0]?.asked).toBe(true);
    expect(minutesSinceNoon()).toBeLessThan(62);
  });

  it('is not touched before', async () => {
    aws.runs = [{ looks: 3 * 59, exitCode: 0 }];
    expect(await release()).toHaveProperty('output');
    expect(aws.tasks[0]?.asked).toBe(false);
  });

  it('is reported when ECS cannot stop it, after five minutes', async () => {
    aws.runs = [{ looks: Infinity, looksToStop: Infinity }];
    const { error, report } = await release();
    expect(error).toBe('JobStopped');
    expect(report?.why).toContain('its task may still run: stop it in ECS');
    expect(minutesSinceNoon()).toBeLessThan(66);
  });

  it('gets twelve hours within the history of an execution', async () => {
    aws.runs = [{ looks: Infinity }];
    await release({}, 12);
    expect(aws.running).toEqual([]);
    // Entered and left: two events per state, and three more for a call.
    const looks = aws.calls.filter(({ state }) => state === 'Look at job').length;
    expect(looks * (2 + 2 + 5)).toBeLessThan(24_000);
    expect(looks * 9).toBeGreaterThan(19_000);
  });
});

describe('an input that is not complete', () => {
  it.each([
    { deadline: 'tomorrow' },
    { deadline: undefined },
    { request: undefined },
    { request: { kind: 'release' } },
  ])('%j starts nothing', async (input) => {
    expect(await release(input)).toMatchObject({ error: 'WrongInput' });
    expect(aws.calls).toEqual([]);
  });
});

describe('an error of AWS', () => {
  const throttled = new AwsError('Ecs.EcsException', 'Rate exceeded (Status Code: 400)');

  beforeEach(() => {
    // On this way the release passes every state that calls AWS.
    aws.runs = [
      { looks: 1, exitCode: 3 },
      { looks: Infinity, looksToStop: 3 },
    ];
  });

  it('is repeated, in whatever state it comes', async () => {
    const seen = new Set<string>();
    aws.before = (state, attempt) => {
      seen.add(state);
      if (attempt < 3) throw throttled;
    };
    expect(await release()).toMatchObject({ error: 'JobStopped', report: { snapshot: SNAPSHOT } });
    expect(aws.running).toEqual([]);
    expect(aws.tasks).toHaveLength(2);
    expect([...seen, 'Find job'].toSorted()).toEqual(tasks.map(([name]) => name).toSorted());
  });

  it.each(tasks)('leaves nothing behind when the answer is lost: %s', async (injected) => {
    aws.after = (state, attempt) => {
      if (state === injected && attempt === 0) throw new AwsError('Ecs.SdkClientException', 'Read timed out');
    };
    expect(await release()).toMatchObject({ error: 'JobStopped', report: { snapshot: SNAPSHOT } });
    expect(aws.running).toEqual([]);
    expect(aws.tasks).toHaveLength(2);
    expect(aws.snapshots).toEqual([SNAPSHOT]);
  });

  const untilTheEnd = tasks.filter(([name]) => !['Stop job', 'Look at end', 'Find job'].includes(name));
  it.each(untilTheEnd)('leaves no task running when it does not pass: %s', async (injected) => {
    for (const run of [0, 1]) {
      aws = new FakeAws();
      aws.runs = [
        { looks: 1, exitCode: 3 },
        { looks: Infinity, looksToStop: 3 },
      ];
      // From the first call on, or only when everything before went well: the second task then runs already.
      aws.before = (state) => {
        if (state === injected && aws.tasks.length > run) throw throttled;
        if (state === injected && run === 0 && state === 'Start job') throw throttled;
      };
      const { error, report } = await release();
      expect(error).toBeDefined();
      expect(report?.why).toMatch(/\w/);
      expect(aws.running).toEqual([]);
    }
  });

  it.each(['Look at job', 'Take snapshot', 'Look at snapshot'])(
    'leaves no task running when AWS does not answer at all: %s',
    async (silent) => {
      aws.silent = silent;
      const { error, report } = await release();
      expect(error).toBe('States.Timeout');
      expect(report?.logStream).toMatch(/^databasejob/);
      expect(aws.running).toEqual([]);
      // Eight calls of a minute each, and the pauses between them.
      expect(minutesSinceNoon()).toBeLessThan(15);
    },
  );

  it('finds the task whose start was never answered', async () => {
    aws.runs = [{ looks: Infinity }];
    aws.after = (state) => {
      if (state === 'Start job') throw throttled;
    };
    const { error, report } = await release();
    expect(error).toBe('Ecs.EcsException');
    expect(report).toMatchObject({ task: aws.tasks[0]?.arn, logStream: 'databasejob/Job/task1' });
    expect(aws.tasks).toHaveLength(1);
    expect(aws.running).toEqual([]);
  });

  it.each(['Stop job', 'Look at end', 'Find job'])(
    'is said when a task may be left: %s',
    async (injected) => {
      aws.before = (state) => {
        if (state === injected) throw throttled;
      };
      aws.after = (state) => {
        if (injected === 'Find job' && state === 'Start job') throw throttled;
      };
      const { report } = await release();
      expect(report?.why).toContain('its task may still run: stop it in ECS before anything else');
    },
  );
});
