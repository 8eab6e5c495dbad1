import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from './aws-call.ts';
import { failureStates, type FailureStates, type FailureStatesProps } from './failure-states.ts';
import { EXECUTION_NAME, failure, hasStopped, isLate, noteTask } from './release-data.ts';
import { snapshotStates } from './snapshot-states.ts';

/**
 * An execution may have 25,000 events; one round of looking and waiting has nine. In twelve hours these are 19,440, and
 * the rest is for repetitions. At 15 seconds they would be too many.
 */
const SECONDS_BETWEEN_LOOKS = 20;

/** The job wants a snapshot before it changes modules. */
const NEEDS_SNAPSHOT = 3;

export interface ReleaseStatesProps extends FailureStatesProps {
  /** Name of the container whose exit code is the verdict, and which reads the request. */
  readonly container: string;
  /** The task to run, as RunTask takes it: definition, network and so on. */
  readonly runTask: Readonly<Record<string, unknown>>;
  /** Identifier of the RDS instance. */
  readonly instanceIdentifier: string;
}

/**
 * The states of a release; returns the first. In short:
 *
 *     Start job -> Look at job, until it ended -> exit code 0: Succeeded
 *                                                 exit code 3: Take snapshot, Look at snapshot, Start job again
 *                                                 any other:   Failed
 *     at the deadline, and after any error: Stop job -> Look at end -> Failed
 */
export function releaseStates(scope: Construct, props: ReleaseStatesProps): sfn.IChainable {
  const failing = failureStates(scope, props);
  const start = startJob(scope, props, failing);
  const snapshot = snapshotStates(scope, { ...props, afterwards: start, failed: failing.failed });
  const look = awsCall(scope, 'Look at job', {
    service: 'ecs',
    action: 'describeTasks',
    parameters: { Cluster: props.cluster.clusterArn, 'Tasks.$': 'States.Array($.task.arn)' },
    resultPath: '$.look',
  });
  look.addCatch(failing.stopJob, { resultPath: '$.failure' });
  jobStarted(scope, props, { start, look, failed: failing.failed });
  look.next(jobEnded(scope, { look, verdict: verdict(scope, props, snapshot, failing), failing }));
  return readInput(scope, start);
}

/** A deadline that is none would never come, and the job could run for ever. */
function readInput(scope: Construct, start: sfn.IChainable): sfn.Choice {
  const begin = new sfn.Pass(scope, 'Begin', {
    parameters: {
      'request.$': '$.request',
      'deadline.$': '$.deadline',
      snapshot: '',
      task: { arn: '', logStream: '' },
    },
  });
  const wrong = new sfn.Fail(scope, 'Wrong input', {
    error: 'WrongInput',
    cause:
      'the input is {"request": TEXT, "deadline": "2026-12-31T12:00:00Z"}, at most twelve hours from now',
  });
  const { and, isPresent, isString, isTimestamp } = sfn.Condition;
  return new sfn.Choice(scope, 'Input complete?')
    .when(
      and(isPresent('$.request'), isString('$.request'), isPresent('$.deadline'), isTimestamp('$.deadline')),
      begin.next(start),
    )
    .otherwise(wrong);
}

function startJob(scope: Construct, props: ReleaseStatesProps, { findJob }: FailureStates): sfn.CustomState {
  const start = awsCall(scope, 'Start job', {
    service: 'ecs',
    action: 'runTask',
    parameters: {
      ...props.runTask,
      Cluster: props.cluster.clusterArn,
      Overrides: {
        ContainerOverrides: [
          { Name: props.container, Environment: [{ Name: 'JOB_REQUEST', 'Value.$': '$.request' }] },
        ],
      },
      // A repetition after a lost answer finds the task that is already there. 64 characters, as many as ECS takes.
      'ClientToken.$': `States.Hash(States.Format('{} {}', $$.Execution.Id, $.snapshot), 'SHA-256')`,
      'StartedBy.$': EXECUTION_NAME,
    },
    resultPath: '$.run',
  });
  return start.addCatch(findJob, { resultPath: '$.failure' });
}

