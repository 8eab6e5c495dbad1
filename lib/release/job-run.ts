import type { JobReport } from './job-report.ts';
import type { JobRequest, ReleaseExecution } from './release-execution.ts';
import type { ReleaseExecutions } from './release-executions.ts';
import { datedName } from '../dated-name.ts';

/** After this the job is stopped. */
const LONGEST_MS = 12 * 3600 * 1000;
const POLL_MS = 5000;

/** The job of one environment, where it is run. */
export interface JobPlace {
  readonly releases: Pick<ReleaseExecutions, 'start' | 'look' | 'report'>;
  /** ARN. */
  readonly stateMachine: string;
  readonly logGroup: string;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

/** The job ended without success. */
export class JobFailure extends Error {}

/**
 * Runs the database job and waits for its end. One that an interrupted command left running is waited for by the job itself:
 * two never work at once.
 *
 * @param purpose - begins the name of the execution, for example `growth`.
 * @throws JobFailure with its reason.
 */
export async function runJob(
  place: JobPlace,
  purpose: string,
  request: JobRequest,
): Promise<ReleaseExecution> {
  const { releases, stateMachine, logGroup, pause } = place;
  const now = new Date();
  const started = await releases.start(stateMachine, datedName(purpose, now), {
    request,
    deadline: new Date(now.getTime() + LONGEST_MS),
  });
  for (;;) {
    await pause(POLL_MS);
    const execution = await releases.look(started);
    if (execution.status === 'succeeded') return execution;
    if (execution.status === 'failed') {
      // The job itself knows best why; what stopped it, it does not know.
      throw new JobFailure((await releases.report(execution, logGroup))?.error ?? execution.why);
    }
  }
}

/**
 * Runs the job and asks what it says of its work.
 *
 * @throws JobFailure also where it says nothing of that.
 */
export async function runJobFor<T>(
  place: JobPlace,
  purpose: string,
  request: JobRequest,
  wanted: (report: JobReport) => T | undefined,
): Promise<T> {
  const execution = await runJob(place, purpose, request);
  const report = await place.releases.report(execution, place.logGroup);
  const found = report && wanted(report);
  if (found === undefined) throw new JobFailure(`log stream ${execution.logStream ?? ''} has no report`);
  return found;
}
