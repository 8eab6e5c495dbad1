import priceFile from '../data/aws-prices.json' with { type: 'json' };
import type { Confidence } from './plan.ts';

/** One price as stored, with how sure it is. */
export interface Price {
  readonly usd: number;
  readonly confidence: Confidence;
  /** Region whose price this is. */
  readonly region: string;
}

/** An EC2 instance type or RDS class. */
export interface ComputeSpec {
  readonly name: string;
  readonly vcpu: number;
  readonly memoryMiB: number;
}

/** Prices and sizes of what AWS rents out, from one dated file. */
export interface PriceBook {
  readonly asOf: string;
  readonly hoursPerMonth: number;
  /** Region whose prices stand for this one: itself where they are stored. */
  pricedRegion(region: string): string;
  /** The price of an item in a Region; `undefined` where none is known, which never means zero. */
  price(region: string, key: string): Price | undefined;
  /** Sizes of the instance types and classes whose name matches. */
  specs(pattern: RegExp): readonly ComputeSpec[];
}

interface StoredPrice {
  readonly value: number | null;
  readonly confidence: string;
}

/** The part of the price file that is read. */
export interface PriceFile {
  readonly asOf: string;
  readonly hoursPerMonth: number;
  readonly regions: Readonly<Record<string, Readonly<Record<string, StoredPrice>>>>;
  readonly global: Readonly<Record<string, StoredPrice>>;
  readonly specs: {
    readonly items: Readonly<Record<string, { readonly vcpu: number; readonly memoryGiB: number }>>;
  };
}

/** Region in which most prices were found first; stands in for an item that another Region's list lacks. */
const FULLEST_REGION = 'us-east-1';

/** Nearest Region with stored prices, by the beginning of the name; the first match counts. */
const nearest: readonly (readonly [prefix: string, region: string])[] = [
  ['us-west-', 'us-west-2'],
  ['us-', 'us-east-1'],
  ['ca-', 'us-east-1'],
  ['mx-', 'us-east-1'],
  ['sa-', 'us-east-1'],
  ['eu-west-', 'eu-west-1'],
  ['eu-north-', 'eu-west-1'],
  ['ap-', 'ap-southeast-2'],
  ['', 'eu-central-1'],
];

/** Reads prices from a file of the stored form. */
export function priceBookOf(file: PriceFile): PriceBook {
  const pricedRegion = (region: string): string =>
    region in file.regions
      ? region
      : (nearest.find(([prefix]) => region.startsWith(prefix))?.[1] ?? FULLEST_REGION);

  return {
    asOf: file.asOf,
    hoursPerMonth: file.hoursPerMonth,
    pricedRegion,
    price(region, key) {
      const worldwide = file.global[key];
      if (worldwide !== undefined) {
        return known(worldwide, region);
      }
      const regional = pricedRegion(region);
      const price = known(file.regions[regional]?.[key], regional);
      if (price !== undefined) {
        return regional === region ? price : { ...price, confidence: 'low' };
      }
      const elsewhere = known(file.regions[FULLEST_REGION]?.[key], FULLEST_REGION);
      return elsewhere === undefined ? undefined : { ...elsewhere, confidence: 'low' };
    },
    specs(pattern) {
      return Object.entries(file.specs.items)
        .filter(([name]) => pattern.test(name))
        .map(([name, { vcpu, memoryGiB }]) => ({ name, vcpu, memoryMiB: memoryGiB * 1024 }));
    },
  };
}

/** The prices that are shipped with the project. */
export const shippedPrices: PriceBook = priceBookOf(priceFile);

function known(stored: StoredPrice | undefined, region: string): Price | undefined {
  return stored === undefined || stored.value === null
    ? undefined
    : { usd: stored.value, confidence: confidenceOf(stored.confidence), region };
}

function confidenceOf(text: string): Confidence {
  return text === 'high' || text === 'medium' ? text : 'low';
}
