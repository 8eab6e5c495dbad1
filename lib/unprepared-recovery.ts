import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';
import { recoveryGaps } from '../config/rules/recovery-site.ts';

/**
 * Warns while something has to be made in the recovery Region before anything can be brought back there. Not an error: the
 * copies are worth having without it, and who may not deploy would sooner take `recoveryRegion` away than wait for a record
 * in somebody else's DNS.
 */
export function warnOfUnpreparedRecovery(stack: Stack, environment: Environment): void {
  for (const { path, message, fix } of recoveryGaps(environment, stack.region)) {
    Annotations.of(stack).addWarningV2(
      `odoo-aws:unprepared-recovery:${path}`,
      `${path} ${message}. To do: ${fix}`,
    );
  }
}
