import type { LossPlan, Plan } from './plan.ts';

/** After what the objectives are not held, in the order of the plan. */
export function missedObjectives({ losses, recoveryTimes }: Pick<Plan, 'losses' | 'recoveryTimes'>): {
  readonly recoveryPoint: readonly string[];
  readonly recoveryTime: readonly string[];
} {
  return { recoveryPoint: missedIn(losses), recoveryTime: missedIn(recoveryTimes) };
}

function missedIn(all: readonly Pick<LossPlan, 'after' | 'withinObjective'>[]): readonly string[] {
  return all.filter(({ withinObjective }) => !withinObjective).map(({ after }) => after);
}
