import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { beginPhase, failure, invoke, isLate, wait } from './drill-data.ts';
import type { DrillSource } from './drill-source.ts';
import type { DrillSteps } from './drill-steps.ts';

/** What was asked for a moment before may not be seen yet; and RDS takes minutes to delete an instance. */
const SECONDS_BEFORE_LOOK = 30;

/** An hour. What is left then is in the report, and another execution is begun within the hour that clears it. */
const MOST_LOOKS = 120;

export interface EndingStatesProps {
  readonly functions: DrillSteps;
  readonly source: DrillSource;
  readonly clusterArn: string;
}

export interface EndingStates {
  /** Whatever was made is removed and seen to be gone, then comes the report. */
  readonly tearDown: sfn.IChainable;
  /** There is nothing to tear down. */
  readonly report: sfn.IChainable;
}

/** How a drill ends, in every case. Before any of these states `$.failure` says why, if something went wrong. */
export function endingStates(scope: Construct, props: EndingStatesProps): EndingStates {
  const report = reportStates(scope, props);
  return { tearDown: tearDownStates(scope, props, report), report };
}

/** Whether what a look at the drills' resources asked to be removed is gone. */
export function isCleared(
  scope: Construct,
  id: string,
  next: { readonly cleared: sfn.IChainable; readonly again: sfn.IChainable; readonly late: sfn.IChainable },
): sfn.Choice {
  const late = failure(
    scope,
    `${id} Too late`,
    'LeftBehind',
    "States.Format('still there: {}', States.JsonToString($.cleared.left))",
  );
  late.next(next.late);
  return new sfn.Choice(scope, id)
    .when(sfn.Condition.not(sfn.Condition.isPresent('$.cleared.left[0]')), next.cleared)
    .when(isLate(), late)
    .otherwise(next.again);
}

function tearDownStates(scope: Construct, props: EndingStatesProps, report: sfn.IChainable): sfn.IChainable {
  const look = invoke(scope, 'Tear down', {
    function: props.functions.clear,
    payload: { whose: 'own', 'drill.$': '$.drill', 'cleared.$': '$.cleared' },
    resultPath: '$.cleared',
  });
  look.addCatch(removeDirectly(scope, props, report), { resultPath: '$.tearDownFailure' });
  const again = wait(scope, 'Wait for end', SECONDS_BEFORE_LOOK);
  const count = new sfn.Pass(scope, 'Count looks', {
    parameters: { 'looks.$': 'States.MathAdd($.ending.looks, 1)' },
    resultPath: '$.ending',
  });
  const gone = new sfn.Choice(scope, 'Nothing left?')
    .when(sfn.Condition.not(sfn.Condition.isPresent('$.cleared.left[0]')), report)
    .when(sfn.Condition.numberGreaterThanEquals('$.ending.looks', MOST_LOOKS), report)
    .otherwise(count.next(again));
  const begin = new sfn.Pass(scope, 'Count from zero', {
    result: sfn.Result.fromObject({ looks: 0 }),
    resultPath: '$.ending',
  });
  again.next(look).next(gone);
  return beginPhase(scope, 'teardown').next(begin).next(again);
}

/**
 * Without the function: a drill that costs the price of a production database each hour is stopped by whatever way there is. Nobody
 * sees here that it is gone, and the report says so.
 */
function removeDirectly(
  scope: Construct,
  { clusterArn, source }: EndingStatesProps,
  report: sfn.IChainable,
): sfn.IChainable {
  const unseen = new sfn.Pass(scope, 'Note what was not seen', {
    parameters: {
      'removed.$': '$.cleared.removed',
      'left.$': source.unseen,
    },
    resultPath: '$.cleared',
  });
  unseen.next(report);
  const remove = source.removed(scope, unseen);
  const stop = awsCall(scope, 'Stop Odoo', {
    service: 'ecs',
    action: 'stopTask',
    parameters: { Cluster: clusterArn, 'Task.$': '$.tasks.TaskArns[0]', Reason: 'its drill is over' },
  });
  stop.addCatch(remove, { resultPath: '$.stopFailure' });
  stop.next(remove);
  const find = awsCall(scope, 'Find Odoo', {
    service: 'ecs',
    action: 'listTasks',
    parameters: { Cluster: clusterArn, 'StartedBy.$': '$.drill.id' },
    resultPath: '$.tasks',
  });
  find.addCatch(remove, { resultPath: '$.findFailure' });
  const found = new sfn.Choice(scope, 'Odoo runs?')
    .when(sfn.Condition.isPresent('$.tasks.TaskArns[0]'), stop)
    .otherwise(remove);
  return find.next(found);
}

function reportStates(scope: Construct, { functions }: EndingStatesProps): sfn.IChainable {
  const report = invoke(scope, 'Report', { function: functions.report, resultPath: '$.verdict' });
  const unreported = new sfn.Pass(scope, 'Note missing report', {
    comment: 'Without a report nothing is proven, whatever was found',
    parameters: {
      status: 'FAILED',
      'message.$': "States.Format('the report could not be written: {}', $.reportFailure.Error)",
    },
    resultPath: '$.verdict',
  });
  const judge = new sfn.Choice(scope, 'Proven?')
    .when(sfn.Condition.stringEquals('$.verdict.status', 'SUCCESSFUL'), new sfn.Succeed(scope, 'Recovered'))
    .otherwise(
      new sfn.Fail(scope, 'Not recovered', { error: 'DrillFailed', causePath: '$.verdict.message' }),
    );
  report.addCatch(unreported.next(judge), { resultPath: '$.reportFailure' });
  report.next(judge);
  return report;
}
