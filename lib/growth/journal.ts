import type { Received } from '../release/job-report.ts';
import type { WorkJournal } from '../steps/work.ts';
import type { HandedOver, ServerStatus } from './cloud.ts';

/** Steps of a growth, in their order. */
export const STEP_NAMES = ['check', 'prepare', 'rehearse', 'hand-over', 'move', 'serve', 'switch'] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** How far a growth is, for whoever goes on with it. */
export interface Journal extends WorkJournal {
  readonly environment: string;
  /** `undoing` and `finishing` are never left again but for their ends. */
  readonly state: 'growing' | 'undoing' | 'undone' | 'finishing' | 'finished';
  readonly begun: Readonly<Partial<Record<StepName, string>>>;
  readonly done: Readonly<Partial<Record<StepName, string>>>;
  readonly server?: ServerStatus;
  readonly rehearsal?: Received;
  readonly handedOver?: HandedOver;
  readonly received?: Received;
  /** Template of the stack Dns that points the domain at the server. */
  readonly dnsTemplate?: string;
}

export function newJournal(environment: string, now: Date): Journal {
  return { environment, started: now.toISOString(), state: 'growing', begun: {}, done: {} };
}

/** Whether a growth is over, so that another one may begin. */
export function isOver(journal: Journal | undefined): boolean {
  return journal === undefined || journal.state === 'undone' || journal.state === 'finished';
}
