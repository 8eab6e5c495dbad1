import type { Environment } from '../environment.ts';
import type { BillLine } from './bill-line.ts';
import { priceLines } from './cost.ts';
import type { CostItem, Plan, RecoveryPhase, RecoveryTime } from './plan.ts';
import type { PriceBook } from './prices.ts';
import { sumOf } from './recovery-times.ts';
import { serverDrill } from './server-drill.ts';
import { serviceDrill } from './service-drill.ts';
import { objectsIn } from './usage.ts';

/** Attachments that are read to the end, as in a restore test. */
const FILES_READ = 10_000;

/** What S3 returns in one page of a list. */
const PAGE = 1000;

/** What a drill takes and costs, before it is begun. */
export interface DrillEstimate {
  readonly phases: readonly RecoveryPhase[];
  /** The rounded sum of the phases. */
  readonly minutes: RecoveryTime['minutes'];
  /** By the hours for which it runs, as {@link hoursOf} has them, the least first. */
  readonly costs: readonly DrillCost[];
  /** Region whose prices were used. */
  readonly pricedRegion: string;
  /** Date of the newest price, ISO 8601. */
  readonly asOf: string;
  /** What the hours are of, in words. */
  readonly hoursOf: string;
  /** What has no known price, in words. */
  readonly unpriced: readonly string[];
}

export interface DrillCost {
  readonly hours: number;
  readonly totalUsd: number;
  /** Their `perMonthUsd` is of one drill, of which there is one a month. */
  readonly items: readonly CostItem[];
}

/** What the tiers differ in. */
export interface DrillBasis {
  readonly phases: readonly RecoveryPhase[];
  readonly hours: { readonly least: number; readonly most: number };
  readonly hoursOf: string;
  /** Beside the requests for attachments. */
  readonly lines: (hours: number, hoursPerMonth: number) => readonly BillLine[];
}

/** What a drill takes in the recovery Region. */
export function estimateDrill(
  environment: Environment,
  plan: Pick<Plan, 'tier' | 'app' | 'server' | 'database'>,
  { region, prices }: { readonly region: string; readonly prices: PriceBook },
): DrillEstimate {
  const { phases, hours, hoursOf, lines } =
    plan.tier === 'small' ? serverDrill(environment, plan) : serviceDrill(environment, plan);
  const priced = [hours.least, hours.most].map((count) => ({
    hours: count,
    ...priceLines([...lines(count, prices.hoursPerMonth), ...requestLines(environment)], region, prices),
  }));
  return {
    phases,
    minutes: sumOf(phases),
    costs: priced.map(({ hours: count, total, items }) => ({ hours: count, totalUsd: total, items })),
    hoursOf,
    pricedRegion: prices.pricedRegion(region),
    asOf: prices.asOf,
    unpriced: priced[0]?.unpriced ?? [],
  };
}

/** What a drill is charged for, beside functions, logs and calls of KMS, which are cents. */
function requestLines({ storage }: Environment): readonly BillLine[] {
  const objects = objectsIn(storage.filestoreGiB);
  return [
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
