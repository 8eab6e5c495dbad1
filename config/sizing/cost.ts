import type { Environment } from '../environment.ts';
import { billLines } from './bill.ts';
import type { BillLine, PricedPlan } from './bill-line.ts';
import type { Confidence, CostItem, MonthlyCost } from './plan.ts';
import type { PriceBook } from './prices.ts';
import { usageOf } from './usage.ts';

/** What a bill has and this estimate leaves out whatever the plan. */
const neverIncluded: readonly string[] = [
  'taxes, support plans, free-tier credits and savings plans',
  'nodes above the steady number while the service is scaled out or being deployed',
  'CPU credits of burstable types beyond their baseline',
  'enhanced monitoring of the database, access logs, and Lambda functions of the deployment itself',
  'hosted zone, domain name, e-mail sending, CloudTrail and other account-wide services',
];

/**
 * Cost of a plan in an ordinary month, item by item, on-demand, in USD.
 *
 * An item without a known price is named in `excluded`, never counted as zero.
 */
export function monthlyCost(environment: Environment, plan: PricedPlan, prices: PriceBook): MonthlyCost {
  const usage = usageOf(environment, plan);
  const lines = billLines({ environment, plan, usage, hours: prices.hoursPerMonth });
  const { unpriced, ...priced } = priceLines(lines, environment.region, prices);
  return {
    ...priced,
    pricedRegion: prices.pricedRegion(environment.region),
    asOf: prices.asOf,
    excluded: [...unpriced, ...neverIncluded],
  };
}

/** Lines with their prices, what they add up to, and what to say of those of which no price is known. */
export function priceLines(
  lines: readonly BillLine[],
  region: string,
  prices: PriceBook,
): Pick<MonthlyCost, 'items' | 'total'> & { readonly unpriced: readonly string[] } {
  const priced = lines.map((line) => priceLine(line, region, prices));
  const items = priced.filter((item) => typeof item !== 'string');
  return {
    total: cents(items.reduce((sum, { perMonthUsd }) => sum + perMonthUsd, 0)),
    items,
    unpriced: priced.filter((item) => typeof item === 'string'),
  };
}

/** The priced item, or what to say about it where no price is known. */
function priceLine(line: BillLine, home: string, prices: PriceBook): CostItem | string {
  const { item, key, quantity, unit, estimated = false, region = home } = line;
  const price = prices.price(region, key);
  if (price === undefined) {
    return `${item}: no price is known (${key})`;
  }
  const borrowed =
    price.region === prices.pricedRegion(region) || price.region === region
      ? ''
      : ` (price of ${price.region})`;
  const confidence: Confidence = estimated ? 'low' : price.confidence;
  return {
    item: `${item}${borrowed}`,
    quantity: Math.round(quantity * 1000) / 1000,
    unit,
    unitPriceUsd: price.usd,
    perMonthUsd: cents(quantity * price.usd),
    confidence,
  };
}

function cents(usd: number): number {
  return Math.round(usd * 100) / 100;
}
