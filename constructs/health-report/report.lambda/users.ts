import { TARGET_UTILISATION, TESTED_LOAD, WORKER_UTILISATION } from '../../../config/sizing/workload.ts';
import { quantile } from './series.ts';

/** Five-minute values of business hours below which nothing is said: a week of eight-hour days. */
const ENOUGH_VALUES = 5 * 8 * 12;

/** Below this share of what was planned for, the file may name too many users. */
const GENEROUS = 0.5;

/** What runs out, and how busy it may be at the load that capacity is tested for. */
export const RESOURCES = {
  workers: { name: 'workers', target: WORKER_UTILISATION * TESTED_LOAD },
  webCpu: { name: 'CPU of the web nodes', target: TARGET_UTILISATION },
  databaseCpu: { name: 'CPU of the database', target: TARGET_UTILISATION },
  serverCpu: { name: 'CPU of the server', target: TARGET_UTILISATION },
} as const;
export type Resource = keyof typeof RESOURCES;

/** Shares of the time for which something is busy, 0 to 1 and beyond: five-minute means of business hours. */
export type BusyShares = Readonly<Partial<Record<Resource, readonly number[]>>>;

export type Recommendation =
  | { readonly verdict: 'unknown'; readonly because: string }
  | {
      /** Of the `users` in the environment file. */
      readonly verdict: 'too-low' | 'fits' | 'too-high';
      /** What is closest to its limit. */
      readonly bottleneck: string;
      /** Share of the time for which it is busy at the peak, and may be. */
      readonly peak: number;
      readonly target: number;
      /** Users like today's that the present size carries. */
      readonly carries: number;
      /** Users to write into the file so that it fits the load that was seen. */
      readonly recommended: number;
      /** The same by a quieter and by the busiest five minutes. */
      readonly between: readonly [least: number, most: number];
    };

/**
 * What the load of a month says about the number of users in the environment file. Sizing makes each resource as large as that
 * number needs; how busy each is, measured against how busy it was planned to be at its peak, says for how many users like
 * today's it would do. The peak is what 99 % of the five-minute means in business hours do not exceed: nearly two hours of a month
 * lie above it.
 *
 * It takes the load to grow with the users, and knows nothing of how many really worked: whoever has hired half of them only has to
 * halve it in mind. Month and year ends that did not fall into the month are not in it either. Hence the range, by the 95th
 * percentile and by the maximum.
 *
 * @param users - of the environment file.
 */
export function recommendedUsers(users: number, busy: BusyShares): Recommendation {
  const known = Object.entries(RESOURCES).flatMap(([key, { name, target }]) => {
    const shares = isResource(key) ? (busy[key] ?? []) : [];
    if (shares.length < ENOUGH_VALUES) return [];
    const at = (share: number) => (quantile(shares, share) ?? 0) / target;
    return [{ name, target, least: at(0.95), ratio: at(0.99), most: at(1) }];
  });
  const [fullest] = known.toSorted((one, other) => other.ratio - one.ratio);
  if (fullest === undefined || fullest.ratio <= 0) {
    return { verdict: 'unknown', because: 'less than a week of business hours was measured' };
  }
  const { name, target, least, ratio, most } = fullest;
  const scaled = (by: number) => Math.max(1, Math.ceil(users * by - 1e-9));
  return {
    verdict: ratio > 1 ? 'too-low' : ratio < GENEROUS ? 'too-high' : 'fits',
    bottleneck: name,
    peak: ratio * target,
    target,
    carries: Math.floor(users / ratio + 1e-9),
    recommended: ratio > 1 || ratio < GENEROUS ? scaled(ratio) : users,
    between: [scaled(least), scaled(most)],
  };
}

function isResource(key: string): key is Resource {
  return key in RESOURCES;
}
