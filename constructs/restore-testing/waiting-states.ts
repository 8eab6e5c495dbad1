import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const INTERVAL = Duration.seconds(10);

/** Looks until it took too long: ten minutes, for what takes one or two. */
const LOOKS = 60;

export interface WaitingProps {
  /** Asks AWS how it stands. */
  readonly look: sfn.CustomState;
  /** Whether it has come, by what `look` was answered. */
  readonly come: sfn.Condition;
  readonly next: sfn.IChainable;
  /**
   * What is done after each look that finds it has not come.
   *
   * @default - nothing but to wait
   */
  readonly meanwhile?: (wait: sfn.IChainable) => sfn.IChainable;
  /** Where it goes if it does not come; why is at `latePath`, in the form of an error. */
  readonly late: sfn.IChainable;
  readonly latePath: string;
}

/**
 * Waits for something that AWS does in its own time; returns the first state. A limit of the whole machine would end it
 * without a verdict, so each wait has its own.
 *
 * @param what - names the states, for example `mount target`.
 */
export function waitingStates(scope: Construct, what: string, props: WaitingProps): sfn.IChainable {
  const { look, come, next, meanwhile, late, latePath } = props;
  const begin = new sfn.Pass(scope, `Begin to wait for ${what}`, {
    result: sfn.Result.fromObject({ looks: 0 }),
    resultPath: '$.waited',
  });
  const wait = new sfn.Wait(scope, `Wait for ${what}`, { time: sfn.WaitTime.duration(INTERVAL) });
  const count = new sfn.Pass(scope, `Count looks for ${what}`, {
    parameters: { 'looks.$': 'States.MathAdd($.waited.looks, 1)' },
    resultPath: '$.waited',
  });
  const tooLate = new sfn.Pass(scope, `No ${what}`, {
    result: sfn.Result.fromObject({ Cause: `${what}: not seen in ${LOOKS} looks` }),
    resultPath: latePath,
  });
  const done = new sfn.Choice(scope, `${what}?`)
    .when(come, next)
    .when(sfn.Condition.numberGreaterThanEquals('$.waited.looks', LOOKS), tooLate.next(late))
    .otherwise(meanwhile?.(wait) ?? wait);
  wait.next(count).next(look);
  look.next(done);
  return begin.next(look);
}
