import { FAILBACK_DUMPS } from '../../constructs/backup/backup-prefixes.ts';
import type { DatabaseHandedOver, Received } from '../release/job-report.ts';
import type { WorkJournal } from '../steps/work.ts';
import type { DumpKeys } from './cloud.ts';

/** Steps of a failback, in their order. */
export const STEP_NAMES = ['check', 'rehearse', 'hand-over', 'move', 'serve', 'switch'] as const;
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
  readonly handedOver?: DatabaseHandedOver;
  readonly received?: Received;
}

export function newJournal(environment: string, now: Date): FailbackJournal {
  return { environment, started: now.toISOString(), state: 'returning', begun: {}, done: {} };
}

/** Whether a failback is over, so that another one may begin. */
export function isOver(journal: FailbackJournal | undefined): boolean {
  return journal === undefined || journal.state === 'undone' || journal.state === 'finished';
}

/** Of one failback the same, however often it is interrupted; of another one others. */
export function dumpKeys({ started }: FailbackJournal, kind: 'rehearsal' | 'final'): DumpKeys {
  const moment = started.replaceAll(':', '-').replace(/\.\d+/, '');
  const name = `${FAILBACK_DUMPS}${moment}${kind === 'rehearsal' ? '-rehearsal' : ''}`;
  return { dump: `${name}.dump`, manifest: `${name}.json` };
}
