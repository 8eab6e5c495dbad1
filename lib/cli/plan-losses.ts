import type { LossPlan, LostPart, Plan } from '../../config/sizing/plan.ts';
import { missedObjectives } from '../../config/sizing/missed-objectives.ts';
import { basisOf, lengthOf } from './plan-basis.ts';
import type { Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

/** What is promised, and after what it is not kept. */
export function objective(plan: Plan): string {
  const { recoveryPoint, recoveryTime } = missedObjectives(plan);
  const missed = [...new Set([...recoveryPoint, ...recoveryTime])];
  const promise = `restored within ${plan.rtoHours} h (RTO), at most ${plan.rpoHours} h of work lost (RPO)`;
  return missed.length === 0 ? promise : `${promise}, but not after ${missed.join(', nor after ')}`;
}

/** What every kind of mishap costs at most, and what the numbers add up from, each with what it rests on. */
export function lostAtMost(losses: readonly LossPlan[], { width }: Style): string {
  const rows = losses.map(({ after, database, attachments, withinObjective }) => [
    after,
    amount(database),
    amount(attachments),
    withinObjective ? 'held' : 'NOT held',
  ]);
  const parts = losses.flatMap(({ database, attachments }) => [...database.parts, ...attachments.parts]);
  const grounds = new Set(parts.map((part) => `- ${amount(part)}: ${part.because} (${basisOf(part)})`));
  return [
    alignRows([['after', 'database', 'attachments', 'objective'], ...rows], width),
    '  Because:',
    ...[...grounds].map((ground) => wrap(ground, width, 4)),
  ].join('\n');
}

function amount({ minutes }: Pick<LostPart, 'minutes'>): string {
  if (minutes === 'everything') return 'everything';
  return minutes === 0 ? 'nothing' : lengthOf(minutes);
}
