import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../../shared/aws-call.ts';
import { failureStates, type FailureStates, type FailureStatesProps } from './failure-states.ts';
import { EXECUTION_NAME, failure, hasStopped, isLate, noteTask } from './release-data.ts';
import { snapshotStates } from './snapshot-states.ts';
import { verdictStates } from './verdict-states.ts';

/**
 * An execution may have 25,000 events; one round of looking and waiting has nine. In twelve hours these are 19,440, and
 * the rest is for repetitions. At 15 seconds they would be too many.
 */
const SECONDS_BETWEEN_LOOKS = 20;

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
  const verdict = verdictStates(scope, {
    container: props.container,
    takeSnapshot: snapshot,
    failed: failing.failed,
  });
  look.next(jobEnded(scope, { look, verdict, failing }));
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
  const complete = sfn.Condition.and(
    sfn.Condition.isPresent('$.request'),
    sfn.Condition.isString('$.request'),
    sfn.Condition.isPresent('$.deadline'),
    sfn.Condition.isTimestamp('$.deadline'),
  );
  return new sfn.Choice(scope, 'Input complete?').when(complete, begin.next(start)).otherwise(wrong);
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
