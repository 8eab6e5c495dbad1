import type { aws_lambda as lambda } from 'aws-cdk-lib';

/** The functions that the states of a drill invoke. */
export interface DrillSteps {
  /** Refuses the drill while another one runs. */
  readonly lock: lambda.IFunction;
  /** Finds what is restored. */
  readonly find: lambda.IFunction;
  /** Removes what was made. */
  readonly clear: lambda.IFunction;
  /** Reads what the task has found. */
  readonly readChecks: lambda.IFunction;
  readonly report: lambda.IFunction;
}
