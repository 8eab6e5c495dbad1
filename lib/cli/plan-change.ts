import type { Change, Effect, PlanChange } from '../../config/sizing/change.ts';
import { heading, type Style } from './style.ts';
import { wrap } from './text-layout.ts';

const numbers = new Intl.NumberFormat('en-US');
const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What the change to another number of users does, for people: in place or not, for how long Odoo is away, what it costs. */
export function renderChange(change: PlanChange, style: Style): string {
  const { from, to, changes, advice } = change;
  const lines = [
    wrap(`${verdict(change)}. ${cost(change)}.`, style.width, 2),
    ...changes.map((row) => renderRow(row, style)),
    ...(advice.length === 0 ? [] : ['  Before:', ...advice.map((text) => wrap(`- ${text}`, style.width, 4))]),
  ];
  return [
    heading(`From ${numbers.format(from.users)} to ${numbers.format(to.users)} users`, style),
    ...lines,
  ].join('\n');
}

/** In one sentence, from what is noticed most. */
function verdict({ inPlace, changes }: PlanChange): string {
  if (!inPlace) return 'Not in place';
  const does = (effect: Effect) => changes.some((change) => change.effect === effect);
  if (does('minutes away')) return 'In place: Odoo is away for minutes';
  if (does('failover') && does('restart'))
    return 'In place: Odoo is away twice, while its database restarts and while it fails over, and logs nobody out';
  if (does('failover')) return 'In place: Odoo is away while its database fails over, and logs nobody out';
  if (does('restart')) return 'In place: Odoo is away while its database restarts, and logs nobody out';
  if (does('rolling')) return 'In place: Odoo is replaced node by node, and nobody is away';
  return changes.length === 0 ? 'Nothing changes' : 'In place: nothing restarts, and nobody is away';
}

function cost({ costPerMonthUsd: { from, to, difference } }: PlanChange): string {
  if (difference === 0) return `It costs USD ${money.format(to)} a month as before`;
  const more = difference > 0 ? 'more' : 'less';
  return `It costs USD ${money.format(Math.abs(difference))} a month ${more}: ${money.format(to)} instead of ${money.format(from)}`;
}

function renderRow({ what, from, to, effect, duration, source }: Change, { width }: Style): string {
  return [
    wrap(`${what}: ${from} -> ${to}`, width, 2),
    wrap(`${effect}: ${duration} (${source})`, width, 6),
  ].join('\n');
}
