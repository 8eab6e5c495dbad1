import type { aws_lambda as lambda } from 'aws-cdk-lib';

/** The functions that a drill consists of. */
export interface DrillFunctions {
  readonly lock: lambda.IFunction;
  readonly find: lambda.IFunction;
  readonly clear: lambda.IFunction;
  readonly validate: lambda.IFunction;
  readonly readChecks: lambda.IFunction;
  readonly report: lambda.IFunction;
}
