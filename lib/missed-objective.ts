import { Annotations, type Stack } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';
import { missedObjectives } from '../config/sizing/missed-objectives.ts';

/**
 * Warns in production where more would be lost than the environment allows, or where it would be away for longer: in a test
 * system nobody is promised anything.
 */
export function warnOfMissedObjective(stack: Stack, { environment, plan }: PlannedEnvironment): void {
  if (!environment.production) return;
  const { recoveryPoint, recoveryTime } = missedObjectives(plan);
  const explained = `npm run plan -- --env ${environment.name} says what and why`;
  if (recoveryPoint.length > 0) {
    Annotations.of(stack).addWarningV2(
      'odoo-aws:recovery-point-objective-missed',
      `objectives.rpoHours is ${plan.rpoHours}, but more would be lost after ${recoveryPoint.join(', and after ')}: ${explained}`,
    );
  }
  // What is lost for good does not come back late.
  const late = recoveryTime.filter((after) => !recoveryPoint.includes(after));
  if (late.length > 0) {
    Annotations.of(stack).addWarningV2(
      'odoo-aws:recovery-time-objective-missed',
      `objectives.rtoHours is ${plan.rtoHours}, but it is expected to take longer after ${late.join(', and after ')}: ${explained}`,
    );
  }
}
