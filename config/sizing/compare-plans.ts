import type { Environment } from '../environment.ts';
import { type Change, type Effect, EFFECTS, type PlanChange } from './change.ts';
import { adviceForMove, moves } from './move.ts';
import type { Plan } from './plan.ts';
import { adviceForServer, serverChanges } from './server-changes.ts';
import { adviceForService, serviceChanges } from './service-changes.ts';
import { sizeEnvironment } from './size.ts';

/**
 * What the change from one plan to the other does: pure, like the plans themselves.
 *
 * @param before - the plan that is deployed, usually that of the environment file as it is.
 * @param after - the plan that is wanted.
 * @param environment - what `after` was made from.
 */
export function comparePlans(before: Plan, after: Plan, environment: Environment): PlanChange {
  const inPlace = (before.tier === 'small') === (after.tier === 'small');
  const kept = inPlace ? withStorageKept(before, after, environment) : after;
  const { changes, advice } = compare(before, kept);
  const cost = { from: before.costPerMonthUsd.total, to: kept.costPerMonthUsd.total };
  return {
    from: { users: before.users, tier: before.tier },
    to: { users: after.users, tier: after.tier },
    inPlace,
    effect: strongest(changes),
    changes,
    costPerMonthUsd: { ...cost, difference: Math.round((cost.to - cost.from) * 100) / 100 },
    advice: kept === after ? advice : [storageAdvice(before), ...advice],
  };
}

/** The plan that can be deployed: with the storage that is there, where the other one would have less. */
function withStorageKept(before: Plan, after: Plan, environment: Environment): Plan {
  const floorGiB = before.database.storageGiB;
  if (after.database.storageGiB >= floorGiB) return after;
  const kept = sizeEnvironment({ ...environment, storage: { ...environment.storage, floorGiB } });
  return kept.ok ? kept.value : after;
}

function storageAdvice({ database }: Plan): string {
  return `write storage: { floorGiB: ${database.storageGiB} } into the environment file first: AWS cannot shrink storage, and without it the deployment is refused`;
}

function compare(before: Plan, after: Plan): { changes: readonly Change[]; advice: readonly string[] } {
  if (before.server && after.server) {
    return { changes: serverChanges(before, after), advice: adviceForServer(before, after) };
  }
  return before.tier === 'small' || after.tier === 'small'
    ? { changes: moves(before, after), advice: adviceForMove(before, after) }
    : { changes: serviceChanges(before, after), advice: adviceForService(before, after) };
}

function strongest(changes: readonly Change[]): Effect {
  const effects = changes.map(({ effect }) => effect);
  return EFFECTS.findLast((effect) => effects.includes(effect)) ?? 'none';
}
