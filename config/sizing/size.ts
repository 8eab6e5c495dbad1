import { deepFreeze } from '../deep-freeze.ts';
import type { Environment } from '../environment.ts';
import type { Problem, Result } from '../problem.ts';
import { sizeCompute } from './compute.ts';
import { monthlyCost } from './cost.ts';
import { lossesOf } from './losses.ts';
import { sizeNetwork } from './network.ts';
import { odooSettings } from './odoo-settings.ts';
import type { Plan, Reason, Tier } from './plan.ts';
import { preflight } from './preflight.ts';
import { type PriceBook, shippedPrices } from './prices.ts';
import { sizeRecovery } from './recovered.ts';
import { recoveryTimesOf } from './recovery-times.ts';
import { sources } from './sources.ts';
import { tierOf } from './tier.ts';
import { TARGET_UTILISATION, TESTED_LOAD, type Workload, workloadOf } from './workload.ts';

/**
 * Decides everything that follows from the number of users: pure, without AWS, the same plan for the same environment.
 *
 * @param prices - the shipped price data unless a test says otherwise.
 * @returns the frozen plan, or every problem found: overrides that break a budget or a reference size, or more users
 *   than one PostgreSQL writer serves. Nothing is ever clamped silently.
 */
export function sizeEnvironment(environment: Environment, prices: PriceBook = shippedPrices): Result<Plan> {
  const result = sizeAlone(environment, prices);
  if (!result.ok) {
    return { ok: false, problems: withLargestCount(result.problems, environment, prices) };
  }
  const plan: Plan = { ...result.value, alternative: alternativeTo(environment, prices) };
  return { ok: true, value: deepFreeze(plan) };
}

function sizeAlone(environment: Environment, prices: PriceBook): Result<Omit<Plan, 'alternative'>> {
  const tier = tierOf(environment.users);
  const workload = workloadOf(environment);
  const compute = sizeCompute(environment, tier, workload, prices);
  const network = sizeNetwork(environment, tier);
  const problems = [...compute.problems, ...network.problems];
  if (problems.length > 0) {
    return { ok: false, problems };
  }
  const { app, cron, server, database } = compute.value;
  const odoo = odooSettings(environment, database.maxConnections, { ...app, cronWorkers: cron.workers });
  const targetCpuPercent = TARGET_UTILISATION * 100;
  const sized = {
    environment: environment.name,
    tier,
    users: environment.users,
    sizing: environment.sizing,
    availability: environment.availability,
    architecture: environment.architecture,
    concurrentUsers: workload.concurrentUsers,
    testedConcurrentUsers: workload.testedConcurrentUsers,
    app: { ...app, cronWorkers: cron.workers, odoo: odoo.value, targetCpuPercent },
    cron,
    ...(server && { server }),
    database,
    network: network.value,
    rtoHours: environment.objectives.rtoHours,
    rpoHours: environment.objectives.rpoHours,
    losses: lossesOf(environment, { tier, database }),
    recoveryTimes: recoveryTimesOf(environment, { tier, app, database }),
  };
  const recovery = sizeRecovery(environment, sized, prices);
  return {
    ok: true,
    value: {
      ...sized,
      reasons: [
        ...loadReasons(environment, tier, workload),
        ...compute.reasons,
        ...odoo.reasons,
        ...network.reasons,
        ...objectiveReasons(environment),
        ...(recovery?.reasons ?? []),
      ],
      costPerMonthUsd: monthlyCost(environment, sized, prices),
      ...(recovery && { recovery: recovery.value }),
      preflight: preflight(environment, sized),
    },
  };
}

function loadReasons(environment: Environment, tier: Tier, workload: Workload): readonly Reason[] {
  const { users, concurrency } = environment;
  return [
    {
      path: 'tier',
      value: tier,
      because: `${users} users; small is 1 to 25, medium 26 to 99, large 100 and more`,
      source: sources.guide,
    },
    {
      path: 'concurrentUsers',
      value: workload.concurrentUsers,
      because: `${users} users x ${concurrency} that work at the same time`,
      source: sources.configured,
    },
    {
      path: 'testedConcurrentUsers',
      value: workload.testedConcurrentUsers,
      because: `${TESTED_LOAD * 100} % of the expected load`,
      source: sources.guide,
    },
    {
      path: 'app.targetCpuPercent',
      value: TARGET_UTILISATION * 100,
      because: 'a new node takes minutes to start, and response times climb steeply above 85 %',
      source: sources.measured,
    },
  ];
}

function objectiveReasons({ objectives }: Environment): readonly Reason[] {
  const because = 'the promise of the environment; drills measure what is really reached';
  return [
    { path: 'rtoHours', value: objectives.rtoHours, because, source: sources.configured },
    { path: 'rpoHours', value: objectives.rpoHours, because, source: sources.configured },
  ];
}

function alternativeTo(environment: Environment, prices: PriceBook): Plan['alternative'] {
  const sizing = environment.sizing === 'reference' ? 'measured' : 'reference';
  const other = sizeAlone({ ...environment, sizing }, prices);
  return other.ok
    ? { sizing, totalPerMonthUsd: other.value.costPerMonthUsd.total }
    : { sizing, unavailable: other.problems.map(({ message }) => message).join('; ') };
}

/** Says how many users would fit, where there are too many. */
function withLargestCount(
  problems: readonly Problem[],
  environment: Environment,
  prices: PriceBook,
): readonly Problem[] {
  const path = `${environment.name}.users`;
  if (!problems.some((problem) => problem.path === path)) {
    return problems;
  }
  const largest = largestUserCount(environment, prices);
  const allowed = `1 to ${largest} users with this concurrency and sizing`;
  return problems.map((problem) => (problem.path === path ? { ...problem, allowed } : problem));
}

/** The largest number of users that one environment serves, found by halving. */
function largestUserCount(environment: Environment, prices: PriceBook): number {
  let fits = 0;
  let tooMany = environment.users;
  while (tooMany - fits > 1) {
    const users = Math.floor((fits + tooMany) / 2);
    if (sizeAlone({ ...environment, users, overrides: {} }, prices).ok) {
      fits = users;
    } else {
      tooMany = users;
    }
  }
  return fits;
}
