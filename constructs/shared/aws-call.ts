import { Duration, Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export interface AwsCall {
  /** Service as Step Functions names its client, for example `ecs`. */
  readonly service: string;
  /** Action in lower camel case, for example `describeTasks`. */
  readonly action: string;
  /** What the call takes, in upper camel case; a key that ends in `.$` is a path or an intrinsic function. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /**
   * Where the answer goes.
   *
   * @default - nowhere; the data stay as they were
   */
  readonly resultPath?: string;
  /**
   * Errors that a repetition does not mend, besides those that {@link AwsCall.patientWith} names.
   *
   * @default - none
   */
  readonly final?: readonly string[];
  /**
   * An error that means "not now": repeated every half minute, for five minutes.
   *
   * @default - none
   */
  readonly patientWith?: string;
}

/**
 * A call of an AWS service, repeated whatever its error: it must be one that may be made twice. What a repetition
 * does not mend, a missing permission for example, shows two minutes later.
 *
 * Not the CDK's own `CallAwsService`, which would give the role each permission once more, without conditions; nor
 * Step Functions' own integration of ECS, which lists no client token among what it takes.
 */
export function awsCall(scope: Construct, id: string, call: AwsCall): sfn.CustomState {
  const { service, action, parameters, resultPath, final = [], patientWith } = call;
  const state = new sfn.CustomState(scope, id, {
    stateJson: {
      Type: 'Task',
      Resource: `arn:${Stack.of(scope).partition}:states:::aws-sdk:${service}:${action}`,
      Parameters: parameters,
      ResultPath: resultPath ?? null,
      // Otherwise three years.
      TimeoutSeconds: 60,
    },
  });
  if (final.length > 0) state.addRetry({ errors: [...final], maxAttempts: 0 });
  if (patientWith !== undefined) {
    state.addRetry({
      errors: [patientWith],
      interval: Duration.seconds(30),
      backoffRate: 1,
      maxAttempts: 10,
    });
  }
  return state.addRetry({
    errors: [sfn.Errors.ALL],
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxDelay: Duration.seconds(30),
    maxAttempts: 7,
    jitterStrategy: sfn.JitterType.FULL,
  });
}
