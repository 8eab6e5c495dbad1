import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { beginPhase, failure, invoke, isLate, wait } from './drill-data.ts';
import type { Continued, DrillSource } from './drill-source.ts';
import type { DrillSteps } from './drill-steps.ts';

const SECONDS_BETWEEN_LOOKS = 20;

export interface OdooStatesProps extends Continued {
  readonly functions: DrillSteps;
  readonly source: DrillSource;
  readonly clusterArn: string;
  /** The task to run, as RunTask takes it: definition, network and so on. */
  readonly runTask: Readonly<Record<string, unknown>>;
}

/**
 * Runs the one task that makes the copy harmless, starts Odoo on it and looks at that from inside. It ends by itself, and its
 * log says what was found.
 */
export function odooStates(scope: Construct, props: OdooStatesProps): sfn.IChainable {
  const { source, clusterArn, runTask, failed } = props;
  const start = awsCall(scope, 'Start Odoo', {
    service: 'ecs',
    action: 'runTask',
    parameters: {
      Cluster: clusterArn,
      ...runTask,
      'ClientToken.$': '$.drill.id',
      'StartedBy.$': '$.drill.id',
      Overrides: { ContainerOverrides: source.overrides },
    },
    resultPath: '$.started',
  });
  start.addCatch(failed, { resultPath: '$.failure' });
  return beginPhase(scope, source.phaseOfTask).next(start).next(taskStarted(scope, props));
}

/** ECS also answers that it has started nothing, above all for want of capacity. */
function taskStarted(scope: Construct, props: OdooStatesProps): sfn.Choice {
  const { clusterArn, failed } = props;
  const arn = '$.started.Tasks[0].TaskArn';
  const none = failure(
    scope,
    'Odoo not started',
    'TaskNotStarted',
    "States.Format('ECS started no task: {}', States.JsonToString($.started))",
  );
  none.next(failed);
  const note = new sfn.Pass(scope, 'Note task', { parameters: { 'arn.$': arn }, resultPath: '$.task' });
  const look = awsCall(scope, 'Look at Odoo', {
    service: 'ecs',
    action: 'describeTasks',
    parameters: { Cluster: clusterArn, 'Tasks.$': 'States.Array($.task.arn)' },
    resultPath: '$.look',
  });
  look.addCatch(failed, { resultPath: '$.failure' });
  note.next(look).next(odooEnded(scope, props, look));
  return new sfn.Choice(scope, 'Odoo started?').when(sfn.Condition.isPresent(arn), note).otherwise(none);
}

function odooEnded(
  scope: Construct,
  { functions, afterwards, failed }: OdooStatesProps,
  look: sfn.INextable & sfn.IChainable,
): sfn.Choice {
  const status = '$.look.Tasks[0].LastStatus';
  const late = failure(
    scope,
    'Odoo too late',
    'TooLate',
    "States.Format('Odoo was not looked at by {}', $.drill.deadline)",
  );
  late.next(failed);
  const read = invoke(scope, 'Read checks', {
    function: functions.readChecks,
    payload: { 'task.$': '$.look.Tasks[0]' },
    resultPath: '$.checks',
  });
  read.addCatch(failed, { resultPath: '$.failure' });
  read.next(afterwards);
  const again = wait(scope, 'Wait for Odoo', SECONDS_BETWEEN_LOOKS);
  again.next(look);
  return (
    new sfn.Choice(scope, 'Odoo ended?')
      // For a moment after its start ECS may not know the task.
      .when(
        sfn.Condition.and(sfn.Condition.isPresent(status), sfn.Condition.stringEquals(status, 'STOPPED')),
        read,
      )
      .when(isLate(), late)
      .otherwise(again)
  );
}
