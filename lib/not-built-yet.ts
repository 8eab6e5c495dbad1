import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';

// What an operator would take for granted and is not built yet is said at every synthesis, so that nobody trusts books
// to a protection that is only planned. Each warning has an entry in the CHANGELOG and goes with it.

/** Warns where a recovery Region is named, to which nothing is copied yet. */
export function warnOfMissingCopies(stack: Stack, { region, recoveryRegion }: Environment): void {
  if (recoveryRegion === undefined) return;
  Annotations.of(stack).addWarningV2(
    'odoo-aws:recovery-region-without-copies',
    `recoveryRegion is ${recoveryRegion}, but nothing is copied there yet: the loss of ${region} is not survived`,
  );
}
