import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withServerDrill } from '../../constructs/drill/drill.fixture.ts';
import type { Run } from '../../releases/interpreter/state-machine.ts';
import { arnOf, CHECKED, deployedDrill, Drills, untilEnded } from './drills.ts';
import { FakeAws } from './fake-aws.ts';

// The drill of a single server: as the others, with a task that restores by itself instead of RDS.

const deployed = deployedDrill(withServerDrill());

/** Reached when the function that tears down fails. */
const WITHOUT_FUNCTION = ['Find Odoo', 'Stop Odoo'];
const STATES = Object.entries(deployed.definition.States)
  .filter(([state, { Type }]) => Type === 'Task' && !WITHOUT_FUNCTION.includes(state))
  .map(([state]) => state);

const RESTORED = [
  { check: 'restore', passed: true, details: 'backup 1, in 60 s' },
  { check: 'rows', passed: true, details: '17' },
  { check: 'modules', passed: true, details: '12 installed' },
];

let aws: FakeAws;
let drills: Drills;
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-30T12:00:00Z') });
  aws = new FakeAws();
  aws.containers = ['Restore', 'Prepare', 'Check'].map((Name) => ({ Name, ExitCode: 0 }));
  said(RESTORED);
  listed({ filestore: '2026-11-30T11:45:30.500Z', backups: '2026-11-30T11:40:10.500Z' });
  drills = new Drills(deployed, aws);
});
afterEach(() => vi.useRealTimers());

function said(findings: readonly object[]): void {
  const times = { validate: '2026-11-30T12:00:20Z', serve: '2026-11-30T12:00:30Z' };
  aws.log = [
    JSON.stringify({ drillRestored: { findings, times } }),
    JSON.stringify({ drillFindings: CHECKED }),
  ];
}

/** Until when attachments and backups are copied; the server was at work until ten minutes ago. */
function listed({ filestore, backups }: { readonly filestore: string; readonly backups?: string }): void {
  const note = {
    filestore: { until: filestore },
    backups: backups === undefined ? null : { until: backups },
  };
  void aws.bucket.putObject({ Key: 'watermarks/copies.json', Body: JSON.stringify(note) });
  const list = { writtenAt: '2026-11-30T11:55:00Z', database: { oldest: '2026-11-16T00:40:00Z' } };
  void aws.bucket.putObject({ Key: 'server/recovery-points.json', Body: JSON.stringify(list) });
}

function refuse(): never {
  throw Object.assign(new Error('not allowed'), { name: 'AccessDenied' });
}

it('restores, looks and runs Odoo in one task, and reports what both containers saw', async () => {
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect([...new Set(drills.states)]).toEqual([
    'Take lock',
    'Clear leftovers',
    'Find point',
    'Start Odoo',
    'Look at Odoo',
    'Read checks',
    'Tear down',
    'Report',
  ]);
  expect(aws.there).toEqual([]);
  const [report] = drills.reports;
  expect(report).toMatchObject({ outcome: 'passed', issues: [], left: [], removed: [] });
  const checksOf = (index: number) => report?.sections[index]?.findings.map(({ check }) => check);
  expect(checksOf(0)).toEqual(['restore', 'rows']);
  expect(checksOf(1)).toEqual(['modules', 'login page']);
});

it('restores to the moment that both attachments and backups are copied until', async () => {
  await drills.drill('one');
  expect(drills.reports[0]?.point).toEqual({ arn: 's3://backup/server/', time: '2026-11-30T11:40:10Z' });
  expect(aws.overrides).toEqual({
    ContainerOverrides: [
      { Name: 'Restore', Environment: [{ Name: 'MOMENT', Value: '2026-11-30T11:40:10Z' }] },
    ],
  });
});

it('has the times of all phases, though the task has three of them', async () => {
  await drills.drill('one');
  const [report] = drills.reports;
  expect(report?.phases.map(({ phase }) => phase)).toEqual([
    'clear',
    'find',
    'restore',
    'validate',
    'serve',
    'teardown',
  ]);
  const until = ['find', 'restore', 'validate', 'serve'];
  const took =
    report?.phases.filter(({ phase }) => until.includes(phase)).map(({ seconds }) => seconds) ?? [];
  expect(report?.recoverySeconds).toBe(took.reduce((sum, seconds) => sum + seconds, 0));
  expect(report?.phases.find(({ phase }) => phase === 'validate')?.seconds).toBe(10);
});

