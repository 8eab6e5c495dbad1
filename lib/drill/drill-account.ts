import type { DrillExecution } from './drill-execution.ts';
import type { StoredReport } from './drill-report.ts';

/** Name of the stack that drills come from. */
export function drillStack(environment: string): string {
  return `${environment}-Recovery-Drill`;
}

/** What the stack `NAME-Recovery-Drill` says of itself. */
export interface DeployedDrill {
  /** ARN of the state machine. */
  readonly machine: string;
  /** Where reports are. */
  readonly reports: { readonly bucket: string; readonly prefix: string };
}

/** A phase that an execution has begun. */
export interface PhaseBegun {
  readonly phase: string;
  readonly begun: Date;
}

/** What `npm run drill` asks of an AWS account, in the recovery Region. */
export interface DrillAccount {
  /** Undefined if there is no such stack. */
  deployed(): Promise<DeployedDrill | undefined>;
  /** Executions that run now, the oldest first. */
  running(drill: DeployedDrill): Promise<readonly DrillExecution[]>;
  /**
   * Starts a drill.
   *
   * @param name unique, so that it is started once.
   * @returns ARN of the execution
   */
  start(drill: DeployedDrill, name: string): Promise<string>;
  look(execution: string): Promise<DrillExecution>;
  /** What an execution has begun after an event; `last` is the id of the latest event, to ask with next. From 0. */
  begunAfter(
    execution: string,
    event: number,
  ): Promise<{ readonly phases: readonly PhaseBegun[]; readonly last: number }>;
  /** The report of an execution; undefined if it wrote none. */
  reportOf(
    drill: DeployedDrill,
    execution: Pick<DrillExecution, 'arn' | 'startedAt'>,
  ): Promise<StoredReport | undefined>;
  /** The newest report; undefined if there is none. */
  lastReport(drill: DeployedDrill): Promise<StoredReport | undefined>;
}
