import type { Environment } from '../environment.ts';
import type { RecoveryPhase, RecoveryTime, Tier } from './plan.ts';
import { serverRecoveries } from './server-recovery.ts';
import { serviceRecoveries, type ServicePlan } from './service-recovery.ts';

/** How long it takes until Odoo serves again, by what happened, and whether the recovery time objective is held. */
export function recoveryTimesOf(
  environment: Environment,
  { tier, ...plan }: ServicePlan & { readonly tier: Tier },
): readonly RecoveryTime[] {
  const recoveries = tier === 'small' ? serverRecoveries(environment) : serviceRecoveries(environment, plan);
  const allowed = environment.objectives.rtoHours * 60;
  return recoveries.map((recovery) => {
    const minutes = sumOf(recovery.phases);
    return { ...recovery, minutes, withinObjective: minutes !== 'never' && minutes <= allowed };
  });
}

/** Rounded up, because what it adds up is rounded already. */
export function sumOf(phases: readonly Pick<RecoveryPhase, 'minutes'>[]): RecoveryTime['minutes'] {
  const sum = phases
    .map(({ minutes }) => minutes)
    .reduce((all, more) => (all === 'never' || more === 'never' ? 'never' : all + more), 0);
  return sum === 'never' ? 'never' : Math.ceil(Math.round(sum * 100) / 100);
}