/** ECS answers 200 even when it started nothing, for lack of capacity for example. */
function jobStarted(
  scope: Construct,
  props: ReleaseStatesProps,
  {
    start,
    look,
    failed,
  }: { readonly start: sfn.CustomState; readonly look: sfn.IChainable; readonly failed: sfn.IChainable },
): void {
  const [arn, reason] = ['$.run.Tasks[0].TaskArn', '$.run.Failures[0].Reason'];
  const refused = failure(
    scope,
    'Start refused',
    'JobNotStarted',
    `States.Format('ECS could not start the job: {}', ${reason})`,
  );
  const silent = failure(
    scope,
    'Nothing started',
    'JobNotStarted',
    'ECS could not start the job: no reason given',
  );
  const started = new sfn.Choice(scope, 'Job started?')
    .when(sfn.Condition.isPresent(arn), noteTask(scope, 'Note job', { arn, ...props }).next(look))
    .when(sfn.Condition.isPresent(reason), refused.next(failed))
    .otherwise(silent.next(failed));
  start.next(started);
}

function jobEnded(
  scope: Construct,
  {
    look,
    verdict,
    failing,
  }: { readonly look: sfn.CustomState; readonly verdict: sfn.IChainable; readonly failing: FailureStates },
): sfn.Choice {
  const late = failure(
    scope,
    'Job too late',
    'JobStopped',
    "States.Format('the job had not ended at {}, the end of its time, and was stopped', $.deadline)",
  );
  const wait = new sfn.Wait(scope, 'Wait for job', {
    time: sfn.WaitTime.duration(Duration.seconds(SECONDS_BETWEEN_LOOKS)),
  });
  return new sfn.Choice(scope, 'Job ended?')
    .when(hasStopped(), verdict)
    .when(isLate(), late.next(failing.stopJob))
    .otherwise(wait.next(look));
}

function verdict(
  scope: Construct,
  { container }: ReleaseStatesProps,
  snapshot: sfn.IChainable,
  { failed }: FailureStates,
): sfn.IChainable {
  const read = new sfn.Pass(scope, 'Read exit code', {
    // A list with the one container: a filter makes lists.
    parameters: { 'job.$': `$.look.Tasks[0].Containers[?(@.Name == '${container}')]` },
    resultPath: '$.ended',
  });
  // Absent if the container never ran, and if there is nothing to say.
  const [code, reason] = ['$.ended.job[0].ExitCode', '$.ended.job[0].Reason'];
  const killed = failure(
    scope,
    'Job killed',
    'JobFailed',
    `States.Format('the job ended with exit code {}: {}', ${code}, ${reason})`,
  );
  const ended = failure(
    scope,
    'Job failed',
    'JobFailed',
    `States.Format('the job ended with exit code {}', ${code})`,
  );
  const neverRan = failure(
    scope,
    'Job never ran',
    'JobNeverRan',
    "States.Format('the job never ran: {}', $.look.Tasks[0].StoppedReason)",
  );
  const again = failure(
    scope,
    'Snapshot not enough',
    'JobFailed',
    "States.Format('the job asked for a snapshot although it was given {}', $.snapshot)",
  );
  const done = new sfn.Pass(scope, 'Say what was done', {
    parameters: {
      'task.$': '$.task.arn',
      'logStream.$': '$.task.logStream',
      'snapshot.$': '$.snapshot',
    },
  });
  const { and, isPresent, numberEquals, stringEquals } = sfn.Condition;
  const ends = (value: number): sfn.Condition => and(isPresent(code), numberEquals(code, value));
  const judge = new sfn.Choice(scope, 'Exit code?')
    .when(ends(0), done.next(new sfn.Succeed(scope, 'Succeeded')))
    .when(and(ends(NEEDS_SNAPSHOT), stringEquals('$.snapshot', '')), snapshot)
    .when(ends(NEEDS_SNAPSHOT), again.next(failed))
    .when(and(isPresent(code), isPresent(reason)), killed.next(failed))
    .when(isPresent(code), ended.next(failed))
    .otherwise(neverRan.next(failed));
  return read.next(judge);
}
