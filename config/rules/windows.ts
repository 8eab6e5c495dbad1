import type { Windows } from '../environment.ts';
import type { Problem } from '../problem.ts';
import { clock, DAY, momentOf, WEEK } from '../week-time.ts';
import type { Draft, Rule } from './rule.ts';

/** Shortest window that RDS takes. */
const SHORTEST_MINUTES = 30;
/** AWS Backup starts no backup of a database in the hour before its maintenance window. */
const QUIET_MINUTES = 60;

interface Window {
  readonly start: number;
  readonly minutes: number;
}

/** Windows long enough for AWS that keep out of each other's way, across midnight and the end of the week too. */
export const windowRules: Rule = (draft) => {
  const { windows } = draft.settings;
  const maintenance = parse(windows.maintenance, WEEK);
  const backup = parse(windows.backup, DAY);
  const tooShortOrLong = [
    ...length('windows.maintenance', windows.maintenance, maintenance),
    ...length('windows.backup', windows.backup, backup),
  ];
  const known = isKnown(draft, 'maintenance') && isKnown(draft, 'backup');
  return tooShortOrLong.length > 0 || !known || !collide(maintenance, backup)
    ? tooShortOrLong
    : [tooClose(draft, maintenance)];
};

/** A default stands in for a window that is written wrongly, and depends on the Region: neither may be blamed. */
function isKnown({ file, isWritten }: Draft, window: keyof Windows): boolean {
  return isWritten(`windows.${window}`) ? file.windows?.[window] !== undefined : file.region !== undefined;
}

function tooClose({ settings: { windows }, isWritten }: Draft, maintenance: Window): Problem {
  const [culprit, other] = isWritten('windows.backup')
    ? (['backup', 'maintenance'] as const)
    : (['maintenance', 'backup'] as const);
  return {
    path: `windows.${culprit}`,
    value: windows[culprit],
    message: `comes too close to the ${other} window ${windows[other]}: RDS refuses windows that overlap, and AWS Backup starts nothing in the hour before maintenance`,
    allowed: `a backup that ends ${QUIET_MINUTES} minutes or more before maintenance begins, or starts after it`,
    fix: adviceFor(maintenance),
  };
}

function length(path: string, value: string, { minutes }: Window): Problem[] {
  if (minutes >= SHORTEST_MINUTES && minutes < DAY) {
    return [];
  }
  return [
    {
      path,
      value,
      message:
        minutes < SHORTEST_MINUTES
          ? `is shorter than ${SHORTEST_MINUTES} minutes`
          : 'is not shorter than a day',
      allowed: `${SHORTEST_MINUTES} minutes to less than 24 hours, in UTC`,
      fix: 'move its end; one hour is usual',
    },
  ];
}

/** Lays the daily window out from the Sunday before the week to the Monday after it: what the weekly one can touch. */
function collide(maintenance: Window, backup: Window): boolean {
  const from = maintenance.start - QUIET_MINUTES;
  const to = maintenance.start + maintenance.minutes;
  const daysAround = Array.from({ length: 9 }, (_, index) => index - 1);
  return daysAround
    .map((day) => day * DAY + backup.start)
    .some((start) => start < to && from < start + backup.minutes);
}

function adviceFor(maintenance: Window): string {
  const free = { start: (maintenance.start - QUIET_MINUTES - 90 + WEEK) % DAY, minutes: 60 };
  return collide(maintenance, free)
    ? 'shorten the maintenance window, which leaves no room for a daily backup'
    : `set windows.backup to ${clock(free.start)}-${clock(free.start + free.minutes)}, for example`;
}

function parse(window: string, cycle: number): Window {
  const [start = 0, end = 0] = window.split('-').map(momentOf);
  return { start, minutes: (end - start + cycle) % cycle };
}
