import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FENCE } from '../../../constructs/audit/audit-prefixes.ts';
import { arnOf, CHECKED, deployedDrill, Drills, untilEnded, VALIDATED } from './drills.ts';
import { FakeAws } from './fake-aws.ts';
import type { Run } from '../../releases/interpreter/state-machine.ts';

const deployed = deployedDrill();

/** Reached when the function that tears down fails. */
const WITHOUT_FUNCTION = ['Find Odoo', 'Stop Odoo', 'Delete database'];
const STATES = Object.entries(deployed.definition.States)
  .filter(([state, { Type }]) => Type === 'Task' && !WITHOUT_FUNCTION.includes(state))
  .map(([state]) => state);

let aws: FakeAws;
let drills: Drills;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-30T12:00:00Z') });
  aws = new FakeAws();
  aws.log = ['{"other": 1}', JSON.stringify({ drillFindings: CHECKED }), 'not JSON'];
  complete('2026-11-30T11:45:30.500Z');
  drills = new Drills(deployed, aws);
});
afterEach(() => vi.useRealTimers());

/** Until when the attachments are there. */
function complete(until: string): void {
  void aws.bucket.putObject({
    Key: 'watermarks/copies.json',
    Body: JSON.stringify({ filestore: { until } }),
  });
}

function refuse(): never {
  throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
}

/** An error each time that a state calls, before its effect or after. */
function refuseAlways(...states: readonly string[]): (state: string) => void {
  return (state) => {
    if (states.includes(state)) refuse();
  };
}

it('restores, validates, runs Odoo, removes all of it and reports', async () => {
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect([...new Set(drills.states)]).toEqual([
    'Take lock',
    'Clear leftovers',
    'Find point',
    'Restore database',
    'Look at database',
    'Validate',
    'Start Odoo',
    'Look at Odoo',
    'Read checks',
    'Tear down',
    'Report',
  ]);
  expect(aws.there).toEqual([]);
  const [report] = drills.reports;
  expect(report).toMatchObject({
    outcome: 'passed',
    issues: [],
    left: [],
    point: { time: '2026-11-30T11:45:30Z' },
  });
  expect(report?.removed).toEqual([expect.stringMatching(/^prod-drill-[0-9a-f]{12}$/)]);
  expect(report?.phases.map(({ phase }) => phase)).toEqual([
    'clear',
    'find',
    'restore',
    'validate',
    'serve',
    'teardown',
  ]);
});

it('measures from the search for a point until Odoo was looked at, and what would be lost', async () => {
  await drills.drill('one');
  const [report] = drills.reports;
  const until = ['find', 'restore', 'validate', 'serve'];
  const took =
    report?.phases.filter(({ phase }) => until.includes(phase)).map(({ seconds }) => seconds) ?? [];
  expect(report?.recoverySeconds).toBe(took.reduce((sum, seconds) => sum + seconds, 0));
  expect(report?.recoverySeconds).toBeGreaterThan(100);
  expect(report?.lostSeconds).toBe(14 * 60 + 30);
  expect(drills.lines.map((line) => JSON.parse(line))).toMatchObject([
    { DrillPassed: 1, DrillRecoveryTime: report?.recoverySeconds, DrillRecoveryPoint: 870 },
  ]);
});

describe('an error that lasts', () => {
  it.each(STATES.filter((state) => state !== 'Report'))(
    'of "%s" ends in a report that says so, with nothing left',
    async (state) => {
      drills.before = refuseAlways(state);
      expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
      expect(state === 'Tear down' ? aws.left : aws.there).toEqual([]);
      const [report] = drills.reports;
      expect(report).toMatchObject({ outcome: 'failed' });
      const said = state === 'Tear down' ? 'nobody saw it go' : 'not allowed';
      expect(report?.issues.join()).toContain(said);
    },
  );

  it.each(STATES.filter((state) => state !== 'Report'))(
    'of the answer of "%s", when its effect is there, leaves nothing either',
    async (state) => {
      drills.after = refuseAlways(state);
      await drills.drill('one');
      expect(state === 'Tear down' ? aws.left : aws.there).toEqual([]);
      expect(drills.reports).toHaveLength(1);
    },
  );

  it('of "Report" is a failed drill: without a report nothing is proven', async () => {
    drills.before = refuseAlways('Report');
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(aws.there).toEqual([]);
  });

  it.each(WITHOUT_FUNCTION)(
    'of "Tear down" and of "%s" is in the report, and the next drill clears',
    async (state) => {
      aws.hangs = true;
      drills.before = (called) => {
        if (called === 'Read checks' || called === 'Look at Odoo') refuse();
        refuseAlways('Tear down', state)(called);
      };
      expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
      expect(drills.reports[0]?.left).toHaveLength(1);
      aws.hangs = false;
      drills.before = () => {};
      expect(await drills.drill('two')).toMatchObject({ error: undefined });
      expect(aws.there).toEqual([]);
    },
  );
});