describe('an error that lasts', () => {
  it.each(STATES.filter((state) => state !== 'Report'))(
    'of "%s" ends in a report, with nothing left',
    async (state) => {
      drills.before = (called) => {
        if (called === state) refuse();
      };
      expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
      expect(state === 'Tear down' ? aws.left : aws.there).toEqual([]);
      expect(drills.reports[0]).toMatchObject({ outcome: 'failed' });
      expect(drills.reports[0]?.issues.join()).toContain(
        state === 'Tear down' ? 'the task of drill' : 'not allowed',
      );
    },
  );

  it.each(WITHOUT_FUNCTION)(
    'of "Tear down" and of "%s" is in the report, and the next drill clears',
    async (state) => {
      aws.hangs = true;
      drills.before = (called) => {
        if (['Look at Odoo', 'Tear down', state].includes(called)) refuse();
      };
      expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
      expect(drills.reports[0]?.left).toEqual([
        expect.stringMatching(/^the task of drill [0-9a-f]{12}, perhaps/),
      ]);
      aws.hangs = false;
      drills.before = () => {};
      expect(await drills.drill('two')).toMatchObject({ error: undefined });
      expect(aws.there).toEqual([]);
    },
  );
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
    expect(await drills.drill('after-one', { cancelled: arnOf('one') })).toMatchObject({ error: undefined });
    expect(aws.there).toEqual([]);
    expect(drills.reports.at(-1)).toMatchObject({ outcome: 'cancelled', left: [] });
    expect(await drills.drill('two')).toMatchObject({ error: undefined });
  });

  it('is found within the hour, if nobody hears of it', async () => {
    aws.hangs = true;
    const running: { run?: Run } = {};
    drills.before = (called) => {
      if (called === 'Look at Odoo' && running.run !== undefined) drills.abort('one', running.run);
    };
    const { run, ended } = await drills.start('one');
    running.run = run;
    await untilEnded(ended);
    expect(await drills.sweep()).toEqual(aws.there);
    expect(aws.begun).toHaveLength(1);
  });
});

it('refuses a second one, which touches nothing of the first', async () => {
  const first = await drills.start('one');
  await vi.advanceTimersByTimeAsync(30_000);
  expect(aws.there).toHaveLength(1);
  expect(await drills.drill('two')).toMatchObject({ error: 'DrillRunning' });
  expect(await untilEnded(first.ended)).toMatchObject({ error: undefined });
  expect(aws.there).toEqual([]);
});

it('touches no database, whatever that is called', async () => {
  aws.addInstance('prod-drill-other', 'other', 'available');
  expect(await drills.drill('one')).toMatchObject({ error: undefined });
  expect(aws.there).toEqual(['prod-drill-other']);
});

describe('a drill fails', () => {
  it('when what came back is damaged, after Odoo was tried all the same', async () => {
    said([...RESTORED, { check: 'attachments', passed: false, details: '1 missing: aa/1' }]);
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues).toEqual(['attachments: 1 missing: aa/1']);
  });

  it('when nothing came back, and says why', async () => {
    said([{ check: 'restore', passed: false, details: 'has no backup' }]);
    aws.containers = [
      { Name: 'Restore', ExitCode: 1 },
      { Name: 'Prepare' },
      { Name: 'Odoo' },
      { Name: 'Check' },
    ];
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues).toEqual(
      expect.arrayContaining(['restore: has no backup', expect.stringContaining('Check: did not run')]),
    );
  });

  it('when the task does not end: it is stopped', async () => {
    aws.hangs = true;
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.reports[0]?.issues[0]).toContain('while it was to restore: TooLate');
    expect(aws.there).toEqual([]);
  });

  it('when nobody knows how far the backups are copied, before anything is made', async () => {
    listed({ filestore: '2026-11-30T11:45:30Z' });
    expect(await drills.drill('one')).toMatchObject({ error: 'DrillFailed' });
    expect(drills.states).not.toContain('Start Odoo');
    expect(drills.reports[0]?.issues[0]).toMatch(/find: NoRestorePoint: how far the backups are copied/);
  });
});
