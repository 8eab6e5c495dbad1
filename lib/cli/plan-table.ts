import type { PlanChange } from '../../config/sizing/change.ts';
import type { MonthlyCost, Plan, PreflightItem, Reason, RecoveryPlan } from '../../config/sizing/plan.ts';
import { renderChange } from './plan-change.ts';
import { lostAtMost, objective } from './plan-losses.ts';
import { servesAgain } from './plan-recovery.ts';
import { heading, type Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });
const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/**
 * A plan for people: what is built, why, what it costs, and what to check before the first deployment.
 *
 * @param change - what the way to this plan does to an environment that is deployed.
 */
export function renderPlan(plan: Plan, style: Style, change?: PlanChange): string {
  const { tier, users, concurrentUsers, testedConcurrentUsers } = plan;
  const title =
    `${plan.environment}: ${tier}, ${users} ${users === 1 ? 'user' : 'users'} ` +
    `(${concurrentUsers} at the same time, tested for ${testedConcurrentUsers})`;
  return [
    heading(title, style, '='),
    alignRows(summary(plan), style.width),
    ...(change ? [renderChange(change, style)] : []),
    heading('Why', style),
    reasons(plan.reasons, style),
    heading('Lost at most', style),
    lostAtMost(plan.losses, style),
    heading('Until Odoo serves again', style),
    servesAgain(plan.recoveryTimes, style),
    heading('Cost per month', style),
    cost(plan.costPerMonthUsd, style),
    heading('Before the first deployment', style),
    preflight(plan.preflight, style),
  ].join('\n');
}

function summary(plan: Plan): readonly (readonly string[])[] {
  const { costPerMonthUsd, network } = plan;
  const rows = [
    ...(plan.server ? serverRows(plan, plan.server) : serviceRows(plan)),
    [
      'Network',
      `${network.availabilityZones} Availability Zones, ${counted(network.natGateways, 'NAT gateway')}`,
    ],
    ['Objective', objective(plan)],
    [
      'Cost',
      `USD ${money.format(costPerMonthUsd.total)} a month, ${costPerMonthUsd.pricedRegion} on demand, prices of ${costPerMonthUsd.asOf}`,
    ],
    ['Otherwise', alternative(plan)],
    ...(plan.recovery ? [['Elsewhere', elsewhere(plan.recovery)]] : []),
  ];
  return rows;
}

function serverRows(plan: Plan, server: NonNullable<Plan['server']>): readonly (readonly string[])[] {
  const { dataVolume } = server;
  return [
    [
      'Server',
      `1 ${server.instanceType}, ${server.vcpu} vCPU, ${gib(server.memoryMiB)} (${plan.architecture}), ${dataVolume.sizeGiB} GiB gp3 data volume`,
    ],
    ['Odoo', `${plan.app.workers} HTTP workers, ${counted(plan.app.cronWorkers, 'cron worker')}`],
    [
      'Database',
      `PostgreSQL on the server, ${gib(plan.database.memoryMiB)} of its memory, ${connections(plan)}`,
    ],
    [
      'Recovery',
      `about ${server.recoveryMinutes.replaced} minutes after the loss of the server, ${server.recoveryMinutes.restored} with its data volume`,
    ],
  ];
}

function serviceRows(plan: Plan): readonly (readonly string[])[] {
  const { app, cron, database } = plan;
  const nodes = app.nodesMin === app.nodesMax ? `${app.nodesMin}` : `${app.nodesMin} to ${app.nodesMax}`;
  return [
    [
      'Odoo',
      `${nodes} Fargate nodes of ${app.vcpu} vCPU, ${gib(app.memoryMiB)} (${plan.architecture}), ${app.workers} HTTP workers each`,
    ],
    [
      'Cron',
      `1 Fargate node of ${cron.vcpu} vCPU, ${gib(cron.memoryMiB)}, ${counted(cron.workers, 'cron worker')}`,
    ],
    [
      'Database',
      `${database.class}${database.multiAz ? ' Multi-AZ' : ''}, ${database.vcpu} vCPU, ${gib(database.memoryMiB)}, ` +
        `${numbers.format(database.storageGiB)} GiB gp3 growing to ${numbers.format(database.storageMaxGiB)}, ${connections(plan)}`,
    ],
  ];
}

function connections({ database }: Plan): string {
  return `${database.maxConnections} connections (${database.connectionsNeeded} needed)`;
}

function alternative({ alternative, sizing }: Plan): string {
  const chosen = `sized by "${sizing}"`;
  return 'totalPerMonthUsd' in alternative
    ? `USD ${money.format(alternative.totalPerMonthUsd)} a month with sizing "${alternative.sizing}"; this plan is ${chosen}`
    : `not possible with sizing "${alternative.sizing}": ${alternative.unavailable}`;
}

function elsewhere({ region, pilotLightPerMonthUsd, costPerMonthUsd }: RecoveryPlan): string {
  const { total, pricedRegion } = costPerMonthUsd;
  const prices =
    pricedRegion === region ? '' : `, by prices of ${pricedRegion}: those of ${region} are not known`;
  return `${region}: the network is there for USD ${money.format(pilotLightPerMonthUsd)} a month; brought back, the environment costs USD ${money.format(total)}${prices}`;
}

function reasons(all: readonly Reason[], { width }: Style): string {
  return all
    .map(({ path, value, because, source }) =>
      [`  ${path} = ${value}`, wrap(`${because} (${source})`, width, 6)].join('\n'),
    )
    .join('\n');
}

function cost({ items, total, excluded }: MonthlyCost, { width }: Style): string {
  const rows = items.map(({ item, quantity, unit, unitPriceUsd, perMonthUsd, confidence }) => [
    item,
    numbers.format(quantity),
    unit,
    `${unitPriceUsd}`,
    money.format(perMonthUsd),
    confidence,
  ]);
  const table = alignRows(
    [
      ['item', 'quantity', 'unit', 'USD each', 'USD', 'confidence'],
      ...rows,
      ['total', '', '', '', money.format(total), ''],
    ],
    width,
    [1, 3, 4],
  );
  const left = excluded.map((text) => wrap(`- ${text}`, width, 4)).join('\n');
  return `${table}\n  Not included:\n${left}`;
}

function preflight(items: readonly PreflightItem[], { width }: Style): string {
  return items
    .map(({ check, needs, typicalDefault, action }) =>
      [
        `  [ ] ${check}`,
        wrap(`needs ${needs}`, width, 6),
        wrap(`usually: ${typicalDefault}`, width, 6),
        wrap(`to do: ${action}`, width, 6),
      ].join('\n'),
    )
    .join('\n');
}

function gib(memoryMiB: number): string {
  return `${numbers.format(memoryMiB / 1024)} GiB`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
