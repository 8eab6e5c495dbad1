import { Duration, type aws_ecs as ecs, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../../shared/aws-call.ts';
import { EXECUTION_NAME, hasStopped, noteTask } from './release-data.ts';

/** A task gets two minutes to end by itself; what is left of these five is ECS's. */
const LOOKS_AT_END = 30;
const SECONDS_BETWEEN_LOOKS = 10;

export interface FailureStatesProps {
  readonly cluster: ecs.ICluster;
  /** Beginning of the names of the job's log streams, for example `databasejob/Job/`. */
  readonly logStreams: string;
}

/**
 * How a release fails. Before any of these states `$.failure` says why, as `Error` and `Cause`, which is also how Step
 * Functions itself words what it catches.
 */
export interface FailureStates {
  /** No task is running. */
  readonly failed: sfn.IChainable;
  /** `$.task` may be running: it is stopped and seen to have stopped. */
  readonly stopJob: sfn.IChainable;
  /** A task may be running that nobody has noted, because the answer to its start was lost. */
  readonly findJob: sfn.IChainable;
}

export function failureStates(scope: Construct, props: FailureStatesProps): FailureStates {
  const failed = failWithReport(scope);
  const stopJob = stopAndSee(scope, props, failed);
  return { failed, stopJob, findJob: findAndStop(scope, props, { failed, stopJob }) };
}

/** The cause is JSON: a person reads it in the console, the function that waits for the release takes it apart. */
function failWithReport(scope: Construct): sfn.IChainable {
  const collect = new sfn.Pass(scope, 'Collect report', {
    parameters: {
      'why.$': '$.failure.Cause',
      'task.$': '$.task.arn',
      'logStream.$': '$.task.logStream',
      'snapshot.$': '$.snapshot',
    },
    resultPath: '$.report',
  });
  const write = new sfn.Pass(scope, 'Write report', {
    parameters: { 'Error.$': '$.failure.Error', 'Cause.$': 'States.JsonToString($.report)' },
  });
  return collect
    .next(write)
    .next(new sfn.Fail(scope, 'Failed', { errorPath: '$.Error', causePath: '$.Cause' }));
}

function stopAndSee(scope: Construct, { cluster }: FailureStatesProps, failed: sfn.IChainable): sfn.Pass {
  const stillRunning = new sfn.Pass(scope, 'Warn of task', {
    comment: 'Whoever reads the failure has to stop the task',
    parameters: {
      'Error.$': '$.failure.Error',
      'Cause.$':
        "States.Format('{}; its task may still run: stop it in ECS before anything else', $.failure.Cause)",
    },
    resultPath: '$.failure',
  });
  stillRunning.next(failed);
  const stop = awsCall(scope, 'Stop job', {
    service: 'ecs',
    action: 'stopTask',
    parameters: {
      Cluster: cluster.clusterArn,
      'Task.$': '$.task.arn',
      Reason: 'its release waits no longer',
    },
  });
  const wait = new sfn.Wait(scope, 'Wait for end', {
    time: sfn.WaitTime.duration(Duration.seconds(SECONDS_BETWEEN_LOOKS)),
  });
  const look = awsCall(scope, 'Look at end', {
    service: 'ecs',
    action: 'describeTasks',
    parameters: { Cluster: cluster.clusterArn, 'Tasks.$': 'States.Array($.task.arn)' },
    resultPath: '$.look',
  });
  const count = new sfn.Pass(scope, 'Count looks', {
    parameters: { 'looks.$': 'States.MathAdd($.stopping.looks, 1)' },
    resultPath: '$.stopping',
  });
  const stopped = new sfn.Choice(scope, 'Stopped?')
    .when(hasStopped(), failed)
    .when(sfn.Condition.numberGreaterThanEquals('$.stopping.looks', LOOKS_AT_END), stillRunning)
    .otherwise(count.next(wait));
  stop.addCatch(stillRunning, { resultPath: '$.stopFailure' });
  look.addCatch(stillRunning, { resultPath: '$.stopFailure' });
  const begin = new sfn.Pass(scope, 'Begin to stop', {
    result: sfn.Result.fromObject({ looks: 0 }),
    resultPath: '$.stopping',
  });
  begin.next(stop).next(wait).next(look).next(stopped);
  return begin;
}

function findAndStop(
  scope: Construct,
  { cluster, logStreams }: FailureStatesProps,
  { failed, stopJob }: Pick<FailureStates, 'failed' | 'stopJob'>,
): sfn.IChainable {
  const find = awsCall(scope, 'Find job', {
    service: 'ecs',
    action: 'listTasks',
    parameters: { Cluster: cluster.clusterArn, 'StartedBy.$': EXECUTION_NAME },
    resultPath: '$.found',
  });
  find.addCatch(stopJob, { resultPath: '$.findFailure' });
  const found = new sfn.Choice(scope, 'Found?')
    .when(
      sfn.Condition.isPresent('$.found.TaskArns[0]'),
      noteTask(scope, 'Note found job', { arn: '$.found.TaskArns[0]', logStreams }).next(stopJob),
    )
    .otherwise(failed);
  return find.next(found);
}
