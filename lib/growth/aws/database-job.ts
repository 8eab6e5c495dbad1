import { setTimeout as sleep } from 'node:timers/promises';
import { datedName } from '../../dated-name.ts';
import type { JobReport, Received } from '../../release/job-report.ts';
import type { JobRequest, ReleaseExecution } from '../../release/release-execution.ts';
import type { ReleaseExecutions } from '../../release/release-executions.ts';
import type { ReceiveRequest } from '../cloud.ts';
import { GrowthProblem } from '../growth.ts';
import type { EnvironmentStacks } from './stacks.ts';

/** After this the job is stopped. */
const LONGEST_MS = 12 * 3600 * 1000;
const POLL_MS = 5000;

/** The database job of the new side, run by the state machine of the stack Release. */
export class ReceivingJob {
  private readonly stacks: EnvironmentStacks;
  private readonly releases: ReleaseExecutions;
  private readonly pause: (milliseconds: number) => Promise<unknown>;

  constructor(
    stacks: EnvironmentStacks,
    releases: ReleaseExecutions,
    pause: (milliseconds: number) => Promise<unknown> = sleep,
  ) {
    this.stacks = stacks;
    this.releases = releases;
    this.pause = pause;
  }

  /** @throws GrowthProblem if the job fails, or leaves no report. */
  async receive(request: ReceiveRequest): Promise<Received> {
    const execution = await this.run({ kind: 'receive', ...request });
    const report = await this.report(execution);
    if (report?.received === undefined) {
      throw new GrowthProblem(`log stream ${execution.logStream ?? ''} has no report: grow again`);
    }
    return report.received;
  }

  /** @throws GrowthProblem if the job fails. */
  async withdraw(): Promise<void> {
    await this.run({ kind: 'withdraw' });
  }

  /** Runs the job. One that an interrupted growth left running is waited for by the job itself: two never work at once. */
  private async run(request: JobRequest): Promise<ReleaseExecution> {
    const now = new Date();
    const started = await this.releases.start(
      await this.stacks.output('Release', 'StateMachine'),
      datedName('growth', now),
      { request, deadline: new Date(now.getTime() + LONGEST_MS) },
    );
    for (;;) {
      await this.pause(POLL_MS);
      const execution = await this.releases.look(started);
      if (execution.status === 'succeeded') return execution;
      if (execution.status === 'failed') {
        // The job itself knows best why; what stopped it, it does not know.
        const why = (await this.report(execution))?.error ?? execution.why;
        throw new GrowthProblem(
          `the database job did not succeed: ${why}; mend it and grow again, or go back with --undo`,
        );
      }
    }
  }

  private async report(execution: ReleaseExecution): Promise<JobReport | undefined> {
    return this.releases.report(execution, await this.stacks.output('Release', 'JobLogGroup'));
  }
}
