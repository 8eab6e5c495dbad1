import { beforeEach, describe, expect, it } from 'vitest';
import type { Output } from '../../../lib/cli/selected-plans.ts';
import { upgradeCommand } from '../../../lib/cli/upgrade.ts';
import type { ReleaseAccount, UpgradeTools } from '../../../lib/cli/upgrade-tools.ts';
import {
  type DescribedExecution,
  inputText,
  readExecution,
  type ReleaseInput,
} from '../../../lib/release/release-execution.ts';
import type { JobLog, LogLine } from '../../../lib/release/release-executions.ts';

const NOON = Date.parse('2026-12-01T12:00:00.000Z');
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:Release';
const RELEASE = { StateMachine: MACHINE, JobLogGroup: 'group', JobLogStreams: 'databasejob/Job/' };

/** What a look at the job finds: lines that came since the last one, and how the execution stands. */
interface Look {
  readonly lines?: readonly string[];
  readonly ended?: Partial<DescribedExecution>;
}

/** An account that keeps state, and the rest of what the command needs. Time passes by pauses alone. */
class FakeWorld implements UpgradeTools {
  /** Stacks with their outputs. */
  stacks: Record<string, Record<string, string>> = { 'prod-Service': {}, 'prod-Release': RELEASE };
  looks: Look[] = [{ lines: ['database job: take_lock'] }, { ended: { status: 'SUCCEEDED', output: '{}' } }];
  deployExitCode = 0;
  fenced: Date | undefined;
  readonly fencedSince = async () => this.fenced;
  /** Number of the pause in which somebody presses Ctrl-C. */
  interruptIn = Infinity;
  readonly deployed: string[] = [];
  readonly started: { readonly name: string; readonly input: ReleaseInput }[] = [];
  readonly asked: (JobLog & { readonly since: number })[] = [];

  private time = NOON;
  private pauses = 0;
  private current: DescribedExecution | undefined;
  private readonly log: LogLine[] = [];

  readonly connect = async (region: string): Promise<ReleaseAccount> => {
    expect(region).toBe('eu-central-1');
    return { outputsOf: async (stack) => this.stacks[stack], releases: this.releases };
  };

  readonly deploy = async (stack: string, environment: string): Promise<number> => {
    this.deployed.push(`${stack} of ${environment}`);
    if (this.deployExitCode === 0) this.stacks[stack] = RELEASE;
    return this.deployExitCode;
  };

  readonly now = (): number => this.time;
  readonly interrupted = (): boolean => this.pauses >= this.interruptIn;

  readonly pause = async (seconds: number): Promise<void> => {
    this.pauses += 1;
    this.time += seconds * 1000;
  };

  /** An execution that somebody else started. */
  running(kind: 'release' | 'undo'): void {
    this.begin(inputText({ request: { kind }, deadline: new Date('2026-12-01T15:00:00Z') }), NOON - 60_000);
  }

  begin(input: string, startedAt: number): void {
    this.current = { status: 'RUNNING', startDate: new Date(startedAt), input };
  }

  readonly releases: ReleaseAccount['releases'] = {
    running: async (stateMachine) => {
      expect(stateMachine).toBe(MACHINE);
      return this.current?.status === 'RUNNING' ? 'execution' : undefined;
    },
    start: async (stateMachine, name, input) => {
      expect(stateMachine).toBe(MACHINE);
      this.started.push({ name, input });
      this.begin(inputText(input), this.time);
      return 'execution';
    },
    look: async () => {
      if (this.current === undefined) throw new Error('there is no execution');
      return readExecution(this.current);
    },
    logLines: async (log, since) => {
      this.asked.push({ ...log, since });
      const { lines = [], ended } = this.looks.shift() ?? {};
      for (const text of lines) this.log.push({ id: String(this.log.length), at: this.time, text });
      if (ended !== undefined && this.current !== undefined) this.current = { ...this.current, ...ended };
      return this.log.filter(({ at }) => at >= since);
    },
  };
}

