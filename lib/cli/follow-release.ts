import type { ReleaseExecution } from '../release/release-execution.ts';
import type { JobLog, LogLine, ReleaseExecutions } from '../release/release-executions.ts';
import type { Output } from './selected-plans.ts';

const SECONDS_BETWEEN_LOOKS = 5;

/** Time that passes, and somebody who has had enough of it. */
export interface Patience {
  /** Waits so many seconds, or until it is interrupted. */
  readonly pause: (seconds: number) => Promise<void>;
  /** Whether somebody pressed Ctrl-C. */
  readonly interrupted: () => boolean;
}

/**
 * Shows what the job logs until its execution has ended.
 *
 * @returns how it ended, or undefined when somebody interrupted the watching: the execution goes on then.
 */
export async function followRelease(
  releases: Pick<ReleaseExecutions, 'look' | 'logLines'>,
  { execution, log }: { readonly execution: string; readonly log: JobLog },
  out: Output,
  { pause, interrupted }: Patience,
): Promise<ReleaseExecution | undefined> {
  const tail = new LogTail(releases, log, (await releases.look(execution)).startedAt);
  while (!interrupted()) {
    const now = await releases.look(execution);
    for (const { text } of await tail.next()) out.write(`  ${text}\n`);
    if (now.status !== 'running') {
      // CloudWatch Logs shows a line some seconds after it was written.
      await pause(SECONDS_BETWEEN_LOOKS);
      for (const { text } of await tail.next()) out.write(`  ${text}\n`);
      return now;
    }
    await pause(SECONDS_BETWEEN_LOOKS);
  }
  return undefined;
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
