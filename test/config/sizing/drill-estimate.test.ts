import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { estimateDrill } from '../../../config/sizing/drill-estimate.ts';
import { type PriceBook, shippedPrices } from '../../../config/sizing/prices.ts';
import { environmentOf, planOf } from '../../support/environments.ts';

function estimate(changes: Partial<Environment> = {}, prices: PriceBook = shippedPrices) {
  return estimateDrill(environmentOf(150, changes), planOf(150, changes), { region: 'eu-west-1', prices });
}

/** Thousands of requests to S3. */
function requestsFor(filestoreGiB: number): readonly number[] {
  const [cost] = estimate({ storage: { ...environmentOf(150).storage, filestoreGiB } }).costs;
  return cost?.items.filter(({ item }) => item.startsWith('S3')).map(({ quantity }) => quantity) ?? [];
}

const withoutFargate: PriceBook = {
  ...shippedPrices,
  price: (region, key) => (key.startsWith('fargate') ? undefined : shippedPrices.price(region, key)),
};

describe('what a drill costs', () => {
  it('is the database without a standby, by the hour, in the Region of the copies', () => {
    const [one, three] = estimate({ availability: 'multi-az' }).costs;
    const hour = shippedPrices.price('eu-west-1', `rds.postgres.${planOf(150).database.class}.singleAz`);
    const rds = (cost: typeof one) => cost?.items.find(({ item }) => item.startsWith('RDS db.'));
    expect(rds(one)).toMatchObject({ quantity: 1, unitPriceUsd: hour?.usd });
    expect(rds(three)?.quantity).toBe(3);
    expect(one?.totalUsd).toBeGreaterThan(hour?.usd ?? Infinity);
    expect(three?.totalUsd).toBeLessThan(3 * (one?.totalUsd ?? 0));
  });

  it('has the storage for as long as the database is there, and is never sure of itself', () => {
    const [one] = estimate().costs;
    const storage = one?.items.find(({ item }) => item.includes('storage'));
    expect(storage?.quantity).toBeCloseTo(planOf(150).database.storageGiB / shippedPrices.hoursPerMonth, 3);
    expect(new Set(one?.items.map(({ confidence }) => confidence))).toEqual(new Set(['low']));
  });

  it('reads ten thousand attachments at most, and lists all of them', () => {
    expect(requestsFor(1)).toEqual([0.005, 5]);
    expect(requestsFor(1000)).toEqual([5, 10]);
  });

  it('names what has no price instead of counting it as nothing', () => {
    expect(estimate({}, withoutFargate).unpriced).toEqual([
      expect.stringMatching(/^Fargate task: vCPU: no price is known/),
      expect.stringMatching(/^Fargate task: memory: no price is known/),
    ]);
  });
});

it('a drill takes what its phases take, each with what that rests on', () => {
  const { phases, minutes } = estimate();
  expect(phases.map(({ phase }) => phase)).toEqual(['find', 'restore', 'validate', 'serve', 'teardown']);
  const sum = phases.reduce((all, phase) => all + Number(phase.minutes), 0);
  expect(minutes).toBe(Math.ceil(sum));
  const restore = planOf(150, { recoveryRegion: 'eu-west-1' }).recoveryTimes.at(-1);
  expect(phases.find(({ phase }) => phase === 'restore')?.minutes).toBe(
    restore?.phases.find(({ phase }) => phase === 'database')?.minutes,
  );
});

const changes = { recoveryRegion: 'eu-west-1' };

/** What a drill of a single server takes. */
function small(users = 10) {
  return estimateDrill(environmentOf(users, changes), planOf(users, changes), {
    region: 'eu-west-1',
    prices: shippedPrices,
  });
}

/** What a bill has of a single server's drills. */
function linesOf(schedule: 'monthly' | 'manual') {
  return planOf(10, {
    ...changes,
    recovery: { ...environmentOf(10).recovery, drill: { schedule, workflows: [] } },
  }).costPerMonthUsd.items.filter(({ item }) => item.startsWith('Recovery drill in eu-west-1: '));
}

describe('a drill of a single server', () => {
  it('is a task of the size of the server, by the hour, with its disk', () => {
    const { costs, hoursOf } = small();
    const { server } = planOf(10, changes);
    const quantities = costs.map(({ items, hours }) => [
      hours,
      ...items.slice(0, 3).map(({ quantity }) => quantity),
    ]);
    const [vcpu, memory, disk] = [
      server?.vcpu ?? 0,
      (server?.memoryMiB ?? 0) / 1024,
      (server?.dataVolume.sizeGiB ?? 0) - 20,
    ];
    expect(quantities).toEqual([
      [0.5, vcpu * 0.5, memory * 0.5, disk * 0.5],
      [2, vcpu * 2, memory * 2, disk * 2],
    ]);
    expect(hoursOf).toBe('task');
    expect(costs[0]?.items.map(({ item }) => item).join()).not.toContain('RDS');
  });

  it('takes longer with a larger database, by what was measured', () => {
    const restoreOf = ({ phases }: ReturnType<typeof small>) =>
      phases.find(({ phase }) => phase === 'restore');
    expect(small().phases.map(({ phase }) => phase)).toEqual([
      'find',
      'packages',
      'restore',
      'validate',
      'serve',
      'teardown',
    ]);
    expect(restoreOf(small())?.basis).toBe('measured');
    expect(Number(restoreOf(small(25))?.minutes)).toBeGreaterThan(Number(restoreOf(small())?.minutes));
  });

  it('is in the bill where one begins each month, and only then', () => {
    expect(linesOf('manual')).toEqual([]);
    const lines = linesOf('monthly');
    expect(lines.map(({ item }) => item.replace(/^.*: (?=\w+$)/, ''))).toEqual([
      'vCPU',
      'memory',
      expect.stringContaining('disk'),
      expect.stringContaining('Public IPv4'),
    ]);
    const total = lines.reduce((sum, { perMonthUsd }) => sum + perMonthUsd, 0);
    expect(total).toBeCloseTo(
      small()
        .costs[1]?.items.slice(0, 4)
        .reduce((sum, { perMonthUsd }) => sum + perMonthUsd, 0) ?? 0,
      2,
    );
  });
});
