import { Duration, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** What a drill does, in its order. The one that was begun last is the one that failed. */
export type Phase = 'clear' | 'find' | 'restore' | 'validate' | 'serve' | 'teardown';

/**
 * What goes from state to state of a drill:
 *
 * | field | content |
 * |---|---|
 * | `execution` | ARN of the execution |
 * | `begun` | when it was begun (ISO 8601) |
 * | `cancelled` | ARN of the execution that was cancelled, and after which this one only clears; empty in a drill |
 * | `times` | `begun` of each phase (ISO 8601) |
 * | `drill` | `id`, `instance` (identifier of the database), `deadline`; of the function that takes the lock |
 * | `point` | what the database is restored from, and as of when |
 * | `database` | the restored database as RDS describes it |
 * | `validation` | what the functions of a restore test found |
 * | `task` | ARN of the task that runs Odoo |
 * | `checks` | what was found of the running Odoo |
 * | `cleared` | `removed` and `left`: what was made by a drill, and is gone or not |
 * | `failure` | `Error` and `Cause`, once something went wrong |
 */
const EMPTY = {
  times: {},
  drill: {},
  point: {},
  database: [],
  validation: {},
  task: {},
  checks: {},
  cleared: { removed: [], left: [] },
  failure: {},
};

/** @param cancelled - path to the ARN of a cancelled execution. */
export function begin(scope: Construct, id: string, cancelled?: string): sfn.Pass {
  return new sfn.Pass(scope, id, {
    parameters: {
      ...EMPTY,
      'execution.$': '$$.Execution.Id',
      'begun.$': '$$.State.EnteredTime',
      ...(cancelled === undefined ? { cancelled: '' } : { 'cancelled.$': cancelled }),
    },
  });
}

/** Notes that a phase begins, and with that how long the one before it took. */
export function beginPhase(scope: Construct, phase: Phase): sfn.Pass {
  return new sfn.Pass(scope, `Begin to ${phase}`, {
    parameters: { 'begun.$': '$$.State.EnteredTime' },
    resultPath: `$.times.${phase}`,
  });
}

/** The moment in which the choice is made is not before the deadline. */
export function isLate(): sfn.Condition {
  return sfn.Condition.timestampGreaterThanEqualsJsonPath('$$.State.EnteredTime', '$.drill.deadline');
}

/** Says what went wrong, in the shape of an error that Step Functions catches. `cause` is an intrinsic function. */
export function failure(scope: Construct, id: string, error: string, cause: string): sfn.Pass {
  return new sfn.Pass(scope, id, { parameters: { Error: error, 'Cause.$': cause }, resultPath: '$.failure' });
}

export function wait(scope: Construct, id: string, seconds: number): sfn.Wait {
  return new sfn.Wait(scope, id, { time: sfn.WaitTime.duration(Duration.seconds(seconds)) });
}

/** An invocation ends by itself before this. */
const INVOCATION = Duration.minutes(16);

export interface Invocation {
  readonly function: lambda.IFunction;
  /**
   * @default - everything there is
   */
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly resultPath: string;
  /**
   * Errors that a repetition does not mend.
   *
   * @default - none
   */
  readonly final?: readonly string[];
}

/** An invocation of a function that may be made twice, repeated whatever its error. */
export function invoke(scope: Construct, id: string, invocation: Invocation): sfn.CustomState {
  const { payload, resultPath, final = [] } = invocation;
  const state = new sfn.CustomState(scope, id, {
    stateJson: {
      Type: 'Task',
      Resource: invocation.function.functionArn,
      ...(payload && { Parameters: payload }),
      ResultPath: resultPath,
      TimeoutSeconds: INVOCATION.toSeconds(),
    },
  });
  if (final.length > 0) state.addRetry({ errors: [...final], maxAttempts: 0 });
  return state.addRetry({
    errors: [sfn.Errors.ALL],
    interval: Duration.seconds(10),
    backoffRate: 2,
    maxAttempts: 4,
  });
}
