import type { Windows } from '../../config/environment.ts';
import { DAY, momentOf, WEEK } from '../../config/week-time.ts';
import { businessHoursOf } from '../../config/business-hours.ts';
import { freeMinutes } from '../odoo-server/proof-time.ts';

/** AWS may still be at work after the window, and the server at its updates. */
const AFTER_MINUTES = 60;

/** Longer than a look takes, and within which none of the windows shall begin. */
const ENOUGH_MINUTES = 60;

const STEP_MINUTES = 30;

/** What else uses the disks, weekly or daily. */
export interface Busy {
  /** Moment of the week, in minutes after Monday 00:00 UTC. */
  readonly from: number;
  readonly minutes: number;
}

/**
 * When in the week the database is looked at, in minutes after Monday 00:00 UTC: within a day after the maintenance window, as
 * soon as nobody works, no window is open or about to be, and nothing else is busy. Where there is no such time, the windows alone
 * decide.
 *
 * @param businessHours - for example `mon-fri 07:00-17:00`.
 */
export function maintenanceTime(windows: Windows, businessHours: string, busy: readonly Busy[] = []): number {
  const [, end = 0] = windows.maintenance.split('-').map(momentOf);
  const first = (end + AFTER_MINUTES) % WEEK;
  const times = Array.from({ length: DAY / STEP_MINUTES }, (_, step) => (first + step * STEP_MINUTES) % WEEK);
  const free = times.map((time) => freeMinutes(time, windows));
  const outsideWindows = times.filter((_time, index) => (free[index] ?? 0) >= ENOUGH_MINUTES);
  const quiet = outsideWindows.find(
    (time) =>
      !isWorkTime(time, businessHours) && !busy.some(({ from, minutes }) => overlaps(time, from, minutes)),
  );
  return quiet ?? outsideWindows[0] ?? times[free.indexOf(Math.max(...free))] ?? first;
}

/** Whether a look that begins then meets what begins at a moment of the week. */
function overlaps(time: number, from: number, minutes: number): boolean {
  return (time - from + WEEK) % WEEK < minutes || (from - time + WEEK) % WEEK < ENOUGH_MINUTES;
}

function isWorkTime(time: number, businessHours: string): boolean {
  const { days, from, to } = businessHoursOf(businessHours);
  const hours = (to - from + 24) % 24 || 24;
  return days.some((day) => overlaps(time, (day - 1) * DAY + from * 60, hours * 60));
}
