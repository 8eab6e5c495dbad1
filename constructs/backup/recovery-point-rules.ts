import { type RecoveryPointKind, recoveryPointRetention } from '../../config/recovery-points.ts';
import type { Retention } from '../../config/environment.ts';

/** Recovery points of one kind. */
export interface RecoveryPointRule {
  readonly name: string;
  /** For how long each is kept. */
  readonly days: number;
  /** When they are made, in the fields of a cron expression. */
  readonly on: { readonly day?: string; readonly weekDay?: string; readonly month?: string };
}

const SCHEDULES: Readonly<Record<RecoveryPointKind, Omit<RecoveryPointRule, 'days'>>> = {
  daily: { name: 'Daily', on: { day: '*', month: '*' } },
  weekly: { name: 'Weekly', on: { weekDay: 'SUN', month: '*' } },
  monthly: { name: 'Monthly', on: { day: '1', month: '*' } },
};

/** What AWS Backup is told to make, and for how long to keep it. */
export function recoveryPointRules(retention: Retention): readonly RecoveryPointRule[] {
  return recoveryPointRetention(retention).map(({ kind, days }) => ({ ...SCHEDULES[kind], days }));
}
