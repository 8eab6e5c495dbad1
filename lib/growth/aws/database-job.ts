import { setTimeout as sleep } from 'node:timers/promises';
import type { Received } from '../../release/job-report.ts';
import { JobFailure, type JobPlace, runJob, runJobFor } from '../../release/job-run.ts';
import type { ReleaseExecutions } from '../../release/release-executions.ts';
import type { ReceiveRequest } from '../cloud.ts';
import { GrowthProblem } from '../growth.ts';
import type { EnvironmentStacks } from './stacks.ts';

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
  receive(request: ReceiveRequest): Promise<Received> {
    return this.asGrowth((place) =>
      runJobFor(place, 'growth', { kind: 'receive', ...request }, ({ received }) => received),
    );
  }

  /** @throws GrowthProblem if the job fails. */
  async withdraw(): Promise<void> {
    await this.asGrowth((place) => runJob(place, 'growth', { kind: 'withdraw' }));
  }

  private async asGrowth<T>(run: (place: JobPlace) => Promise<T>): Promise<T> {
    const { releases, pause } = this;
    const [stateMachine, logGroup] = [
      await this.stacks.output('Release', 'StateMachine'),
      await this.stacks.output('Release', 'JobLogGroup'),
    ];
    try {
      return await run({ releases, stateMachine, logGroup, pause });
    } catch (error) {
      if (!(error instanceof JobFailure)) throw error;
      throw new GrowthProblem(
        `the database job did not succeed: ${error.message}; mend it and grow again, or go back with --undo`,
      );
    }
  }
}
