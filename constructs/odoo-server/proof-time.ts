import type { Windows } from '../../config/environment.ts';
import { DAY, momentOf, WEEK } from '../../config/week-time.ts';

const SUNDAY = 6 * DAY;

/** A day on which somebody can look at the result before work begins; the hour of the restore tests of medium and large. */
const FIRST_HOUR = 8;

/** The longest that a proof takes, 90 minutes (its unit ends it then), and some more. */
export const PROOF_MINUTES = 120;

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
  const free = times.map((time) => Math.min(PROOF_MINUTES, freeMinutes(time, windows)));
  return times[free.indexOf(Math.max(...free))] ?? SUNDAY;
}

/**
 * Hours after the proof at which the restore test of the data volume may begin: that one is over by then, and long before the
 * proof of the next week this is, too.
 */
const VOLUME_HOURS = { first: 3, last: 18 };

/** Within these hours AWS Backup begins it. */
export const VOLUME_START_HOURS = 2;

/** Until it surely has begun, the volume is there (some minutes), and the server has looked at it (90 minutes at most). */
export const VOLUME_MINUTES = VOLUME_START_HOURS * 60 + 120;

/**
 * When in the week AWS Backup begins to restore the data volume for a test, in minutes after Monday 00:00 UTC: as soon after
 * the proof as the two windows leave enough time; on a Sunday as a rule. Where they never do, when they leave most.
 */
export function volumeTestTime(windows: Windows, hourlyMinute: number): number {
  const { first, last } = VOLUME_HOURS;
  const proof = proofTime(windows, hourlyMinute);
  const times = Array.from({ length: last - first + 1 }, (_, later) => (proof + (first + later) * 60) % WEEK);
  const free = times.map((time) => Math.min(VOLUME_MINUTES, freeMinutes(time, windows)));
  return times[free.indexOf(Math.max(...free))] ?? proof;
}

/** Minutes from a moment of the week until the next window begins; none within one. */
export function freeMinutes(time: number, { backup, maintenance }: Windows): number {
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
