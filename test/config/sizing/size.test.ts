import { describe, expect, it } from 'vitest';
import type { Environment, SizingMode } from '../../../config/environment.ts';
import type { Plan } from '../../../config/sizing/plan.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

const MOST_USERS = 5000;

/** Every count for one kind of environment, and every seventh (a prime, so no pattern is skipped) for the other. */
const families = [
  { title: 'reference', sizing: 'reference', changes: {}, step: 1 },
  { title: 'measured', sizing: 'measured', changes: {}, step: 1 },
  { title: 'reference, production', sizing: 'reference', changes: production, step: 7 },
  { title: 'measured, production', sizing: 'measured', changes: production, step: 7 },
] as const;

function plansFrom(sizing: SizingMode, changes: Partial<Environment>, step: number): readonly Plan[] {
  const counts = Array.from({ length: Math.ceil(MOST_USERS / step) }, (_, index) => 1 + index * step);
  return [...counts, 25, 26, 99, 100, MOST_USERS]
    .toSorted((a, b) => a - b)
    .map((users) => planOf(users, { ...changes, sizing }));
}

/** Calls `check` with each plan and the one of the next larger number of users. */
function eachStep(plans: readonly Plan[], check: (smaller: Plan, larger: Plan) => void): void {
  plans.slice(1).forEach((larger, index) => {
    const smaller = plans[index];
    if (smaller !== undefined) {
      check(smaller, larger);
    }
  });
}

