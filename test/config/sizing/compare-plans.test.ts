import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { type Change, type Effect, EFFECTS, type PlanChange } from '../../../config/sizing/change.ts';
import { comparePlans } from '../../../config/sizing/compare-plans.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

const COUNTS = [1, 10, 20, 25, 26, 40, 60, 99, 100, 120, 150, 310, 400, 1000, 2500];
const PAIRS = COUNTS.flatMap((from) => COUNTS.map((to) => [from, to] as const));

const ENVIRONMENTS: Readonly<Record<string, Partial<Environment>>> = {
  'in a test system': {},
  'in a test system sized by measurement': { sizing: 'measured' },
  'in production': production,
  'in production with its storage written down': {
    ...production,
    storage: { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 600, filestore: 's3-files' },
  },
};

function change(from: number, to: number, changes: Partial<Environment> = {}): PlanChange {
  // What the defaults of an environment file do: one server lives in one Availability Zone.
  const at = (users: number) => (users > 25 ? changes : { ...changes, availability: 'single-az' as const });
  return comparePlans(planOf(from, at(from)), planOf(to, at(to)), environmentOf(to, at(to)));
}

function row({ changes }: PlanChange, what: string): Change | undefined {
  return changes.find((candidate) => candidate.what === what);
}

const interruptions: readonly Effect[] = ['restart', 'failover', 'minutes away'];

describe.each(Object.entries(ENVIRONMENTS))('any change of the number of users %s', (_name, changes) => {
  const all = PAIRS.map(([from, to]) => change(from, to, changes));

  it('says of each thing once what it was, what it becomes, and how that is noticed', () => {
    for (const { changes: rows } of all) {
      expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
      for (const { from, to, duration, source } of rows) {
        expect(from).not.toBe(to);
        for (const text of [from, to, duration, source]) {
          expect(text.trim()).not.toBe('');
          expect(text).not.toMatch(/undefined|NaN|null/);
        }
      }
    }
  });

  it('is in place within one home of the database and only there', () => {
    for (const { from, to, inPlace, effect } of all) {
      expect(inPlace, `${from.users} to ${to.users}`).toBe(from.users <= 25 === to.users <= 25);
      expect(effect === 'move').toBe(!inPlace);
    }
  });

  it('is as strong as the strongest of its parts', () => {
    for (const { effect, changes: rows } of all) {
      expect(Math.max(0, ...rows.map((part) => EFFECTS.indexOf(part.effect)))).toBe(EFFECTS.indexOf(effect));
    }
  });

  it('interrupts the services by their database alone', () => {
    for (const { from, to, changes: rows } of all) {
      if (from.tier === 'small' || to.tier === 'small') continue;
      const causes = rows.filter(({ effect }) => interruptions.includes(effect)).map(({ what }) => what);
      expect(['PostgreSQL parameters', 'Database class']).toEqual(expect.arrayContaining(causes));
    }
  });

  it('takes no storage away, and asks for what keeps it', () => {
    for (const [index, [from, to]] of PAIRS.entries()) {
      const { inPlace, changes: rows, advice } = all[index] ?? change(from, to);
      const [had, wanted] = [from, to].map((users) => planOf(users, changes).database.storageGiB);
      const shrinks = inPlace && Number(wanted) < Number(had);
      expect(advice.some((text) => text.includes(`floorGiB: ${had} `))).toBe(shrinks);
      const storage = rows.find(({ what }) => what === 'Database storage' || what === 'Data volume');
      if (shrinks && storage) expect(parseFloat(storage.to)).toBe(parseFloat(storage.from));
    }
  });

  it('costs what the two plans differ by, unless storage is kept', () => {
    for (const [index, [from, to]] of PAIRS.entries()) {
      const found = all[index]?.costPerMonthUsd ?? { from: 0, to: 0, difference: 0 };
      expect(found.difference).toBeCloseTo(found.to - found.from, 2);
      const planned = planOf(
        to,
        to > 25 ? changes : { ...changes, availability: 'single-az' },
      ).costPerMonthUsd;
      const kept = all[index]?.advice.some((text) => text.includes('floorGiB'));
      if (kept) expect(found.to, `${from} to ${to}`).toBeGreaterThan(planned.total);
      else expect(found.to, `${from} to ${to}`).toBe(planned.total);
    }
  });

  it('to the same number is none', () => {
    for (const users of COUNTS) {
      const same = change(users, users, changes);
      expect(same).toMatchObject({ inPlace: true, effect: 'none', changes: [], advice: [] });
      expect(same.costPerMonthUsd.difference).toBe(0);
    }
  });
});

