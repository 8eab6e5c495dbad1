import { Annotations, type Stack } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';

/**
 * Says at every synthesis what an operator would take for granted and is not built yet, so that nobody trusts books to a
 * protection that is only planned. Each has an entry in the CHANGELOG.
 */
export function warnOfWhatIsNotBuiltYet(stack: Stack, { environment, plan }: PlannedEnvironment): void {
  const { recoveryRegion } = environment;
  if (recoveryRegion !== undefined) {
    Annotations.of(stack).addWarningV2(
      'odoo-aws:recovery-region-without-copies',
      `recoveryRegion is ${recoveryRegion}, but nothing is copied there yet: the loss of ${environment.region} is not survived`,
    );
  }
  if (plan.tier === 'small') {
    Annotations.of(stack).addWarningV2(
      'odoo-aws:server-without-backups',
      'the single server is not backed up yet: its data volume survives the server but not its own loss; take snapshots of it, for example by AWS Backup',
    );
  }
}