describe.each(families)('plans of 1 to 5,000 users, $title', ({ sizing, changes, step }) => {
  const plans = plansFrom(sizing, changes, step);

  it('never loses capacity or memory when users are added', () => {
    const measures: Readonly<Record<string, (plan: Plan) => number>> = {
      'workers at most': ({ app }) => app.nodesMax * app.workers,
      'steady workers': ({ app }) => app.nodesMin * app.workers,
      'memory at most': ({ app }) => app.nodesMax * app.memoryMiB,
      'steady memory': ({ app }) => app.nodesMin * app.memoryMiB,
      'vCPU of a node': ({ app }) => app.vcpu,
      'cron workers': ({ cron }) => cron.workers,
      'database memory': ({ database }) => database.memoryMiB,
      'memory of the server': ({ server }) => server?.memoryMiB ?? Infinity,
    };
    for (const [name, measure] of Object.entries(measures)) {
      eachStep(plans, (smaller, larger) => {
        expect(measure(larger), `${name}, ${smaller.users} to ${larger.users} users`).toBeGreaterThanOrEqual(
          // The server's vCPU are shared by everything, a node's are Odoo's alone: not the same quantity.
          name === 'vCPU of a node' && smaller.tier !== larger.tier ? 0 : measure(smaller),
        );
      });
    }
  });

  it('never shrinks the storage of RDS when users are added', () => {
    eachStep(
      plans.filter(({ database }) => database.kind === 'rds'),
      (smaller, larger) => {
        expect(larger.database.storageGiB).toBeGreaterThanOrEqual(smaller.database.storageGiB);
      },
    );
  });

  it('carries the expected load at the least and the tested load at the greatest number of nodes', () => {
    for (const { users, concurrentUsers, testedConcurrentUsers, app } of plans) {
      const perWorker = sizing === 'reference' ? 6 : 27;
      expect(app.nodesMin * app.workers * perWorker, `${users} users`).toBeGreaterThanOrEqual(
        concurrentUsers,
      );
      expect(app.nodesMax * app.workers * perWorker, `${users} users`).toBeGreaterThanOrEqual(
        testedConcurrentUsers,
      );
    }
  });

  it('keeps carrying the tested load of large when a node is lost', () => {
    for (const { users, testedConcurrentUsers, app } of plans.filter(({ tier }) => tier === 'large')) {
      const perWorker = sizing === 'reference' ? 6 : 27;
      expect((app.nodesMax - 1) * app.workers * perWorker, `${users} users`).toBeGreaterThanOrEqual(
        testedConcurrentUsers,
      );
    }
  });

  it('keeps carrying the expected load when a zone with its nodes is lost', () => {
    const perWorker = 1.5 * 27;
    for (const { users, concurrentUsers, availability, app, network } of plans) {
      const left = app.nodesMin - Math.ceil(app.nodesMin / network.availabilityZones);
      if (availability === 'multi-az' && users > 25) {
        expect(left * app.workers * perWorker, `${users} users`).toBeGreaterThanOrEqual(concurrentUsers);
      }
    }
  });

  it("keeps Odoo's rule of 2 x vCPU + 1 workers on every machine", () => {
    for (const { users, tier, app, cron } of plans) {
      const onNode = tier === 'small' ? app.workers + cron.workers : app.workers;
      expect(onNode, `${users} users`).toBeLessThanOrEqual(2 * app.vcpu + 1);
      expect(cron.workers, `${users} users`).toBeLessThanOrEqual(2 * cron.vcpu + 1);
    }
  });

  it('never promises more memory than there is', () => {
    for (const { users, app, cron, server, database } of plans) {
      expect(app.memoryMiB, `${users} users`).toBeGreaterThanOrEqual((app.workers + 1) * 325);
      expect(cron.memoryMiB, `${users} users`).toBeGreaterThanOrEqual(cron.workers * 325);
      if (server !== undefined) {
        const shares = app.memoryMiB + cron.memoryMiB + database.memoryMiB;
        expect(server.memoryMiB - shares, `left for the system, ${users} users`).toBeGreaterThanOrEqual(1024);
      }
    }
  });

  it('has connections for all that Odoo opens, and pools that cannot exhaust them', () => {
    for (const { users, app, database } of plans) {
      const { dbMaxconn, dbMaxconnGevent } = app.odoo;
      // On every node a watcher holds one, and whatever runs scheduled jobs one for its lock.
      const inUse =
        1.3 * app.nodesMax * (app.workers * 3 + dbMaxconnGevent + 1) + 1.3 * (app.cronWorkers * 3 + 1);
      const fullPools =
        app.nodesMax * (app.workers * dbMaxconn + dbMaxconnGevent + 1) + app.cronWorkers * dbMaxconn + 1;
      expect(database.maxConnections, `${users} users`).toBeGreaterThanOrEqual(200);
      expect(database.connectionsNeeded, `${users} users`).toBeLessThanOrEqual(database.maxConnections);
      expect(inUse + 15, `${users} users`).toBeLessThanOrEqual(database.connectionsNeeded);
      expect(fullPools + 15, `${users} users`).toBeLessThanOrEqual(database.maxConnections);
      expect(dbMaxconn, `${users} users`).toBeGreaterThanOrEqual(4);
    }
  });

  it('has connections for a deployment, which runs old and new nodes side by side', () => {
    for (const { users, tier, app, database } of plans.filter(({ tier }) => tier !== 'small')) {
      const bothFleets =
        2 * app.nodesMin * (app.workers * 3 + app.odoo.dbMaxconnGevent + 1) + app.cronWorkers * 3 + 1;
      expect(bothFleets + 15, `${users} users, ${tier}`).toBeLessThanOrEqual(database.connectionsNeeded);
    }
  });

  it('gives the database at least the memory of one Odoo node', () => {
    for (const { users, app, database } of plans) {
      expect(database.memoryMiB, `${users} users`).toBeGreaterThanOrEqual(app.memoryMiB);
    }
  });

  it('costs a finite amount that is the sum of its items, none of them free', () => {
    for (const { users, costPerMonthUsd } of plans) {
      const sum = costPerMonthUsd.items.reduce((total, { perMonthUsd }) => total + perMonthUsd, 0);
      expect(costPerMonthUsd.total, `${users} users`).toBeGreaterThan(0);
      expect(costPerMonthUsd.total, `${users} users`).toBeCloseTo(sum, 1);
      expect(
        costPerMonthUsd.items.filter(({ quantity, unitPriceUsd }) => quantity <= 0 || unitPriceUsd <= 0),
      ).toEqual([]);
    }
  });

  if (sizing === 'reference') {
    it("never falls below the guide's sizes", () => {
      for (const plan of plans) {
        expect(belowReference(plan, 'production' in changes), `${plan.users} users`).toEqual([]);
      }
    });

    it('never costs less than sizing by measurement', () => {
      for (const { users, costPerMonthUsd, alternative } of plans) {
        const measured = 'totalPerMonthUsd' in alternative ? alternative.totalPerMonthUsd : Infinity;
        expect(costPerMonthUsd.total, `${users} users`).toBeGreaterThanOrEqual(measured);
      }
    });
  }
});

