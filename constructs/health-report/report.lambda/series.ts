import { businessHoursOf } from '../../../config/business-hours.ts';

/** Values of a metric with their moments, in the order of time. */
export type Series = readonly { readonly at: Date; readonly value: number }[];

const DAY_MS = 86_400_000;

/** A calendar month in UTC. */
export interface Month {
  /** For example `2026-10`. */
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
}

/** The calendar month before a moment, or one so many months earlier still. */
export function monthBefore(now: Date, earlier = 0): Month {
  const at = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
  const from = at(-1 - earlier);
  return { name: from.toISOString().slice(0, 7), from, until: at(-earlier) };
}

export function within(series: Series, { from, until }: Pick<Month, 'from' | 'until'>): Series {
  return series.filter(({ at }) => at >= from && at < until);
}

/** What lies in the hours in which people work. Hours past midnight are of the day that they begin on. */
export function atWork(series: Series, businessHours: string): Series {
  const { days, from, to } = businessHoursOf(businessHours);
  const length = (to - from + 24) % 24 || 24;
  return series.filter(({ at }) => {
    const begun = new Date(at.getTime() - from * 3_600_000);
    const hours = begun.getUTCHours();
    return hours < length && days.includes(begun.getUTCDay() || 7);
  });
}

export function sum(series: Series): number {
  return series.reduce((total, { value }) => total + value, 0);
}

/** The value that a share of the values does not exceed; undefined of none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? sorted[0];
}

/**
 * By how much a value that is measured once a day falls in a day: the median of the days, so that a day on which storage was enlarged, or something
 * large deleted, counts as one day. Undefined of less than two weeks.
 */
export function fallPerDay(series: Series): number | undefined {
  const falls = series.slice(1).flatMap(({ at, value }, index) => {
    const before = series[index];
    const days = before === undefined ? 0 : (at.getTime() - before.at.getTime()) / DAY_MS;
    return before === undefined || days <= 0 ? [] : [(before.value - value) / days];
  });
  return falls.length < 13 ? undefined : quantile(falls, 0.5);
}