it('waits with the removal of a database that is still being made', async () => {
  aws.looksToMake = 20;
  drills.before = refuseAlways('Look at database');
  expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
  expect(aws.there).toEqual([]);
  expect(drills.states).not.toContain('Delete database');
  expect(drills.reports[0]?.left).toEqual([]);
});

it.each(STATES)('repeats "%s" after an error that passes, with or without its effect', async (state) => {
  drills.before = (called, attempt) => {
    if (called === state && attempt === 0) refuse();
  };
  drills.after = (called, attempt) => {
    if (called === state && attempt === 1) refuse();
  };
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect(aws.there).toEqual([]);
  expect(aws.tasks).toHaveLength(1);
});

describe('a drill that is cancelled', () => {
  const moments = STATES.flatMap((state) => [
    { state, moment: 'before' as const },
    { state, moment: 'after' as const },
  ]);

  it.each(moments)('$moment the effect of $state is cleared away and reported', async ({ state, moment }) => {
    const running: { run?: Run } = {};
    drills[moment] = (called) => {
      if (called !== state || running.run === undefined) return;
      drills.abort('one', running.run);
      drills[moment] = () => {};
    };
    const { run, ended } = await drills.start('one');
    running.run = run;
    await untilEnded(ended);
    const cleared = await drills.drill('after-one', { cancelled: arnOf('one') });
    expect(cleared.error).toBeUndefined();
    expect(aws.there).toEqual([]);
    expect(drills.reports.at(-1)).toMatchObject({ outcome: 'cancelled', left: [] });
    expect(await drills.drill('two')).toMatchObject({ error: undefined });
  });

  it.each(['Look at database', 'Look at Odoo', 'Tear down'])(
    'at "%s" is cleared by the next one, if nobody hears of it',
    async (state) => {
      const running: { run?: Run } = {};
      drills.before = (called) => {
        if (called === state && running.run !== undefined) drills.abort('one', running.run);
      };
      const { run, ended } = await drills.start('one');
      running.run = run;
      await untilEnded(ended);
      expect(aws.there).not.toEqual([]);
      drills.before = () => {};
      expect(await drills.drill('two')).toMatchObject({ error: undefined });
      expect(aws.there).toEqual([]);
    },
  );

  it('is not mistaken for one that passed', async () => {
    await drills.drill('after-one', { cancelled: arnOf('one') });
    expect(drills.lines).toEqual([]);
    expect(drills.states).not.toContain('Restore database');
  });
});

describe('what nobody has heard of', () => {
  it('is found within the hour, and an execution is begun that clears it', async () => {
    await abortedWithDatabase();
    expect(await drills.sweep()).toEqual(aws.there);
    expect(aws.begun).toEqual([
      {
        stateMachineArn: 'arn:aws:states:eu-central-1:111122223333:stateMachine:Release',
        input: JSON.stringify({ cancelled: arnOf('one') }),
      },
    ]);
    await drills.drill('cleared', { cancelled: arnOf('one') });
    expect(aws.there).toEqual([]);
    aws.begun.length = 0;
    await drills.sweep();
    expect(aws.begun).toEqual([]);
  });

  it('is not what a drill has made that still runs', async () => {
    const { ended } = await drills.start('one');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(aws.there).toHaveLength(1);
    expect(await drills.sweep()).toEqual([]);
    expect(aws.begun).toEqual([]);
    await untilEnded(ended);
  });

  it('is nothing before the first drill', async () => {
    aws.addInstance('prod-drill-other', 'other', 'available');
    expect(await drills.sweep()).toEqual([]);
  });
});

describe('while the environment is fenced', () => {
  beforeEach(() => aws.bucket.putObject({ Key: FENCE, Body: '{}' }));

  it('no drill is begun: the copies stand still, or serve', async () => {
    expect(await drills.drill('one')).toMatchObject({ error: 'Fenced' });
    expect(drills.states).toEqual(['Take lock']);
    expect(drills.reports).toEqual([]);
  });

  it('what a cancelled one has left goes all the same', async () => {
    aws.addInstance('prod-drill-other', 'other', 'available');
    await drills.drill('after-one', { cancelled: arnOf('one') });
    expect(aws.there).toEqual([]);
  });
});

