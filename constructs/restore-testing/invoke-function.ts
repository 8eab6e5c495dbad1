import { Duration, type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** An invocation ends by itself long before this. */
const INVOCATION = Duration.minutes(16);

/** Runs a function, again after whatever error: it must be one that may run twice. */
export function invoke(
  scope: Construct,
  id: string,
  { functionArn }: lambda.IFunction,
  {
    payload,
    resultPath,
  }: { readonly payload: Readonly<Record<string, unknown>>; readonly resultPath: string },
): sfn.CustomState {
  const state = new sfn.CustomState(scope, id, {
    stateJson: {
      Type: 'Task',
      Resource: functionArn,
      Parameters: payload,
      ResultPath: resultPath,
      TimeoutSeconds: INVOCATION.toSeconds(),
    },
  });
  return state.addRetry({
    errors: [sfn.Errors.ALL],
    interval: Duration.seconds(30),
    backoffRate: 2,
    maxAttempts: 3,
  });
}
