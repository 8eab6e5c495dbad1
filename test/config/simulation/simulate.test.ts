import { describe, expect, it } from 'vitest';
import { observe } from '../../../config/simulation/scenarios.ts';
import { MOST_P95_MS, simulate, simulateScenario } from '../../../config/simulation/simulate.ts';
import { planOf, production } from '../../support/environments.ts';

/**
 * Edges of the architectures, and the last numbers of users before a plan gets more workers or nodes, where each of them
 * has most to do.
 */
const USERS = [26, 60, 99, 100, 270, 360, 540, 720, 1100];

const families = [
  { title: 'reference', changes: { sizing: 'reference' } },
  { title: 'measured', changes: { sizing: 'measured' } },
  { title: 'reference, production', changes: { ...production, sizing: 'reference' } },
  { title: 'measured, production', changes: { ...production, sizing: 'measured' } },
] as const;

describe.each(families)('150 % of the expected load on a busy morning, $title', ({ changes }) => {
  it.each(USERS)('is carried by what %i users get', (users) => {
    const { recorder } = observe(planOf(users, changes), 'headroom', 1);

    expect(recorder.times.percentile(0.95)).toBeLessThan(MOST_P95_MS);
    expect(Math.max(...recorder.percentileByMinute(0.95))).toBeLessThan(MOST_P95_MS);
    expect(recorder.errors).toBe(0);
  });
});

describe('150 % of the expected load', () => {
  it('is carried for 5,000 users as well', () => {
    const { recorder } = observe(planOf(5000, { sizing: 'measured' }), 'headroom', 1);

    expect(recorder.times.percentile(0.95)).toBeLessThan(MOST_P95_MS);
    expect(recorder.errors).toBe(0);
  });

  it.each([1, 10, 25])('is carried by the single server of %i users', (users) => {
    const { p95Ms, errors } = simulateScenario(planOf(users, { sizing: 'measured' }), 'headroom');

    expect(p95Ms).toBeLessThan(MOST_P95_MS);
    expect(errors).toBe(0);
  });

  it('is seen to fail where there are too few workers, whatever the CPU', () => {
    const plan = planOf(500, { sizing: 'measured' });
    const { p95Ms, errors, webUtilisation } = simulateScenario(
      { ...plan, app: { ...plan.app, workers: 2, nodesMax: plan.app.nodesMin } },
      'headroom',
    );

    expect(p95Ms).toBeGreaterThan(MOST_P95_MS);
    expect(errors).toBeGreaterThan(1000);
    expect(webUtilisation).toBeLessThan(0.7);
  });

  it('is seen to fail where the database is too small', () => {
    const plan = planOf(500, { sizing: 'measured' });
    const { p95Ms, databaseUtilisation } = simulateScenario(
      { ...plan, database: { ...plan.database, vcpu: 1 } },
      'headroom',
    );

    expect(p95Ms).toBeGreaterThan(MOST_P95_MS);
    expect(databaseUtilisation).toBeGreaterThan(0.95);
  });

  it('gets more nodes where those at the beginning are busier than the target', () => {
    const plan = planOf(660, { sizing: 'measured' });
    const crowded = { ...plan, app: { ...plan.app, nodesMin: plan.app.nodesMin - 1 } };

    expect(simulateScenario(crowded, 'headroom').nodes).toBeGreaterThan(crowded.app.nodesMin);
  });
});

describe('the loss of a zone', () => {
  it('costs the time of the failover and of noticing, and no more', () => {
    const { errors, requests, p95Ms } = simulateScenario(planOf(150, production), 'az-loss');

    // Two minutes of failover in the six and a half observed; nodes are noticed within it.
    expect(errors / requests).toBeGreaterThan(120 / 390 - 0.02);
    expect(errors / requests).toBeLessThan(120 / 390 + 0.02);
    expect(p95Ms).toBeLessThan(MOST_P95_MS);
  });

  it.each(families.slice(2))('leaves nodes that carry the expected load, $title', ({ changes }) => {
    for (const users of [26, 99, 100, 360, 540]) {
      const { p95MsByMinute } = simulateScenario(planOf(users, changes), 'az-loss');

      expect(p95MsByMinute.worst, `${users} users`).toBeLessThan(MOST_P95_MS);
    }
  });

  it.each([10, 40])('ends the service of %i users that have one database in one zone', (users) => {
    const { errors, requests } = simulateScenario(planOf(users), 'az-loss');

    expect(errors / requests).toBeGreaterThan(0.9);
  });
});

describe('a rolling deployment', () => {
  it.each([40, 150, 660])('fails no request of %i users', (users) => {
    const { errors, p95MsByMinute } = simulateScenario(planOf(users, { sizing: 'measured' }), 'rolling');

    expect(errors).toBe(0);
    expect(p95MsByMinute.worst).toBeLessThan(MOST_P95_MS);
  });

  it('is a restart on the single server', () => {
    const { errors, requests } = simulateScenario(planOf(10), 'rolling');

    // Ten seconds of six and a half minutes.
    expect(errors / requests).toBeGreaterThan(0.01);
    expect(errors / requests).toBeLessThan(0.04);
  });
});

describe('a simulation', () => {
  it('is the same for the same plan', () => {
    expect(simulate(planOf(30))).toEqual(simulate(planOf(30)));
  });

  it('has other chances with another seed', () => {
    const plan = planOf(30);
    const counts = [1, 2].map((seed) => observe(plan, 'declared', seed).recorder.times.size);

    expect(counts[0]).not.toBe(counts[1]);
  });

  it('sends as many requests as sizing assumes', () => {
    const { requests } = simulateScenario(planOf(1000), 'declared');

    // 600 users, 30 requests a minute, five minutes.
    expect(requests).toBeGreaterThan(90_000 * 0.98);
    expect(requests).toBeLessThan(90_000 * 1.02);
  });
});
