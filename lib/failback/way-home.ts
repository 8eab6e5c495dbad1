import type { Side } from '../../constructs/edge/dns-record.ts';
import type { StackPurpose } from '../growth/cloud.ts';
import type { Step } from '../steps/take-steps.ts';
import type { Failback } from './failback.ts';
import type { FailbackJournal, StepName } from './journal.ts';

export type FailbackStep = Step<Failback, FailbackJournal, StepName>;

/** What is different for each architecture on its way home; everything else is the same. */
export interface WayHome {
  readonly steps: readonly FailbackStep[];
  /** Stacks that have to be there before it begins; `Dns` only where the zone is in the account. */
  readonly needed: Readonly<Record<Side, readonly StackPurpose[]>>;
  /** Stack whose output RecordToCreate says what the domain has to point at, where its zone is not in the account. */
  readonly entry: StackPurpose;
  /** What it cannot do at all, as the environment file has it. */
  problemsOfPlan(failback: Failback): readonly string[];
  /** What else is in its way: whether something may serve at home, and what state it is in that goes there. */
  problemsOfState(failback: Failback): Promise<readonly string[]>;
  /** Ends what serves at home, so that nobody can start it; it must be certain when this returns. */
  stopHome(failback: Failback): Promise<void>;
  /** What stays of the recovered side when it is let go, in words. */
  readonly kept: string;
  /** Lets the recovered side go; what holds data is kept. Repeated, it goes on. */
  letGo(failback: Failback): Promise<void>;
  /** What a person still has to do after that. */
  afterwards(failback: Failback): string;
}
