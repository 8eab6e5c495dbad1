import type { LossPlan, LostPart, Plan } from '../../config/sizing/plan.ts';
import type { Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

/** What is promised, and after what it is not kept. */
export function objective({ rtoHours, rpoHours, losses }: Plan): string {
  const missed = losses.filter(({ withinObjective }) => !withinObjective).map(({ after }) => after);
  const promise = `restored within ${rtoHours} h (RTO), at most ${rpoHours} h of work lost (RPO)`;
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
  const grounds = new Set(
    parts.map((part) => `- ${amount(part)}: ${part.because} (${bases[part.basis]}: ${part.source})`),
  );
  return [
    alignRows([['after', 'database', 'attachments', 'objective'], ...rows], width),
    '  Because:',
    ...[...grounds].map((ground) => wrap(ground, width, 4)),
  ].join('\n');
}

const bases: Readonly<Record<LostPart['basis'], string>> = {
  measured: 'measured',
  stated: "AWS's statement",
  designed: 'by design',
  assumed: 'assumed',
};

function amount({ minutes }: Pick<LostPart, 'minutes'>): string {
  if (minutes === 'everything') return 'everything';
  if (minutes === 0) return 'nothing';
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}
