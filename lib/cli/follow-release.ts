import type { ReleaseExecution } from '../release/release-execution.ts';
import type { JobLog, LogLine, ReleaseExecutions } from '../release/release-executions.ts';
import { followExecution, type Patience, SECONDS_BETWEEN_LOOKS } from './follow-execution.ts';
import type { Output } from './selected-plans.ts';

/**
 * Shows what the job logs until its execution has ended.
 *
 * @returns how it ended, or undefined when somebody interrupted the watching: the execution goes on then.
 */
export async function followRelease(
  releases: Pick<ReleaseExecutions, 'look' | 'logLines'>,
  { execution, log }: { readonly execution: string; readonly log: JobLog },
  out: Output,
  patience: Patience,
): Promise<ReleaseExecution | undefined> {
  const tail = new LogTail(releases, log, (await releases.look(execution)).startedAt);
  const show = async (): Promise<void> => {
    for (const { text } of await tail.next()) out.write(`  ${text}\n`);
  };
  const ended = await followExecution(() => releases.look(execution), show, patience);
  if (ended === undefined) return undefined;
  // CloudWatch Logs shows a line some seconds after it was written.
  await patience.pause(SECONDS_BETWEEN_LOOKS);
  await show();
  return ended;
}

/** The end of a log, read again and again without showing a line twice or losing one that comes late. */
class LogTail {
  private readonly releases: Pick<ReleaseExecutions, 'logLines'>;
  private readonly log: JobLog;
  private since: number;
  private shown = new Set<string>();

  constructor(releases: Pick<ReleaseExecutions, 'logLines'>, log: JobLog, since: Date) {
    this.releases = releases;
    this.log = log;
    this.since = since.getTime();
  }

  async next(): Promise<readonly LogLine[]> {
    const lines = await this.releases.logLines(this.log, this.since);
    const fresh = lines.filter(({ id }) => !this.shown.has(id));
    this.shown = new Set(lines.map(({ id }) => id));
    // A minute back: what is written at the same time need not be there at the same time.
    this.since = Math.max(this.since, (lines.at(-1)?.at ?? 0) - 60_000);
    return fresh;
  }
}
