import type { Windows } from '../../config/environment.ts';
import { DAY, momentOf, WEEK } from '../../config/week-time.ts';

const SUNDAY = 6 * DAY;

/** A day on which somebody can look at the result before work begins; the hour of the restore tests of medium and large. */
const FIRST_HOUR = 8;

/** The longest that a proof takes, 90 minutes (its unit ends it then), and some more. */
const ENOUGH_MINUTES = 120;

/** The hourly backup, which takes seconds, is over by then, and the next one is far. */
const AFTER_HOURLY_MINUTES = 10;

/**
 * When in the week the single server proves that its backup can be restored, in minutes after Monday 00:00 UTC: on Sunday,
 * shortly after an hourly backup, as soon after eight as the two windows leave enough time. Where they never do, when they
 * leave most.
 *
 * @param hourlyMinute - minute of each hour at which the hourly backup begins.
 */
export function proofTime(windows: Windows, hourlyMinute: number): number {
  const minute = (hourlyMinute + AFTER_HOURLY_MINUTES) % 60;
  const hours = Array.from({ length: 24 }, (_, later) => (FIRST_HOUR + later) % 24);
  const times = hours.map((hour) => SUNDAY + hour * 60 + minute);
  const free = times.map((time) => Math.min(ENOUGH_MINUTES, freeMinutes(time, windows)));
  return times[free.indexOf(Math.max(...free))] ?? SUNDAY;
}

/** Minutes from a moment of the week until the next window begins; none within one. */
function freeMinutes(time: number, { backup, maintenance }: Windows): number {
  const [weeklyFrom = 0, weeklyTo = 0] = maintenance.split('-').map(momentOf);
  const [dailyFrom = 0, dailyTo = 0] = backup.split('-').map(momentOf);
  return Math.min(
    untilBegin(time, weeklyFrom, weeklyTo, WEEK),
    untilBegin(time % DAY, dailyFrom, dailyTo, DAY),
  );
}

/** Of a window that comes again after each period. */
function untilBegin(time: number, from: number, to: number, period: number): number {
  const length = (to - from + period) % period;
  const since = (time - from + period) % period;
  return since < length ? 0 : period - since;
}
