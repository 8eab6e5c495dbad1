import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import type { RecoveryTime } from '../../../config/sizing/plan.ts';
import { commonFigures } from '../../../config/sizing/recovery-figures.ts';
import { setFence } from '../../../lib/failover/fence.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

const there: Partial<Environment> = { recoveryRegion: 'eu-west-1' };

function minutesOf(users: number, changes: Partial<Environment> = {}): Record<string, unknown> {
  return Object.fromEntries(
    planOf(users, changes).recoveryTimes.map(({ after, minutes }) => [after, minutes]),
  );
}

function phasesAfter(what: RegExp, users: number, changes: Partial<Environment> = {}): readonly string[] {
  const found = planOf(users, changes).recoveryTimes.find(({ after }) => what.test(after));
  return found?.phases.map(({ phase }) => phase) ?? [];
}

function decidedIn(users: number, changes: Partial<Environment>): readonly string[] {
  return planOf(users, changes)
    .recoveryTimes.filter(({ decided }) => decided)
    .map(({ after }) => after);
}

describe('until Odoo serves again', () => {
  it('the single server needs minutes, in the other Region as well', () => {
    expect(minutesOf(10, there)).toEqual({
      'a mistake, noticed within 7 days': 2,
      'the loss of the server': 9,
      'the loss of the data volume or its zone': 26,
      'the loss of the Region eu-central-1': 43,
    });
    expect(phasesAfter(/Region/, 10, there)).toEqual([
      'fence',
      'moment',
      'deployment',
      'launch',
      'packages',
      'image',
      'provisioning',
      'database',
      'attachments',
      'record',
      'DNS',
    ]);
  });

  it('RDS needs most of what medium and large need', () => {
    expect(minutesOf(40, there)).toEqual({
      'a mistake, noticed within 7 days': 56,
      'the loss of a web node': 4,
      'the loss of the database or its zone': 56,
      'the loss of the Region eu-central-1': 78,
    });
    expect(minutesOf(150, production)).toEqual({
      'a mistake, noticed within 35 days': 56,
      'the loss of a web node': 0,
      'the loss of the database or its zone': 2,
      'the loss of the Region eu-central-1': 78,
    });
  });

  it('what an owner of the network has made is not waited for', () => {
    const network = {
      kind: 'existing' as const,
      vpcId: 'vpc-1',
      cidr: '10.0.0.0/16',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetIds: ['subnet-3', 'subnet-4'],
      isolatedSubnetIds: ['subnet-5', 'subnet-6'],
    };
    const recovery = { ...environmentOf(40).recovery, network };
    expect(phasesAfter(/Region/, 40, there)).toContain('network');
    expect(phasesAfter(/Region/, 40, { ...there, recovery })).not.toContain('network');
  });

  it.each([
    [10, {}, /recoveryRegion is not set/],
    [40, {}, /recoveryRegion is not set/],
  ] as const)('nothing brings back what was not copied: %i users, %j', (users, changes, why) => {
    const time = planOf(users, changes).recoveryTimes.at(-1);
    expect(time).toMatchObject({ minutes: 'never', withinObjective: false });
    expect(time?.phases.map(({ because }) => because)).toEqual([expect.stringMatching(why)]);
  });

  it('a copy of attachments on EFS is ready before the database is, and says what it cannot give', () => {
    const onEfs = { ...there, storage: { ...environmentOf(40).storage, filestore: 'efs' as const } };
    const [inBuckets, fileSystem] = [there, onEfs].map((changes) => planOf(40, changes).recoveryTimes.at(-1));
    expect(fileSystem?.minutes).toBe(inBuckets?.minutes);
    expect(fileSystem?.phases.find(({ phase }) => phase === 'filestore')).toMatchObject({
      minutes: 0,
      because: expect.stringMatching(/deleted after the moment is gone/),
    });
    expect(inBuckets?.phases.map(({ phase }) => phase)).not.toContain('filestore');
  });

  it('what begins by itself is told from what waits for somebody', () => {
    expect(decidedIn(10, there)).toEqual([
      'a mistake, noticed within 7 days',
      'the loss of the data volume or its zone',
      'the loss of the Region eu-central-1',
    ]);
    expect(decidedIn(150, production)).toEqual([
      'a mistake, noticed within 35 days',
      'the loss of the Region eu-central-1',
    ]);
  });

  it('a Region that does not answer is waited for as long as the command waits', async () => {
    let seconds = 0;
    const start = Date.parse('2026-11-30T12:00:00Z');
    const outcome = await setFence({
      environment: 'prod',
      region: 'eu-central-1',
      recoveryRegion: 'eu-west-1',
      cloud: {
        fence: async () => ({ fencedAt: new Date(start) }),
        setFence: async () => {},
        removeFence: async () => {},
        note: async () => undefined,
        isRecovered: async () => false,
      },
      confirm: async () => true,
      say: () => {},
      now: () => new Date(start + seconds * 1000),
      sleep: async (milliseconds) => void (seconds += milliseconds / 1000),
    });
    expect(outcome).toBe('unconfirmed');
    expect(seconds / 60).toBe(commonFigures.fenced.minutes);
  });
});

const environments = fc.record({
  users: fc.integer({ min: 1, max: 400 }),
  filestoreGiB: fc.integer({ min: 1, max: 2000 }),
  rtoHours: fc.double({ min: 0.1, max: 24, noNaN: true }),
  recoveryRegion: fc.constantFrom(undefined, 'eu-west-1'),
  availability: fc.constantFrom('single-az' as const, 'multi-az' as const),
});

function timesOf({
  users,
  filestoreGiB,
  rtoHours,
  ...changes
}: typeof environments extends fc.Arbitrary<infer T> ? T : never): readonly RecoveryTime[] {
  const { storage } = environmentOf(users);
  return planOf(users, {
    ...changes,
    availability: users <= 25 ? 'single-az' : changes.availability,
    storage: { ...storage, filestoreGiB },
    objectives: { rtoHours, rpoHours: 1 },
  }).recoveryTimes;
}

describe('in any environment', () => {
  it('a time is the sum of its phases, each of which says on what it rests and since when', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        for (const { minutes, phases } of timesOf(drawn)) {
          expect(phases.length).toBeGreaterThan(0);
          const sum = phases.reduce(
            (all, phase) => all + (phase.minutes === 'never' ? Infinity : phase.minutes),
            0,
          );
          const asNumber = minutes === 'never' ? Infinity : minutes;
          expect(asNumber === sum || (asNumber >= sum - 0.01 && asNumber < sum + 1)).toBe(true);
          for (const { because, source, asOf } of phases) {
            expect([because, source].every((text) => text.length > 4)).toBe(true);
            expect(asOf).toMatch(/^2026-\d\d-\d\d$/);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the objective is held exactly where nothing takes longer, and changes no number', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        const times = timesOf(drawn);
        expect(times.map(({ withinObjective }) => withinObjective)).toEqual(
          times.map(({ minutes }) => minutes !== 'never' && minutes <= drawn.rtoHours * 60),
        );
        const promisedMore = timesOf({ ...drawn, rtoHours: 4 });
        expect(times.map(({ minutes }) => minutes)).toEqual(promisedMore.map(({ minutes }) => minutes));
      }),
      { numRuns: 200 },
    );
  });

  it('more data never comes back sooner', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        const more = timesOf({ ...drawn, filestoreGiB: drawn.filestoreGiB + 100 });
        const worse = timesOf(drawn).map(
          ({ minutes }, index) => minutes === 'never' || minutes <= Number(more[index]?.minutes),
        );
        expect(worse).not.toContain(false);
      }),
      { numRuns: 100 },
    );
  });
});
