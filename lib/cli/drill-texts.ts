import type { PlannedEnvironment } from '../../config/load.ts';
import type { DrillEstimate } from '../../config/sizing/drill-estimate.ts';
import { drillDiskGiB, drilledServer } from '../../config/sizing/drilled.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { duration, instant } from '../backups/words.ts';
import type { StoredReport } from '../drill/drill-report.ts';
import { expectedTime } from './plan-basis.ts';
import { phaseLines } from './plan-recovery.ts';
import { heading, type Style } from './style.ts';
import { alignRows, wrap } from './text-layout.ts';

const money = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** What a drill does, how long it takes and what it costs, before it is begun. */
export function beforeDrill(
  { environment, plan }: PlannedEnvironment,
  region: string,
  { estimate, last }: { readonly estimate: DrillEstimate; readonly last: StoredReport | undefined },
  style: Style,
): string {
  const { name } = environment;
  const list = plan.tier === 'small' ? inOneTask(plan, region) : besideDatabase(name, plan, region);
  return [
    heading(`A drill of ${name} in ${region}`, style, '='),
    ...list.map((text, index) => wrap(`${index + 1}. ${text}`, style.width, 2)),
    wrap(
      `${name} itself is not touched: nothing is asked of ${environment.region}, and nobody there notices. Stacks of a recovery are not deployed.`,
      style.width,
      2,
    ),
    heading(`How long: about ${expectedTime(estimate.minutes)}`, style),
    phaseLines(estimate.phases, style.width),
    wrap(lastTime(last), style.width, 2),
    heading(costTitle(estimate), style),
    costTable(estimate, style),
    '',
  ].join('\n');
}

function besideDatabase(name: string, { database }: Plan, region: string): readonly string[] {
  return [
    `RDS restores the copies in ${region} as a new database, ${name}-drill-..., ${database.class} without a standby, ${database.storageGiB} GiB.`,
    'Functions look at it: rows, modules, and the attachments in the copied bucket, which are read and not changed.',
    'One Fargate task makes the copy harmless, starts an Odoo on it that nobody reaches and that sends no mail, and looks at that.',
    'Task and database are removed, however it ends, and a report is written.',
  ];
}

function inOneTask(plan: Plan, region: string): readonly string[] {
  const { vcpu, memoryMiB } = drilledServer(plan);
  return [
    `One Fargate task of ${vcpu} vCPU, ${memoryMiB / 1024} GiB and ${drillDiskGiB(plan)} GiB of disk restores the copy of the server's backups in ${region}, into a PostgreSQL that nobody else reaches.`,
    'It looks at that: rows, modules, and the attachments in the copied bucket, which are read and not changed.',
    'It makes the copy harmless, starts an Odoo on it that nobody reaches and that sends no mail, and looks at that.',
    'The task ends, and with it all that was restored, and a report is written.',
  ];
}

function lastTime(last: StoredReport | undefined): string {
  if (last === undefined) return 'There is no report of an earlier one.';
  const { begun, ended, outcome } = last.report;
  return `The last one took ${duration(ended.getTime() - begun.getTime())} (${instant(begun)}, ${outcome}).`;
}

function costTitle({ costs }: DrillEstimate): string {
  const totals = costs.map(({ totalUsd }) => money.format(totalUsd));
  return `What it costs: about USD ${totals.join(' to ')}`;
}

function costTable(
  { costs, hoursOf, pricedRegion, asOf, unpriced }: DrillEstimate,
  { width }: Style,
): string {
  const items = costs[0]?.items ?? [];
  const rows = items.map(({ item, unit, unitPriceUsd }, index) => [
    item,
    ...costs.map((cost) => numbers.format(cost.items[index]?.quantity ?? 0)),
    unit,
    `${unitPriceUsd}`,
    ...costs.map((cost) => money.format(cost.items[index]?.perMonthUsd ?? 0)),
  ]);
  const hours = costs.map((cost) => `${cost.hours} h`);
  const notes = [
    `${hours.join(' to ')} of the ${hoursOf}: assumed. Prices of ${pricedRegion}, ${asOf}, on demand.`,
    ...unpriced,
    'Not in it: functions, logs and calls of KMS, which are cents.',
  ];
  return [
    alignRows(
      [['item', ...hours, 'unit', 'USD each', ...hours.map((text) => `USD, ${text}`)], ...rows],
      width,
      [1, 2, 4, 5, 6],
    ),
    ...notes.map((note) => wrap(note, width, 2)),
  ].join('\n');
}

/** That the watching has ended, and not the drill. */
export function goesOn(env: string, region: string, execution: string): string {
  return [
    'The drill goes on, and removes what it made at its end.',
    `To watch it again:  npm run drill -- --env ${env}`,
    'To abort it, upon which another execution removes what it made:',
    `  aws stepfunctions stop-execution --region ${region} --execution-arn ${execution}`,
    '',
  ].join('\n');
}