class Recorder implements Output {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

let world: FakeWorld;

beforeEach(() => {
  world = new FakeWorld();
});

async function upgrade(...args: readonly string[]) {
  const out = new Recorder();
  const errors = new Recorder();
  const exitCode = await upgradeCommand(args, out, errors, world);
  return { exitCode, out: out.text, errors: errors.text };
}

describe('upgrade', () => {
  it('says what will happen, deploys the release alone, runs the job and says what next', async () => {
    const { exitCode, out, errors } = await upgrade('--env', 'prod');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(world.deployed).toEqual(['prod-Release of prod']);
    expect(world.started).toEqual([
      {
        name: 'upgrade-20261201-120000',
        input: { request: { kind: 'release' }, deadline: new Date('2026-12-01T18:00:00Z') },
      },
    ]);
    expect(out).toContain('Users see the maintenance page while modules change');
    expect(out.indexOf('What happens now')).toBeLessThan(out.indexOf('Started upgrade-'));
    expect(out).toMatch(/Now roll the services: npx cdk deploy -c env=prod --all\n$/);
  });

  it('leaves an environment alone that goes on in its recovery Region', async () => {
    world.fenced = new Date('2026-11-30T10:00:00Z');
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('fenced since 2026-11-30T10:00:00.000Z');
    expect(world.deployed).toEqual([]);
    expect(world.started).toEqual([]);
  });

  it('names its execution as RDS names snapshots', async () => {
    await upgrade('--env', 'prod');
    expect(`x-before-${world.started[0]?.name}`).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
  });

  it('shows every line of the job once, also those that come late', async () => {
    world.looks = [
      { lines: ['one'] },
      { lines: ['two', 'three'] },
      {},
      { ended: { status: 'SUCCEEDED' } },
      {},
      { lines: ['{"databaseJob": {}}'] },
    ];
    const { out } = await upgrade('--env', 'prod');
    const shown = out.split('\n').slice(out.split('\n').findIndex((line) => line.startsWith('Started')) + 1);
    expect(shown.filter((line) => line.startsWith('  '))).toEqual([
      '  one',
      '  two',
      '  three',
      '  {"databaseJob": {}}',
    ]);
    expect(world.asked[0]).toEqual({ group: 'group', streams: 'databasejob/Job/', since: NOON });
  });

  it('gives the job as many hours as asked for', async () => {
    await upgrade('--env', 'prod', '--hours', '0.5');
    expect(world.started[0]?.input.deadline).toEqual(new Date('2026-12-01T12:30:00Z'));
  });

  it('undoes', async () => {
    const { out } = await upgrade('--env', 'prod', '--undo');
    expect(world.started[0]?.input.request).toEqual({ kind: 'undo' });
    expect(out).toContain('the database of before its place back');
  });
});

describe('an execution that is running', () => {
  it('is joined: nothing is deployed, nothing started', async () => {
    world.running('release');
    const { exitCode, out } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(0);
    expect([world.deployed, world.started]).toEqual([[], []]);
    expect(out).toMatch(/^Joined the execution that is running, until 2026-12-01T15:00:00.000Z/);
    expect(out).toContain('database job: take_lock');
  });

  it('is not mistaken for what was asked for', async () => {
    world.running('undo');
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('the job is running with another request (undo)');
    expect(world.started).toEqual([]);
  });

  it('is left alone where somebody started it with something that is no request', async () => {
    world.begin('{"anything": 1}', NOON);
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('the job is running with another request (unknown), for twelve hours at most');
  });

  it('goes on when the watching is interrupted, which says how to join again', async () => {
    world.interruptIn = 1;
    const { exitCode, out } = await upgrade('--env', 'prod', '--undo');
    expect(exitCode).toBe(1);
    expect(out).toMatch(/The job goes on. To watch it again: npm run upgrade -- --env prod --undo\n$/);
    expect(await world.releases.running(MACHINE)).toBe('execution');
  });

  it('goes on when AWS cannot be reached any more', async () => {
    world.releases.logLines = async () => {
      throw new Error('getaddrinfo ENOTFOUND logs');
    };
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toBe(
      'The job goes on. To watch it again: npm run upgrade -- --env prod\ngetaddrinfo ENOTFOUND logs\n',
    );
  });
});

describe('a release that fails', () => {
  it('says why, where the log is and what restores the snapshot', async () => {
    const cause = JSON.stringify({
      why: 'the job ended with exit code 1',
      logStream: 's',
      snapshot: 'odoo-1',
    });
    world.looks = [{ ended: { status: 'FAILED', error: 'JobFailed', cause } }];
    const { exitCode, errors, out } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('Failed: the job ended with exit code 1; log stream s; snapshot odoo-1 has');
    expect(errors).toContain('What served before goes on serving.');
    expect(out).not.toContain('Now roll the services');
  });

  it('says what Step Functions says, where the state machine did not come to say it', async () => {
    world.looks = [{ ended: { status: 'FAILED', error: 'States.Runtime', cause: 'no such path' } }];
    expect((await upgrade('--env', 'prod')).errors).toContain('Failed: FAILED States.Runtime no such path');
  });

  it('is not started when its stack could not be deployed', async () => {
    world.deployExitCode = 1;
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('prod-Release was not deployed, and the database was not touched');
    expect(world.started).toEqual([]);
  });

  it('is not begun in an environment that was never deployed', async () => {
    world.stacks = {};
    const { exitCode, errors } = await upgrade('--env', 'prod');
    expect(exitCode).toBe(1);
    expect(errors).toContain('never deployed');
    expect(world.deployed).toEqual([]);
  });
});

describe('upgrade refuses', () => {
  it.each([
    [[], /--env is missing/],
    [['--env', 'prod', '--hours', '13'], /--hours is 13; allowed is a number above 0, up to 12/],
    [['--env', 'prod', '--hours', '0'], /--hours is 0/],
    [['--env', 'prod', '--hours', 'six'], /--hours is six/],
    [['--env', 'prod', '--bogus'], /Unknown option '--bogus'/],
    [['--env', 'dev'], /dev is small: there the upgrade happens in the deployment itself/],
  ])('%j as wrong usage, exit code 2', async (args, message) => {
    const { exitCode, out, errors } = await upgrade(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(errors).toMatch(message);
  });

  it('an environment that there is not, exit code 1', async () => {
    const { exitCode, errors } = await upgrade('--env', 'pord');
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/did you mean "prod"/);
  });
});
