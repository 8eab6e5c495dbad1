import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Availability, Environment, FilestoreKind } from '../../../config/environment.ts';
import type { LossPlan, Plan } from '../../../config/sizing/plan.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

/** Minutes of database and attachments by what happened. */
function minutesOf(users: number, changes: Partial<Environment> = {}): Record<string, unknown> {
  return Object.fromEntries(
    planOf(users, changes).losses.map(({ after, database, attachments }) => [
      after,
      [database.minutes, attachments.minutes],
    ]),
  );
}

const onEfs: Partial<Environment> = { storage: { ...environmentOf(40).storage, filestore: 'efs' } };

describe('what is lost at most', () => {
  it('is what the archive and the copies of the single server lag behind', () => {
    expect(minutesOf(10, { recoveryRegion: 'eu-west-1' })).toEqual({
      'a mistake, noticed within 7 days': [0, 6],
      'the loss of the server': [0, 0],
      'the loss of the data volume or its zone': [2, 6],
      'the loss of the Region eu-central-1': [46, 21],
    });
  });

  it('is what RDS and S3 Files lag behind', () => {
    expect(minutesOf(40, { recoveryRegion: 'eu-west-1' })).toEqual({
      'a mistake, noticed within 7 days': [0, 2],
      'the loss of the database or its zone': [5, 0],
      'the loss of the Region eu-central-1': [52, 17],
    });
  });

  it.each([40, 150])('is nothing with a standby, when a zone is lost: %i users', (users) => {
    expect(minutesOf(users, production)).toMatchObject({
      'a mistake, noticed within 35 days': [0, 2],
      'the loss of the database or its zone': [0, 0],
    });
    expect(minutesOf(users, { overrides: { database: { multiAz: true } } })).toMatchObject({
      'the loss of the database or its zone': [0, 0],
    });
  });

  it.each([10, 40, 150])('is everything with the Region, where no copy leaves it: %i users', (users) => {
    const loss = planOf(users).losses.at(-1);
    expect(loss).toMatchObject({
      database: { minutes: 'everything' },
      attachments: { minutes: 'everything' },
      withinObjective: false,
    });
    expect(loss?.database.parts[0]?.because).toMatch(/recoveryRegion is not set/);
  });

  it('is a day of attachments on EFS after a mistake, and little with the Region', () => {
    const changes = { ...onEfs, recoveryRegion: 'eu-west-1' } as const;
    expect(minutesOf(40, changes)).toEqual({
      'a mistake, noticed within 7 days': [0, 25 * 60],
      'the loss of the database or its zone': [5, 0],
      'the loss of the Region eu-central-1': [50, 15],
    });
    expect(planOf(40, changes).losses.map(({ withinObjective }) => withinObjective)).toEqual([
      false,
      true,
      true,
    ]);
  });
});

interface Drawn {
  readonly users: number;
  readonly availability: Availability;
  readonly filestore: FilestoreKind;
  readonly recoveryRegion?: string;
  readonly rpoHours: number;
}

const environments: fc.Arbitrary<Drawn> = fc.record({
  users: fc.integer({ min: 1, max: 400 }),
  availability: fc.constantFrom('single-az', 'multi-az'),
  filestore: fc.constantFrom('s3-files', 'efs'),
  recoveryRegion: fc.constantFrom(undefined, 'eu-west-1'),
  rpoHours: fc.double({ min: 1, max: 24, noNaN: true }),
});

const asNumber = (minutes: number | 'everything') => (minutes === 'everything' ? Infinity : minutes);
const worst = (losses: readonly LossPlan[]) =>
  losses.map(({ database, attachments }) =>
    Math.max(asNumber(database.minutes), asNumber(attachments.minutes)),
  );

function plannedOf({ users, filestore, rpoHours, ...changes }: Drawn): Plan {
  const { storage, objectives } = environmentOf(users);
  return planOf(users, {
    ...changes,
    availability: users <= 25 ? 'single-az' : changes.availability,
    storage: { ...storage, filestore },
    objectives: { ...objectives, rpoHours },
  });
}

describe('in any environment', () => {
  it('a number is the sum of its parts, and every part says on what it rests', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        for (const { database, attachments } of plannedOf(drawn).losses) {
          for (const { minutes, parts } of [database, attachments]) {
            expect(parts.length).toBeGreaterThan(0);
            expect(asNumber(minutes)).toBe(parts.reduce((sum, part) => sum + asNumber(part.minutes), 0));
            expect(parts.filter(({ because, source }) => because === '' || source === '')).toEqual([]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('the objective is held exactly where nothing is lost for longer', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        const { losses, rpoHours } = plannedOf(drawn);
        expect(losses.map(({ withinObjective }) => withinObjective)).toEqual(
          worst(losses).map((minutes) => minutes <= rpoHours * 60),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('a standby and a recovery Region never make it worse, and with S3 they hold the objective', () => {
    fc.assert(
      fc.property(environments, (drawn) => {
        const better = { ...drawn, availability: 'multi-az', recoveryRegion: 'eu-west-1' } as const;
        const [before, after] = [worst(plannedOf(drawn).losses), worst(plannedOf(better).losses)];
        expect(after.every((minutes, index) => minutes <= (before[index] ?? 0))).toBe(true);
        const onS3 = plannedOf({ ...better, filestore: 's3-files' }).losses;
        expect(onS3.every(({ withinObjective }) => withinObjective)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