/** The guide's table, written down once more on purpose: which of its sizes a plan falls short of. */
function belowReference(plan: Plan, isProduction: boolean): readonly string[] {
  const guide = {
    small: isProduction ? { vcpu: 4, gib: 8, storage: 20 } : { vcpu: 2, gib: 4, storage: 20 },
    medium: isProduction ? { vcpu: 8, gib: 16, storage: 50 } : { vcpu: 4, gib: 8, storage: 50 },
    large: { vcpu: 8, gib: 32, storage: 500 },
  }[plan.tier];
  const vcpu = plan.server?.vcpu ?? plan.app.nodesMin * plan.app.vcpu;
  const memoryMiB = plan.server?.memoryMiB ?? plan.app.nodesMin * plan.app.memoryMiB;
  const { database } = plan;
  return [
    ...(vcpu < guide.vcpu ? ['vCPU'] : []),
    ...(memoryMiB < guide.gib * 1024 ? ['memory'] : []),
    ...(database.storageGiB < guide.storage ? ['storage'] : []),
    ...(plan.tier === 'large' && (database.vcpu < 16 || database.memoryMiB < 64 * 1024) ? ['database'] : []),
    ...(plan.tier !== 'small' && database.kind !== 'rds' ? ['separate database'] : []),
  ];
}

describe('the number of users', () => {
  it.each([
    [1, 'small'],
    [25, 'small'],
    [26, 'medium'],
    [99, 'medium'],
    [100, 'large'],
    [5000, 'large'],
  ])('of %i selects %s', (users, tier) => {
    expect(planOf(users).tier).toBe(tier);
  });

  it.each(['reference', 'measured'] as const)(
    'is refused above what one database serves, sizing %s',
    (sizing) => {
      const result = sizeEnvironment(environmentOf(100_000, { sizing }));
      const problem = result.ok ? undefined : result.problems[0];
      const largest = Number(/^1 to (\d+) users/.exec(problem?.allowed ?? '')?.[1]);

      expect(problem?.path).toBe('test.users');
      expect(problem?.message).toMatch(/database connections; one PostgreSQL writer takes 5000/);
      expect(problem?.fix).toContain('several environments, one per company group');
      expect(sizeEnvironment(environmentOf(largest, { sizing })).ok, `${largest} users`).toBe(true);
      expect(sizeEnvironment(environmentOf(largest + 1, { sizing })).ok, `${largest + 1} users`).toBe(false);
      expect(largest).toBeGreaterThanOrEqual(MOST_USERS);
    },
  );

  it('counts whole people without rounding errors', () => {
    // 0.07 x 100 is 7.000000000000001 in floating point.
    expect(planOf(100, { concurrency: 0.07 }).concurrentUsers).toBe(7);
    expect(planOf(1, { concurrency: 0.01 }).concurrentUsers).toBe(1);
  });

  it('asks for less when fewer of them work at the same time', () => {
    expect(planOf(500, { concurrency: 0.2 }).costPerMonthUsd.total).toBeLessThan(
      planOf(500, { concurrency: 0.9 }).costPerMonthUsd.total,
    );
  });
});

