import type { Retention } from '../../config/environment.ts';

/** Days in a month, for counting recovery points: none is deleted before the next one is there. */
const MONTH = 31;

/** Recovery points of one kind. */
export interface RecoveryPointRule {
  readonly name: string;
  /** For how long each is kept. */
  readonly days: number;
  /** When they are made, in the fields of a cron expression. */
  readonly on: { readonly day?: string; readonly weekDay?: string; readonly month?: string };
}

/** As many recovery points as the retention says, each until the same number of its kind have followed. */
export function recoveryPointRules({ daily, weekly, monthly }: Retention): readonly RecoveryPointRule[] {
  const rules: readonly (RecoveryPointRule & { readonly count: number })[] = [
    { name: 'Daily', count: daily, days: daily, on: { day: '*', month: '*' } },
    { name: 'Weekly', count: weekly, days: weekly * 7, on: { weekDay: 'SUN', month: '*' } },
    { name: 'Monthly', count: monthly, days: monthly * MONTH, on: { day: '1', month: '*' } },
  ];
  return rules.filter(({ count }) => count > 0).map(({ name, days, on }) => ({ name, days, on }));
}
