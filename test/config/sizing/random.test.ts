import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Environment, Overrides } from '../../../config/environment.ts';
import { regionNames } from '../../../config/regions.ts';
import { shippedPrices } from '../../../config/sizing/prices.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { environmentOf } from '../../support/environments.ts';

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 3 });
const namesOf = (pattern: RegExp): fc.Arbitrary<string> =>
  fc.constantFrom(...shippedPrices.specs(pattern).map(({ name }) => name), 'no.such.type');
const count = (max: number): fc.Arbitrary<number | undefined> => maybe(fc.integer({ min: 1, max }));

const overrides: fc.Arbitrary<Overrides> = fc.record({
  app: maybe(
    fc.record({
      nodesMin: count(40),
      nodesMax: count(60),
      vcpu: maybe(fc.constantFrom(1, 2, 3, 4, 8, 16, 32)),
      memoryMiB: maybe(fc.integer({ min: 1, max: 130 }).map((gib) => gib * 1024)),
      workers: count(50),
      cronWorkers: count(40),
    }),
  ),
  instanceType: maybe(namesOf(/^(t4g|t3|m7g)\./)),
  database: maybe(
    fc.record({
      class: maybe(namesOf(/^db\./)),
      storageGiB: count(3000),
      multiAz: maybe(fc.boolean()),
      maxConnections: count(6000),
    }),
  ),
  natGateways: maybe(fc.integer({ min: 0, max: 4 })),
});

const environments: fc.Arbitrary<Environment> = fc
  .record({
    users: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 100_000 })),
    concurrency: fc.double({ min: 0.001, max: 1, noNaN: true }),
    production: fc.boolean(),
    region: fc.constantFrom(...regionNames),
    sizing: fc.constantFrom('reference', 'measured'),
    availability: fc.constantFrom('single-az', 'multi-az'),
    architecture: fc.constantFrom('arm64', 'x86_64'),
    growthPerYear: fc.double({ min: 0, max: 3, noNaN: true }),
    floorGiB: fc.integer({ min: 0, max: 2000 }),
    overrides: fc.oneof(fc.constant({}), overrides),
  })
  .map(({ users, growthPerYear, floorGiB, ...changes }) => {
    const environment = environmentOf(users, changes);
    return { ...environment, storage: { ...environment.storage, growthPerYear, floorGiB } };
  });

describe('any environment', () => {
  it('has a plan that fits its machines, or problems that say everything', () => {
    let planned = 0;
    fc.assert(
      fc.property(environments, (environment) => {
        const result = sizeEnvironment(environment);
        if (result.ok) {
          planned += 1;
          const { tier, app, cron, database, costPerMonthUsd, network } = result.value;
          const onNode = tier === 'small' ? app.workers + cron.workers : app.workers;
          expect(onNode).toBeLessThanOrEqual(2 * app.vcpu + 1);
          expect((app.workers + 1) * 325).toBeLessThanOrEqual(app.memoryMiB);
          expect(database.connectionsNeeded).toBeLessThanOrEqual(database.maxConnections);
          expect(database.maxConnections).toBeLessThanOrEqual(5000);
          expect(database.memoryMiB).toBeGreaterThanOrEqual(tier === 'small' ? 0 : app.memoryMiB);
          expect(database.storageGiB).toBeGreaterThanOrEqual(environment.storage.floorGiB);
          expect(Number.isFinite(costPerMonthUsd.total)).toBe(true);
          expect(network.natGateways).toBeLessThanOrEqual(network.availabilityZones);
        } else {
          expect(result.problems.length).toBeGreaterThan(0);
          for (const { path, message, allowed, fix } of result.problems) {
            expect(path).toMatch(/^test\.(users|architecture|overrides\.[\w.]+|overrides\.app)$/);
            expect(`${message}${allowed}${fix}`).not.toMatch(/NaN|Infinity|undefined|\[object/);
            expect([message, allowed, fix].every((text) => text.length > 0)).toBe(true);
          }
        }
      }),
      { numRuns: 3000, seed: 20_261_122 },
    );
    // Both outcomes must really have been tried.
    expect(planned).toBeGreaterThan(500);
    expect(planned).toBeLessThan(2500);
  });
});
