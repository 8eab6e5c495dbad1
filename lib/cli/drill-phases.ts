import type { Phase } from '../../constructs/drill/drill-data.ts';
import { duration, instant } from '../backups/words.ts';
import type { DrillExecution } from '../drill/drill-execution.ts';
import type { DrillAccount } from '../drill/drill-account.ts';
import type { Output } from './selected-plans.ts';

/** What happens in each phase. */
export const PHASES: Readonly<Record<Phase, string>> = {
  clear: 'what earlier drills have left is removed',
  find: 'the newest complete moment is looked for',
  restore: 'the database comes back from its copy',
  validate: 'rows, modules and attachments are looked at',
  serve: 'one Odoo starts on the copy, and is looked at',
  teardown: 'all of it is removed',
};

/** Back to the beginning of the line, and what is on it away. */
const ERASE = '\r\u001B[K';

/** Shows each phase in a line of its own as it begins, in a terminal and in the log of a pipeline. */
export class DrillPhases {
  private readonly account: Pick<DrillAccount, 'begunAfter'>;
  private readonly execution: Pick<DrillExecution, 'arn' | 'startedAt'>;
  private readonly out: Output;
  private last = 0;
  private current: { readonly phase: string; readonly begun: Date } | undefined;

  constructor(
    account: Pick<DrillAccount, 'begunAfter'>,
    execution: Pick<DrillExecution, 'arn' | 'startedAt'>,
    out: Output,
  ) {
    this.account = account;
    this.execution = execution;
    this.out = out;
  }

  /** Shows what has begun since the last look and, where somebody sits before it, for how long the last of it runs. */
  async show(now: Date): Promise<void> {
    const { phases, last } = await this.account.begunAfter(this.execution.arn, this.last);
    this.last = last;
    this.endLine();
    for (const phase of phases) {
      this.current = phase;
      this.out.write(`  ${timeOfDay(phase.begun)}  ${this.since(phase.begun)}  ${textOf(phase.phase)}\n`);
    }
    if (this.out.isTTY === true && this.current !== undefined) {
      const { phase, begun } = this.current;
      this.out.write(`    ${phase} for ${duration(now.getTime() - begun.getTime())}`);
    }
  }

  /** Leaves nothing behind on the last line. */
  endLine(): void {
    if (this.out.isTTY === true) this.out.write(ERASE);
  }

  private since(moment: Date): string {
    const passed = duration(moment.getTime() - this.execution.startedAt.getTime());
    return `+${passed}`.padEnd('+10 min 10 s'.length);
  }
}

/** UTC; the day is in the report. */
function timeOfDay(moment: Date): string {
  return instant(moment).slice('yyyy-mm-ddT'.length);
}

/** A stack of another checkout may know other phases. */
function textOf(phase: string): string {
  const text = Object.entries(PHASES).find(([known]) => known === phase)?.[1];
  return text === undefined ? phase : `${phase}: ${text}`;
}
