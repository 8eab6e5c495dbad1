import type { Environment } from '../environment.ts';
import type { Plan } from './plan.ts';
import type { Usage } from './usage.ts';

/** One line of the bill before it is priced. */
export interface BillLine {
  readonly item: string;
  /** Key in the price data. */
  readonly key: string;
  readonly quantity: number;
  readonly unit: string;
  /** The quantity rests on assumed use, so the amount is an estimate whatever the price is worth. */
  readonly estimated?: boolean;
  /** Region that charges for it, where that is not the environment's. */
  readonly region?: string;
}

/** What a plan needs to be priced. */
export type PricedPlan = Pick<
  Plan,
  'tier' | 'concurrentUsers' | 'app' | 'cron' | 'server' | 'database' | 'network'
>;

/** Everything that a line may depend on. */
export interface BillBasis {
  readonly environment: Environment;
  readonly plan: PricedPlan;
  readonly usage: Usage;
  readonly hours: number;
}
