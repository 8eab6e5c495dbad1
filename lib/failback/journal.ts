import type { HandedOver, ServerStatus } from '../growth/cloud.ts';
import type { DatabaseHandedOver, Received } from '../release/job-report.ts';
import type { WorkJournal } from '../steps/work.ts';
import type { CopiedBackups } from './server/cloud.ts';

/** Steps of a failback, in their order; each architecture goes home by some of them. */
export const STEP_NAMES = ['check', 'rehearse', 'prepare', 'hand-over', 'move', 'serve', 'switch'] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** What the parts took of which users will wait for the like, in seconds. */
export interface Rehearsal {
  readonly handOver: number;
  readonly copyDump: number;
  readonly receive: number;
}

/** How far a failback is, for whoever goes on with it. */
export interface FailbackJournal extends WorkJournal {
  readonly environment: string;
  /** `undoing` and `finishing` are never left again but for their ends. */
  readonly state: 'returning' | 'undoing' | 'undone' | 'finishing' | 'finished';
  readonly begun: Readonly<Partial<Record<StepName, string>>>;
  readonly done: Readonly<Partial<Record<StepName, string>>>;
  readonly rehearsal?: Rehearsal;
  readonly handedOver?: DatabaseHandedOver | HandedOver;
  readonly received?: Received;
  /** The recovered server before it handed over. */
  readonly server?: ServerStatus;
  /** Of the recovered server, at home. */
  readonly backups?: CopiedBackups;
  /** The server at home, once it serves. */
  readonly home?: ServerStatus;
}

export function newJournal(environment: string, now: Date): FailbackJournal {
  return { environment, started: now.toISOString(), state: 'returning', begun: {}, done: {} };
}

/** Whether a failback is over, so that another one may begin. */
export function isOver(journal: FailbackJournal | undefined): boolean {
  return journal === undefined || journal.state === 'undone' || journal.state === 'finished';
}

/** For names of what belongs to one failback: the same however often it is interrupted, and another one for the next. */
export function momentOf({ started }: FailbackJournal): string {
  return started.replaceAll(':', '-').replace(/\.\d+/, '');
}
