import { shippedPrices } from '../../config/sizing/prices.ts';

/** For example `USD 0.02`: a price of AWS in a Region, by its key in the price book. */
export function usd(region: string, key: string): string {
  const price = shippedPrices.price(region, key);
  return price === undefined ? 'the price of AWS' : `USD ${price.usd}`;
}
