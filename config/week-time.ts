/** Minutes of a day. */
export const DAY = 24 * 60;
/** Minutes of a week; a moment of the week is counted from Monday 00:00. */
export const WEEK = 7 * DAY;

export const days: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** `hh:mm` of a moment. */
export function clock(moment: number): string {
  const minutes = moment % DAY;
  return [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

/** `ddd:hh:mm` of a moment of the week. */
export function dayAndClock(moment: number): string {
  return `${days[Math.floor(moment / DAY) % 7]}:${clock(moment)}`;
}

/** Reads `ddd:hh:mm`, or `hh:mm` as a moment of Monday. */
export function momentOf(text: string): number {
  const [minutes = 0, hours = 0] = text.split(':').slice(-2).map(Number).toReversed();
  return Math.max(0, days.indexOf(text.slice(0, 3))) * DAY + hours * 60 + minutes;
}
