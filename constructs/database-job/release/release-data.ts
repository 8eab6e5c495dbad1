import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * What goes from state to state of a release:
 *
 * | field | content |
 * |---|---|
 * | `request` | the job's request as text, as it stands in its environment |
 * | `deadline` | ISO 8601 in UTC; a job that runs then is stopped |
 * | `snapshot` | identifier of the snapshot that was taken for this release, empty before |
 * | `task` | `arn` and `logStream` of the job's latest task, empty before |
 * | `failure` | `Error` and `Cause`, once something went wrong |
 * | others | answers of AWS, read by the next state or two |
 */
export const EXECUTION_NAME = '$$.Execution.Name';

/** The moment in which the choice is made is not before the deadline. */
export function isLate(): sfn.Condition {
  return sfn.Condition.timestampGreaterThanEqualsJsonPath('$$.State.EnteredTime', '$.deadline');
}

/** A field is there and has a value. A choice that compares a field which is not there fails the execution. */
export function equals(path: string, value: string | number): sfn.Condition {
  const same =
    typeof value === 'string'
      ? sfn.Condition.stringEquals(path, value)
      : sfn.Condition.numberEquals(path, value);
  return sfn.Condition.and(sfn.Condition.isPresent(path), same);
}

/** ECS knows the task and says that it has stopped. For a moment after its start ECS may not know it. */
export function hasStopped(): sfn.Condition {
  return equals('$.look.Tasks[0].LastStatus', 'STOPPED');
}

/** Remembers a task and where it logs. An ARN of a task is `arn:…:task/CLUSTER/ID`. */
export function noteTask(
  scope: Construct,
  id: string,
  { arn, logStreams }: { readonly arn: string; readonly logStreams: string },
): sfn.Pass {
  return new sfn.Pass(scope, id, {
    parameters: {
      'arn.$': arn,
      'logStream.$': `States.Format('${logStreams}{}', States.ArrayGetItem(States.StringSplit(${arn}, '/'), 2))`,
    },
    resultPath: '$.task',
  });
}

/**
 * Says what went wrong, in the shape of an error that Step Functions catches.
 *
 * @param cause - text, or an intrinsic function that makes one
 */
export function failure(scope: Construct, id: string, error: string, cause: string): sfn.Pass {
  const key = cause.startsWith('States.') ? 'Cause.$' : 'Cause';
  return new sfn.Pass(scope, id, {
    parameters: { Error: error, [key]: cause },
    resultPath: '$.failure',
  });
}