describe('growing', () => {
  it('from 40 to 60 users replaces nodes one by one and leaves the database alone', () => {
    const grown = change(40, 60);
    expect(grown).toMatchObject({ inPlace: true, effect: 'rolling', advice: [] });
    expect(grown.changes.map(({ what }) => what)).toEqual(['Web node', 'Scheduled jobs']);
    expect(row(grown, 'Web node')).toMatchObject({
      from: '6 workers, 8 connections for each',
      to: '8 workers, 6 connections for each',
      duration: expect.stringMatching(/nobody is away/),
    });
  });

  it('from 60 to 120 users without a standby takes the database away for minutes', () => {
    const grown = change(60, 120);
    expect(grown).toMatchObject({ inPlace: true, effect: 'minutes away' });
    expect(row(grown, 'Database class')).toMatchObject({
      effect: 'minutes away',
      duration: expect.stringMatching(/no standby/),
    });
    expect(row(grown, 'PostgreSQL parameters')?.to).toMatch(/max_connections 325/);
    expect(row(grown, 'Database storage')).toMatchObject({
      from: expect.stringMatching(/^50 GiB .* 3,000 IOPS$/),
      to: expect.stringMatching(/^500 GiB .* 12,000 IOPS$/),
      effect: 'online',
      duration: expect.stringMatching(/six hours/),
    });
    expect(row(grown, 'Firewall')).toMatchObject({ from: 'none', effect: 'online' });
    expect(row(grown, 'Web nodes')).toMatchObject({ from: '1 to 2', to: '2 to 4', effect: 'online' });
    expect(grown.advice.join()).toMatch(/quota of Fargate first .* 17 vCPU instead of 9/);
  });

  it('from 60 to 120 users with a standby is a failover, and gives Odoo other addresses', () => {
    const grown = change(60, 120, production);
    expect(grown).toMatchObject({ inPlace: true, effect: 'failover' });
    expect(row(grown, 'Database class')).toMatchObject({
      effect: 'failover',
      duration: expect.stringMatching(/tens of seconds/),
    });
    expect(row(grown, 'NAT gateways')).toMatchObject({ from: '1', to: '3', effect: 'online' });
    expect(grown.advice.join()).toMatch(/calls out from 3 addresses instead of 1/);
  });

  it('restarts the database where only its connections grow', () => {
    const grown = change(150, 400);
    expect(grown.effect).toBe('restart');
    expect(row(grown, 'PostgreSQL parameters')).toMatchObject({
      from: 'max_connections 325',
      to: 'max_connections 575',
      duration: expect.stringMatching(/restarts, about a minute/),
    });
    expect(row(grown, 'Database class')).toBeUndefined();
  });

  it('replaces nodes for a limit of log-ins that follows the users, and for nothing else', () => {
    const grown = change(300, 310);
    expect(grown.effect).toBe('rolling');
    expect(row(grown, 'Web node')).toMatchObject({
      from: '30 log-ins a minute from one address',
      to: '31 log-ins a minute from one address',
    });
    expect(row(grown, 'Scheduled jobs')).toBeUndefined();
  });

  it('in one leap goes by two deployments where the old class might not start with the new connections', () => {
    expect(change(60, 120).advice.join()).not.toMatch(/deploy twice/);
    const leap = change(60, 1000).advice.join();
    expect(leap).toMatch(
      /deploy twice, first 60 users with overrides: { database: { class: 'db.m7g.4xlarge' } }/,
    );
    expect(leap).toMatch(/1075 connections may keep db\.t4g\.large from starting/);
    expect(change(1000, 60).advice.join()).toMatch(/deploy twice, first 60 users with .*'db.m7g.4xlarge'/);
  });

  it('of the single server is another server on the same volume', () => {
    const grown = change(10, 20);
    expect(grown).toMatchObject({ inPlace: true, effect: 'minutes away' });
    expect(row(grown, 'Server')).toMatchObject({
      from: expect.stringMatching(/^t4g\.medium/),
      to: expect.stringMatching(/^t4g\.large/),
      duration: expect.stringMatching(/takes over volume and address: less than 9 minutes/),
    });
    expect(row(grown, 'Data volume')?.effect).toBe('online');
    expect(row(grown, 'PostgreSQL parameters')?.duration).toMatch(/same replacement/);
  });

  it('of the single server to services is a move by its own command', () => {
    const grown = change(20, 40);
    expect(grown).toMatchObject({ inPlace: false, effect: 'move' });
    expect(grown.changes).toHaveLength(1);
    expect(row(grown, 'Architecture')?.duration).toMatch(
      /npm run grow -- --env test.*how long Odoo will be away/,
    );
    expect(grown.advice.join()).toMatch(/a deployment alone moves no data/);
    expect(grown.advice.join()).toMatch(/old server is kept/);
  });
});

describe('shrinking', () => {
  it('from 120 to 40 users keeps the storage, once it is written down, and pays for it', () => {
    const shrunk = change(120, 40);
    expect(shrunk.inPlace).toBe(true);
    expect(shrunk.advice[0]).toMatch(/^write storage: { floorGiB: 500 } into the environment file first/);
    expect(row(shrunk, 'Database storage')).toBeUndefined();
    expect(row(shrunk, 'Firewall')).toMatchObject({ to: 'none', effect: 'online' });
    expect(row(shrunk, 'Database class')?.effect).toBe('minutes away');
    expect(shrunk.costPerMonthUsd.to).toBeGreaterThan(planOf(40).costPerMonthUsd.total);
    expect(shrunk.costPerMonthUsd.difference).toBeLessThan(0);
  });

  it('asks for nothing where the storage is written down already', () => {
    const floor = ENVIRONMENTS['in production with its storage written down'];
    expect(change(120, 40, floor).advice.join()).not.toMatch(/floorGiB/);
  });

  it('from services to the single server says what to do instead', () => {
    const shrunk = change(40, 20);
    expect(shrunk).toMatchObject({ inPlace: false, effect: 'move' });
    expect(row(shrunk, 'Architecture')?.duration).toMatch(/^no command goes back/);
    expect(shrunk.advice.join()).toMatch(/new environment of 20 users under another name/);
    expect(shrunk.advice.join()).toMatch(/--users 26/);
  });
});

it('adding a standby interrupts nothing', () => {
  const standby = { overrides: { database: { multiAz: true } } };
  const added = comparePlans(planOf(40), planOf(40, standby), environmentOf(40, standby));
  expect(added).toMatchObject({ inPlace: true, effect: 'online' });
  expect(added.changes).toMatchObject([{ what: 'Standby database', from: 'none', to: 'in a second zone' }]);
  // A class that changes with it has no standby to fail over to yet.
  const larger = { overrides: { database: { multiAz: true, class: 'db.m7g.xlarge' } } };
  expect(comparePlans(planOf(40), planOf(40, larger), environmentOf(40, larger)).effect).toBe('minutes away');
});
