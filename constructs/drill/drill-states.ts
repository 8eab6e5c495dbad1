import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { begin, beginPhase, invoke, wait } from './drill-data.ts';
import type { Continued } from './drill-source.ts';
import type { DrillSteps } from './drill-steps.ts';
import { DRILL_RUNNING, FENCED, NO_POINT } from './drill.lambda/errors.mjs';
import { endingStates, isCleared } from './ending-states.ts';
import { odooStates, type OdooStatesProps } from './odoo-states.ts';

/** What a part is told by the whole is not among it. */
export type DrillStatesProps = Omit<OdooStatesProps, keyof Continued>;

/**
 * The states of a drill; returns the first. In short:
 *
 *     Take lock -> Clear leftovers, until there are none -> Find point -> Restore database -> Validate, until it is done,
 *       where the task does not do both -> Start Odoo, look until it ended -> Read checks -> Tear down, until nothing is left -> Report -> verdict
 *     while another drill runs, or the environment is fenced: refused
 *     after any other error: Tear down -> Report -> verdict
 *     after a cancelled execution: Take lock -> Clear leftovers -> Report -> verdict
 */
export function drillStates(scope: Construct, props: DrillStatesProps): sfn.IChainable {
  const { functions, source } = props;
  const { tearDown, report } = endingStates(scope, props);
  const odoo = odooStates(scope, { ...props, afterwards: tearDown, failed: tearDown });
  const restore = source.restored(scope, { afterwards: odoo, failed: tearDown });
  const find = invoke(scope, 'Find point', {
    function: functions.find,
    payload: {},
    resultPath: '$.point',
    final: [NO_POINT],
  });
  find.addCatch(tearDown, { resultPath: '$.failure' });
  const drill = beginPhase(scope, 'find').next(find).next(restore);
  const cleared = new sfn.Choice(scope, 'Only to clear?')
    .when(sfn.Condition.stringEquals('$.cancelled', ''), drill)
    .otherwise(report);
  const clear = clearLeftovers(scope, functions, { cleared, report });
  const lock = takeLock(scope, functions, { locked: clear, report });
  return new sfn.Choice(scope, 'Cancelled?')
    .when(
      sfn.Condition.isPresent('$.cancelled'),
      begin(scope, 'Begin after cancellation', '$.cancelled').next(lock),
    )
    .otherwise(begin(scope, 'Begin').next(lock));
}

/** Nothing is wrong, and nothing was tried: there is nothing to report. */
const REFUSALS = [DRILL_RUNNING, FENCED];

/** Nothing was made before there is a lock, so that nothing has to be torn down. */
function takeLock(
  scope: Construct,
  { lock }: DrillSteps,
  { locked, report }: { readonly locked: sfn.IChainable; readonly report: sfn.IChainable },
): sfn.CustomState {
  const take = invoke(scope, 'Take lock', {
    function: lock,
    payload: { 'execution.$': '$.execution', 'begun.$': '$.begun', 'cancelled.$': '$.cancelled' },
    resultPath: '$.drill',
    final: REFUSALS,
  });
  const refused = new sfn.Fail(scope, 'Refused', {
    errorPath: '$.failure.Error',
    causePath: '$.failure.Cause',
  });
  take.addCatch(refused, { errors: REFUSALS, resultPath: '$.failure' });
  take.addCatch(report, { resultPath: '$.failure' });
  take.next(locked);
  return take;
}

/** RDS takes minutes to delete an instance. */
const SECONDS_BETWEEN_LOOKS = 30;

/** What earlier drills left: a cancelled one, or one that AWS refused to tear down. Without a limit but that of the drill. */
function clearLeftovers(
  scope: Construct,
  { clear }: DrillSteps,
  { cleared, report }: { readonly cleared: sfn.IChainable; readonly report: sfn.IChainable },
): sfn.IChainable {
  const look = invoke(scope, 'Clear leftovers', {
    function: clear,
    payload: {
      whose: 'all',
      'execution.$': '$.execution',
      'drill.$': '$.drill',
      'cleared.$': '$.cleared',
    },
    resultPath: '$.cleared',
  });
  look.addCatch(report, { resultPath: '$.failure' });
  const again = wait(scope, 'Wait for leftovers', SECONDS_BETWEEN_LOOKS);
  again.next(look);
  return beginPhase(scope, 'clear')
    .next(look)
    .next(isCleared(scope, 'Leftovers gone?', { cleared, again, late: report }));
}
