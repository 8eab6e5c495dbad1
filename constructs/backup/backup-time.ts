import type { Windows } from '../../config/environment.ts';
import { DAY, momentOf, WEEK } from '../../config/week-time.ts';

/** AWS Backup starts no backup of a database in the hour before its maintenance window, nor in it. */
const QUIET_MINUTES = 60;

/** Within this time of the moment it is due, AWS Backup begins. */
export const START_MINUTES = 60;

/** Two backups of a database at once wait for each other. */
const APART_MINUTES = 120;

const STEP_MINUTES = 30;

/**
 * When in the day recovery points are made, in minutes after midnight UTC: as soon as the database's own backup is long
 * over, and never when AWS Backup would wait for maintenance. Where maintenance leaves no such time, that day's backup waits.
 */
export function backupTime({ backup, maintenance }: Windows): number {
  const [begin = 0, end = 0] = backup.split('-').map(momentOf);
  const first = end + APART_MINUTES;
  const last = begin + (begin <= end ? DAY : 0) - APART_MINUTES - START_MINUTES;
  for (let time = first; time <= Math.max(first, last); time += STEP_MINUTES) {
    if (!waits(time % DAY, maintenance)) return time % DAY;
  }
  return first % DAY;
}

/** Whether a daily backup at that time would meet the weekly window. */
function waits(time: number, maintenance: string): boolean {
  const [from = 0, to = 0] = maintenance.split('-').map(momentOf);
  const quiet = from - QUIET_MINUTES;
  const minutes = ((to - from + WEEK) % WEEK) + QUIET_MINUTES;
  const days = Array.from({ length: 7 }, (_, day) => day * DAY + time);
  return days.some((start) => {
    const sinceQuiet = (start - quiet + WEEK) % WEEK;
    return sinceQuiet < minutes || sinceQuiet > WEEK - START_MINUTES;
  });
}
