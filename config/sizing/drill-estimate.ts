import type { Environment } from '../environment.ts';
import type { BillLine } from './bill-line.ts';
import { priceLines } from './cost.ts';
import { rdsPriceKey } from './database-class.ts';
import type { CostItem, Plan, RecoveryPhase, RecoveryTime } from './plan.ts';
import type { PriceBook } from './prices.ts';
import { commonFigures, DRILL_HOURS, drillFigures } from './recovery-figures.ts';
import { takes } from './recovery-parts.ts';
import { sumOf } from './recovery-times.ts';
import { restoreByRds } from './service-recovery.ts';
import { objectsIn } from './usage.ts';

/** Hours for which the task is there; assumed, with the pull of the image. */
const TASK_HOURS = 0.5;

/** Attachments that are read to the end, as in a restore test. */
const FILES_READ = 10_000;

/** What S3 returns in one page of a list. */
const PAGE = 1000;

/** What a drill takes and costs, before it is begun. */
export interface DrillEstimate {
  readonly phases: readonly RecoveryPhase[];
  /** The rounded sum of the phases. */
  readonly minutes: RecoveryTime['minutes'];
  /** By the hours for which the database is there, the least first. */
  readonly costs: readonly DrillCost[];
  /** Region whose prices were used. */
  readonly pricedRegion: string;
  /** Date of the newest price, ISO 8601. */
  readonly asOf: string;
  /** What has no known price, in words. */
  readonly unpriced: readonly string[];
}

export interface DrillCost {
  readonly hours: number;
  readonly totalUsd: number;
  /** Their `perMonthUsd` is of one drill, of which there is one a month. */
  readonly items: readonly CostItem[];
}

type DrilledPlan = Pick<Plan, 'app' | 'database'>;

/** What a drill of medium or large takes in the recovery Region. */
export function estimateDrill(
  environment: Environment,
  plan: DrilledPlan,
  { region, prices }: { readonly region: string; readonly prices: PriceBook },
): DrillEstimate {
  const phases = phasesOf(environment);
  const priced = [DRILL_HOURS.least, DRILL_HOURS.most].map((hours) => ({
    hours,
    ...priceLines(
      drillLines(environment, plan, { hours, ofMonth: hours / prices.hoursPerMonth }),
      region,
      prices,
    ),
  }));
  return {
    phases,
    minutes: sumOf(phases),
    costs: priced.map(({ hours, total, items }) => ({ hours, totalUsd: total, items })),
    pricedRegion: prices.pricedRegion(region),
    asOf: prices.asOf,
    unpriced: priced[0]?.unpriced ?? [],
  };
}

function phasesOf(environment: Environment): readonly RecoveryPhase[] {
  const attachments = Math.round(objectsIn(environment.storage.filestoreGiB));
  return [
    takes('find', commonFigures.momentFound, 'the newest moment for which the copies are complete'),
    takes('restore', restoreByRds(environment), 'RDS restores the database'),
    takes(
      'validate',
      drillFigures.validated,
      `functions look at rows, modules and ${attachments.toLocaleString('en-US')} attachments; this is what a million took`,
    ),
    takes(
      'serve',
      drillFigures.odooChecked,
      'the copy is neutralized, and one Odoo starts on it and is looked at',
    ),
    takes('teardown', drillFigures.tornDown, 'task and database are removed, and seen to be gone'),
  ];
}

/** What a drill is charged for, beside functions, logs and calls of KMS, which are cents. */
function drillLines(
  environment: Environment,
  { app, database }: DrilledPlan,
  { hours, ofMonth }: { readonly hours: number; readonly ofMonth: number },
): readonly BillLine[] {
  const family = environment.architecture === 'arm64' ? 'fargate.arm64' : 'fargate.x86';
  const objects = objectsIn(environment.storage.filestoreGiB);
  return [
    {
      item: `RDS ${database.class}, Single-AZ`,
      key: rdsPriceKey(database.class, false),
      quantity: hours,
      unit: 'hours',
      estimated: true,
    },
    {
      item: 'RDS gp3 storage, Single-AZ',
      key: 'rds.gp3.storage.singleAz',
      quantity: database.storageGiB * ofMonth,
      unit: 'GB-months',
      estimated: true,
    },
    {
      item: 'Fargate task: vCPU',
      key: `${family}.vcpu`,
      quantity: app.vcpu * TASK_HOURS,
      unit: 'vCPU-hours',
      estimated: true,
    },
    {
      item: 'Fargate task: memory',
      key: `${family}.memory`,
      quantity: (app.memoryMiB / 1024) * TASK_HOURS,
      unit: 'GB-hours',
      estimated: true,
    },
    {
      item: 'Public IPv4 of the task',
      key: 'publicIpv4.hour',
      quantity: TASK_HOURS,
      unit: 'hours',
      estimated: true,
    },
    {
      item: 'S3: lists of attachments',
      key: 's3.standard.put',
      quantity: objects / PAGE / 1000,
      unit: 'thousand requests',
      estimated: true,
    },
    {
      item: 'S3: attachments that are read',
      key: 's3.standard.get',
      quantity: Math.min(objects, FILES_READ) / 1000,
      unit: 'thousand requests',
      estimated: true,
    },
  ];
}