describe('a plan', () => {
  it('cannot be changed, down to its last value', () => {
    const everything = (value: unknown): unknown[] =>
      typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(everything)] : [];
    for (const users of [10, 40, 150]) {
      expect(everything(planOf(users)).every((value) => Object.isFrozen(value))).toBe(true);
    }
  });

  it('is the same for the same environment', () => {
    expect(JSON.stringify(planOf(150, production))).toBe(JSON.stringify(planOf(150, production)));
  });

  it.each([10, 40, 150])('of %i users says why for every value it derives', (users) => {
    const plan = planOf(users, production);
    const explained = new Set(plan.reasons.map(({ path }) => path));
    const given = ['environment', 'users', 'sizing', 'availability', 'architecture'];
    const priced = ['costPerMonthUsd', 'recovery.region', 'recovery.costPerMonthUsd'];
    const outside = [...given, ...priced, 'alternative', 'losses', 'recoveryTimes', 'reasons', 'preflight'];
    const missing = leaves(plan).filter(
      ([path]) =>
        !outside.some((name) => path === name || path.startsWith(`${name}.`)) && !explained.has(path),
    );
    expect(missing).toEqual([]);
  });

  it.each([10, 40, 150])('of %i users gives each reason the value that the plan has', (users) => {
    const plan = planOf(users, production);
    const values = new Map(leaves(plan));
    for (const { path, value, because, source } of plan.reasons) {
      // An instance type belongs to the reason of the server's choice; everything else is a leaf of its own.
      expect(values.get(path), path).toBe(value);
      expect(because.length, path).toBeGreaterThan(8);
      expect(source.length, path).toBeGreaterThan(8);
    }
    expect(new Set(plan.reasons.map(({ path }) => path)).size).toBe(plan.reasons.length);
  });

  it('keeps Odoo reachable through the loss of a zone when it spans several', () => {
    for (const users of [26, 99, 100, 1000]) {
      const { app, database } = planOf(users, { availability: 'multi-az' });
      expect(app.nodesMin).toBeGreaterThanOrEqual(2);
      expect(database.multiAz).toBe(true);
    }
    expect(planOf(40).app.nodesMin).toBe(1);
    expect(planOf(40).database.multiAz).toBe(false);
  });

  it.each([
    ['small', 10, {}, 0],
    ['medium', 40, production, 1],
    ['large in one zone', 150, {}, 1],
    ['large', 150, production, 3],
    ['large where a Region has two zones', 150, { ...production, region: 'us-west-1' }, 2],
  ])('has as many NAT gateways as %s needs', (_, users, changes, natGateways) => {
    expect(planOf(users, changes).network.natGateways).toBe(natGateways);
  });

  it('uses the zones and the way out of an existing network', () => {
    const subnets = ['subnet-1', 'subnet-2'];
    const { network } = planOf(150, {
      ...production,
      network: {
        kind: 'existing',
        vpcId: 'vpc-1',
        cidr: '10.0.0.0/16',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        publicSubnetIds: subnets,
        privateSubnetIds: subnets,
        isolatedSubnetIds: subnets,
      },
    });
    expect(network).toEqual({ availabilityZones: 2, natGateways: 0 });
  });

  it('keeps burstable databases out of production', () => {
    for (const users of [26, 99, 400]) {
      for (const sizing of ['reference', 'measured'] as const) {
        expect(planOf(users, { ...production, sizing }).database.class).not.toMatch(/^db\.t/);
      }
    }
    expect(planOf(40).database.class).toMatch(/^db\.t4g\./);
  });

  it.each(['arm64', 'x86_64'] as const)('has a server of the chosen architecture, %s', (architecture) => {
    for (const users of [1, 25]) {
      expect(planOf(users, { ...production, architecture }).server?.instanceType).toMatch(
        architecture === 'arm64' ? /^(t4g|c7g|m7g|r7g)\./ : /^t3\./,
      );
    }
  });

  it('never gets less storage than is deployed already', () => {
    expect(
      planOf(40, { storage: { growthPerYear: 0, filestoreGiB: 1, floorGiB: 777, filestore: 's3-files' } })
        .database.storageGiB,
    ).toBe(777);
    expect(
      planOf(10, { storage: { growthPerYear: 0, filestoreGiB: 1, floorGiB: 777, filestore: 's3-files' } })
        .server?.dataVolume.sizeGiB,
    ).toBe(777);
  });

  it('leaves RDS room to grow, at least a tenth', () => {
    for (const growthPerYear of [0, 0.01, 0.5, 2]) {
      const { storageGiB, storageMaxGiB } = planOf(150, {
        storage: { growthPerYear, filestoreGiB: 10, floorGiB: 0, filestore: 's3-files' },
      }).database;
      expect(storageMaxGiB).toBeGreaterThanOrEqual(Math.ceil(storageGiB * 1.1));
    }
  });

  it('names no IOPS, because gp3 includes what is needed and RDS refuses them below 400 GiB', () => {
    for (const users of [26, 100, 5000]) {
      expect(planOf(users).database).not.toHaveProperty('iops');
      expect(planOf(users).database).not.toHaveProperty('throughputMiBps');
    }
  });
});

/** Paths and values of everything in a tree that is not a tree itself. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null) {
    return [[path, value]];
  }
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}
