import type { Retention } from './environment.ts';

/** Days in a month, for counting recovery points: none is deleted before the next one is there. */
const MONTH = 31;

export type RecoveryPointKind = 'daily' | 'weekly' | 'monthly';

/** For how long each kind of recovery point is kept, in days, here and wherever it is copied to. */
export interface RecoveryPointRetention {
  readonly kind: RecoveryPointKind;
  readonly days: number;
}

/**
 * As many recovery points as the retention says, each until the same number of its kind have followed. There are always
 * daily ones.
 */
export function recoveryPointRetention({ daily, weekly, monthly }: Retention): RecoveryPointRetention[] {
  const kinds: readonly RecoveryPointRetention[] = [
    { kind: 'daily', days: daily },
    { kind: 'weekly', days: weekly * 7 },
    { kind: 'monthly', days: monthly * MONTH },
  ];
  return kinds.filter(({ days }) => days > 0);
}

/** Days for which recovery points are kept at least and at most. */
export function recoveryPointDays(retention: Retention): { readonly least: number; readonly most: number } {
  const days = recoveryPointRetention(retention).map((kept) => kept.days);
  return { least: Math.min(...days), most: Math.max(...days) };
}

/**
 * Days by which the database can be turned back, by whatever reaches back furthest. The single server's nightly dumps are
 * kept for as many days as there are daily recovery points.
 */
export function databaseReachDays(retention: Retention): number {
  return Math.max(retention.pointInTimeDays, recoveryPointDays(retention).most);
}
