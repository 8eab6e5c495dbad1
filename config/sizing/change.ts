import type { Tier } from './plan.ts';

/**
 * What a change does to those who are working, from nothing to the most:
 *
 * - `none`: nothing that runs is touched.
 * - `online`: something that runs is changed and goes on running.
 * - `rolling`: processes are replaced while others serve.
 * - `restart`: PostgreSQL is started again where it is.
 * - `failover`: the standby takes over from the database.
 * - `minutes away`: Odoo does not answer for minutes.
 * - `move`: the data goes to another architecture, by a command of its own.
 */
export const EFFECTS = ['none', 'online', 'rolling', 'restart', 'failover', 'minutes away', 'move'] as const;

export type Effect = (typeof EFFECTS)[number];

/** One thing that differs between two plans. */
export interface Change {
  /** What it is, for people: `Database class`. */
  readonly what: string;
  /** Before and after, with units. */
  readonly from: string;
  readonly to: string;
  readonly effect: Effect;
  /** What is noticed of it, and for how long. */
  readonly duration: string;
  readonly source: string;
}

/** Of two descriptions in parts, those parts that differ, in words; both texts are empty where none does. */
export function differing(before: readonly string[], after: readonly string[]): Pick<Change, 'from' | 'to'> {
  const inWords = (parts: readonly string[]) =>
    parts.filter((_, index) => before[index] !== after[index]).join(', ');
  return { from: inWords(before), to: inWords(after) };
}

/** What becomes of a deployed environment when it is given another size. */
export interface PlanChange {
  readonly from: { readonly users: number; readonly tier: Tier };
  readonly to: { readonly users: number; readonly tier: Tier };
  /** Whether a deployment alone does it, and everything that holds data stays where it is. */
  readonly inPlace: boolean;
  /** The effect that is noticed most. */
  readonly effect: Effect;
  readonly changes: readonly Change[];
  /** USD a month; storage that cannot shrink counts as it stays. */
  readonly costPerMonthUsd: { readonly from: number; readonly to: number; readonly difference: number };
  /** What to do, or to know, before the deployment. */
  readonly advice: readonly string[];
}
