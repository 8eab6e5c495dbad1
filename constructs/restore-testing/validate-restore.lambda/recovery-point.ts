import { Damage } from './finding.ts';

const HOUR_MS = 3_600_000;

/** How old a recovery point may be. */
export interface ExpectedAge {
  /** When the backup was begun. */
  readonly recoveryPoint: Date;
  /** Hours that a recovery point may be old at most. */
  readonly oldestHours: number;
}

/** @throws Damage if it is too old. */
export function ageOf({ recoveryPoint, oldestHours }: ExpectedAge, now: Date): string {
  const hours = (now.getTime() - recoveryPoint.getTime()) / HOUR_MS;
  const text = `${recoveryPoint.toISOString()}, ${hours.toFixed(1)} hours ago`;
  if (hours > oldestHours)
    throw new Damage(`${text}; at most ${oldestHours} hours are allowed: backups are not made`);
  return text;
}
