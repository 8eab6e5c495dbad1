import type { aws_iam as iam, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Phase } from './drill-data.ts';

/** Where the states of a drill go on. */
export interface Continued {
  readonly afterwards: sfn.IChainable;
  readonly failed: sfn.IChainable;
}

/** How a drill comes by its database: what the tiers differ in, as far as its state machine has to do with it. */
export interface DrillSource {
  /** From the moment that was found until the task can be started. */
  restored(scope: Construct, continued: Continued): sfn.IChainable;
  /** What begins with the task. */
  readonly phaseOfTask: Phase;
  /** What is known only then, by container, as RunTask takes it. */
  readonly overrides: readonly Readonly<Record<string, unknown>>[];
  /** Removes what was made beside the task, where the function that clears does not run. */
  removed(scope: Construct, afterwards: sfn.IChainable): sfn.IChainable;
  /** What may be left then, as an intrinsic function that makes a list of it. */
  readonly unseen: string;
  /** Lets the state machine do all that. */
  allow(role: iam.Role): void;
}

/** Tells a container of the task something that is known only when it starts. */
export function override(
  container: string,
  variable: string,
  path: string,
): Readonly<Record<string, unknown>> {
  return { Name: container, Environment: [{ Name: variable, 'Value.$': path }] };
}
