import { type aws_lambda as lambda, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { awsCall } from '../shared/aws-call.ts';
import { waitingStates } from './waiting-states.ts';

export interface MountStatesProps {
  /** To which file systems are mounted. */
  readonly mountedTo: lambda.IFunction;
  /** What is mounted from now on, instead of whatever was, as Lambda takes it. */
  readonly fileSystems: readonly Readonly<Record<string, string>>[];
  readonly next: sfn.IChainable;
  /** Where it goes if that fails; the error is at `errorPath`. */
  readonly failed: sfn.IChainable;
  readonly errorPath: string;
}

/**
 * Changes what is mounted to a function, and waits until Lambda has done it; returns the first state.
 *
 * @param id - names the states, for example `Mount`.
 */
export function mountStates(scope: Construct, id: string, props: MountStatesProps): sfn.IChainable {
  const { next, failed, errorPath } = props;
  const FunctionName = props.mountedTo.functionArn;
  const change = awsCall(scope, id, {
    service: 'lambda',
    action: 'updateFunctionConfiguration',
    parameters: { FunctionName, FileSystemConfigs: props.fileSystems },
    // While a deployment changes the function.
    patientWith: 'Lambda.ResourceConflictException',
  });
  const look = awsCall(scope, `Look at ${id.toLowerCase()}ed function`, {
    service: 'lambda',
    action: 'getFunctionConfiguration',
    parameters: { FunctionName },
    resultPath: '$.function',
  });
  for (const state of [change, look]) state.addCatch(failed, { resultPath: errorPath });
  const waiting = waitingStates(scope, `${id.toLowerCase()}ed function`, {
    look,
    come: sfn.Condition.stringEquals('$.function.LastUpdateStatus', 'Successful'),
    next,
    late: failed,
    latePath: errorPath,
  });
  return change.next(waiting);
}
