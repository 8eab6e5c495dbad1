import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { equals, failure } from './release-data.ts';

/** The job changes modules only with a snapshot of the database, and ends with this code to ask for one. */
const NEEDS_SNAPSHOT = 3;

export interface VerdictStatesProps {
  /** Name of the container whose exit code is the verdict. */
  readonly container: string;
  readonly takeSnapshot: sfn.IChainable;
  /** Where a failure goes; no task is running. */
  readonly failed: sfn.IChainable;
}

/** What becomes of a release whose task has stopped, which `$.look` describes. */
export function verdictStates(scope: Construct, props: VerdictStatesProps): sfn.IChainable {
  const read = new sfn.Pass(scope, 'Read exit code', {
    // A list with the one container: a filter makes lists.
    parameters: { 'job.$': `$.look.Tasks[0].Containers[?(@.Name == '${props.container}')]` },
    resultPath: '$.ended',
  });
  // Absent if the container never ran, and if there is nothing to say.
  const [code, reason] = ['$.ended.job[0].ExitCode', '$.ended.job[0].Reason'];
  const { done, again, killed, ended, neverRan } = outcomes(scope, { ...props, code, reason });
  const noSnapshot = sfn.Condition.stringEquals('$.snapshot', '');
  const wantsSnapshot = equals(code, NEEDS_SNAPSHOT);
  const judge = new sfn.Choice(scope, 'Exit code?')
    .when(equals(code, 0), done)
    .when(sfn.Condition.and(wantsSnapshot, noSnapshot), props.takeSnapshot)
    .when(wantsSnapshot, again)
    .when(sfn.Condition.and(sfn.Condition.isPresent(code), sfn.Condition.isPresent(reason)), killed)
    .when(sfn.Condition.isPresent(code), ended)
    .otherwise(neverRan);
  return read.next(judge);
}

function outcomes(
  scope: Construct,
  { failed, code, reason }: VerdictStatesProps & { readonly code: string; readonly reason: string },
) {
  const done = new sfn.Pass(scope, 'Say what was done', {
    parameters: {
      'task.$': '$.task.arn',
      'logStream.$': '$.task.logStream',
      'snapshot.$': '$.snapshot',
    },
  });
  const fails = (id: string, error: string, cause: string): sfn.IChainable =>
    failure(scope, id, error, cause).next(failed);
  return {
    done: done.next(new sfn.Succeed(scope, 'Succeeded')),
    again: fails(
      'Snapshot not enough',
      'JobFailed',
      "States.Format('the job asked for a snapshot although it was given {}', $.snapshot)",
    ),
    killed: fails(
      'Job killed',
      'JobFailed',
      `States.Format('the job ended with exit code {}: {}', ${code}, ${reason})`,
    ),
    ended: fails('Job failed', 'JobFailed', `States.Format('the job ended with exit code {}', ${code})`),
    neverRan: fails(
      'Job never ran',
      'JobNeverRan',
      "States.Format('the job never ran: {}', $.look.Tasks[0].StoppedReason)",
    ),
  };
}
