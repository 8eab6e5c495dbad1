import type { Change, Effect, PlanChange } from '../../config/sizing/change.ts';
import { heading, type Style } from './style.ts';
import { wrap } from './text-layout.ts';

const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What the change to another number of users does, for people: in place or not, for how long Odoo is away, what it costs. */
export function renderChange(change: PlanChange, style: Style): string {
  const { from, to, changes, advice } = change;
  const lines = [
    wrap(`${verdict(change)}. ${cost(change)}.`, style.width, 2),
    ...changes.map((row) => renderRow(row, style)),
    ...(advice.length === 0 ? [] : ['  Before:', ...advice.map((text) => wrap(`- ${text}`, style.width, 4))]),
  ];
  return [heading(`From ${from.users} to ${to.users} users`, style), ...lines].join('\n');
}

const away: Readonly<Record<Exclude<Effect, 'move'>, string>> = {
  none: 'nothing that runs is touched',
  online: 'nothing restarts, and nobody is away',
  rolling: 'Odoo is replaced node by node, and nobody is away',
  restart: 'Odoo is away while its database restarts, and logs nobody out',
  failover: 'Odoo is away while its database fails over, and logs nobody out',
  'minutes away': 'Odoo is away for minutes',
};

function verdict({ effect, changes }: PlanChange): string {
  if (effect === 'move') return 'Not in place';
  return changes.length === 0 ? 'Nothing changes' : `In place: ${away[effect]}`;
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
