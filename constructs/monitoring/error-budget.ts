import type { BusinessHours } from '../../config/business-hours.ts';

/** Days over which errors are counted against what is promised. */
const BUDGET_DAYS = 30;

/** Beyond it nothing would ring where little is promised: half of all requests fail. */
const HIGHEST_SHARE = 50;

export interface Objective {
  /** Share of requests in business hours that have to be answered without an error of the server. */
  readonly availabilityPercent: number;
  readonly businessHours: BusinessHours;
}

/** How fast errors may be made up for: `budgetShare` of what a month allows, in `hours`. */
export interface BurnRate {
  /** 0.02: a fiftieth of the month's errors. */
  readonly budgetShare: number;
  /** Hours within which that many are too many. */
  readonly hours: number;
}

/** Hours in a month for which something is promised. */
export function hoursPromised({ days, from, to }: BusinessHours): number {
  const hoursOfDay = to > from ? to - from : to + 24 - from;
  return (days.length * hoursOfDay * BUDGET_DAYS) / 7;
}

/**
 * Share of requests, in percent, that may fail for so many hours before that share of the month's errors is used up. By the
 * usual reckoning of burn rates, but for the hours that count: a month of business hours is a third of a month, so that each of
 * them is worth three times as much.
 */
export function failingShare({ availabilityPercent, businessHours }: Objective, burn: BurnRate): number {
  const allowed = 100 - availabilityPercent;
  const share = (burn.budgetShare * hoursPromised(businessHours) * allowed) / burn.hours;
  return Math.min(HIGHEST_SHARE, Math.round(share * 100) / 100);
}

/** The time in UTC falls in business hours, as an expression of metric math whose value is 1 or 0. */
export function inBusinessHours({ days, from, to }: BusinessHours, metric: string): string {
  const on = (some: readonly number[]) => `(${some.map((day) => `DAY(${metric}) == ${day}`).join(' OR ')})`;
  const [begun, notOver] = [`HOUR(${metric}) >= ${from}`, `HOUR(${metric}) < ${to}`];
  // Past midnight it is still the evening of the day before.
  const within =
    to > from
      ? `${on(days)} AND ${begun} AND ${notOver}`
      : `(${on(days)} AND ${begun}) OR (${on(days.map((day) => (day % 7) + 1))} AND ${notOver})`;
  return `IF(${within}, 1, 0)`;
}