describe('two at once', () => {
  it('refuses the second, which touches nothing of the first', async () => {
    const first = await drills.start('one');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(aws.there).toHaveLength(1);
    expect(await drills.drill('two')).toMatchObject({ error: 'DrillRunning' });
    expect(await untilEnded(first.ended)).toMatchObject({ error: undefined });
    expect(aws.there).toEqual([]);
    expect(drills.states.filter((state) => state === 'Clear leftovers')).toHaveLength(1);
  });

  it('refuses one of two that find the lock of a dead one in the same moment', async () => {
    await drills.drill('one');
    const [second, third] = await Promise.all([drills.start('two'), drills.start('three')]);
    const ends = await untilEnded(Promise.all([second.ended, third.ended]));
    const errors = ends.map(({ error }) => error);
    expect(errors).toHaveLength(2);
    expect(new Set(errors)).toEqual(new Set(['DrillRunning', undefined]));
  });

  it('lets nobody clear what is of others without the lock', async () => {
    drills.before = (state) => {
      // Somebody else has come meanwhile.
      if (state !== 'Clear leftovers') return;
      void aws.bucket.putObject({ Key: 'drills/lock.json', Body: JSON.stringify({ execution: 'another' }) });
    };
    aws.addInstance('prod-drill-other', 'other', 'available');
    await drills.drill('one');
    expect(aws.there).toEqual(['prod-drill-other']);
  });
});

describe('what is there already', () => {
  it('is cleared first, if a drill has left it', async () => {
    aws.addInstance('prod-drill-old', 'old', 'available');
    aws.addTask('old');
    expect(await drills.drill('one')).toMatchObject({ error: undefined });
    expect(aws.there).toEqual([]);
    expect(drills.reports[0]?.removed).toEqual(
      expect.arrayContaining(['prod-drill-old', expect.stringContaining('task1')]),
    );
  });

  it('stays, if another drill makes it meanwhile: at its end a drill removes its own alone', async () => {
    drills.before = (state, attempt) => {
      if (state !== 'Validate' || attempt > 0) return;
      aws.addInstance('prod-drill-other', 'other', 'available');
      aws.addTask('other');
    };
    aws.hangs = true;
    await drills.drill('one');
    expect(aws.there).toEqual(['prod-drill-other', expect.stringContaining('task1')]);
  });

  it.each([
    ['is not named like what a drill makes', 'prod-odoo', 'old'],
    ['has no tag of a drill', 'prod-drill-mine', undefined],
  ])('stays, if it %s', async (_, id, tag) => {
    aws.addInstance(id, tag, 'available');
    await drills.drill('one');
    expect(aws.there).toEqual([id]);
  });
});

describe('a drill fails', () => {
  it('when RDS cannot restore', async () => {
    aws.restoredAs = 'incompatible-restore';
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues[0]).toContain('while it was to restore: RestoreFailed');
    expect(aws.there).toEqual([]);
  });

  it('when a restore does not end', async () => {
    aws.restoredAs = 'creating';
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues[0]).toContain('TooLate');
  });

  it('when what came back is damaged, after Odoo was tried all the same', async () => {
    const damage = { check: 'rows', passed: false, details: 'res_partner is empty' };
    drills.validated = { ...VALIDATED, findings: [damage] };
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.states).toContain('Read checks');
    expect(drills.reports[0]?.issues).toContain('rows: res_partner is empty');
  });

  it('when ECS starts nothing', async () => {
    aws.failures = [{ Reason: 'RESOURCE:CPU' }];
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues[0]).toContain('while it was to serve: TaskNotStarted');
    expect(aws.there).toEqual([]);
  });

  it('when Odoo does not end: the task is stopped', async () => {
    aws.hangs = true;
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues[0]).toContain('Odoo was not looked at by 2026-12-01T00:00:00');
    expect(aws.there).toEqual([]);
  });

  it('when the copy could not be made harmless, and says so', async () => {
    aws.containers = [{ Name: 'Prepare', ExitCode: 1 }, { Name: 'Odoo' }, { Name: 'Check' }];
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues.join()).toContain('Prepare: exit code 1; Odoo: did not run');
  });

  it('when no workflow was asked', async () => {
    aws.log = [JSON.stringify({ drillFindings: CHECKED.slice(0, 1) })];
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.sections[2]).toMatchObject({ passed: false });
  });

  it('when no moment has both database and attachments, before anything is made', async () => {
    complete('2026-10-01T00:00:00Z');
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.states).not.toContain('Restore database');
    // A repetition would not find one either.
    expect(drills.states.filter((state) => state === 'Find point')).toHaveLength(1);
  });
});

it('passes later than the objective, and says that it was', async () => {
  complete('2026-11-30T09:00:00Z');
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect(drills.reports[0]).toMatchObject({
    outcome: 'passed',
    issues: [expect.stringContaining('recovery point: 180.0 minutes, at most 1 h are allowed')],
  });
});

async function abortedWithDatabase(): Promise<void> {
  const { run, ended } = await drills.start('one');
  await vi.advanceTimersByTimeAsync(60_000);
  drills.abort('one', run);
  await untilEnded(ended);
  expect(aws.there).toHaveLength(1);
}
