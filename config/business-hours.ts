import { days } from './week-time.ts';

/** When people work, for example `mon-fri 07:00-17:00`, in UTC. The hours may go past midnight: they are of the day they begin on. */
export const businessHoursPattern =
  /^(?<first>mon|tue|wed|thu|fri|sat|sun)-(?<last>mon|tue|wed|thu|fri|sat|sun) (?<from>[01]\d|2[0-3]):00-(?<to>[01]\d|2[0-3]):00$/;

/** {@link businessHoursPattern} taken apart. */
export interface BusinessHours {
  /** Days on which work begins, 1 (Monday) to 7, in the order of the week from the first one. */
  readonly days: readonly number[];
  /** Full hours of a day in UTC, 0 to 23. `to` at or before `from` is on the next day. */
  readonly from: number;
  readonly to: number;
}

/** @throws if the text is not of {@link businessHoursPattern}; the schema has refused such a file before. */
export function businessHoursOf(text: string): BusinessHours {
  const { first, last, from, to } = businessHoursPattern.exec(text)?.groups ?? {};
  if (first === undefined || last === undefined) throw new Error(`not business hours: ${text}`);
  const start = days.indexOf(first);
  const count = ((days.indexOf(last) - start + 7) % 7) + 1;
  return {
    days: Array.from({ length: count }, (_, index) => ((start + index) % 7) + 1),
    from: Number(from),
    to: Number(to),
  };
}
