import { Annotations, type Stack } from 'aws-cdk-lib';
import type { PlannedEnvironment } from '../config/load.ts';

/** Warns in production where more would be lost than the environment allows: in a test system nobody is promised anything. */
export function warnOfMissedObjective(stack: Stack, { environment, plan }: PlannedEnvironment): void {
  const missed = plan.losses.filter(({ withinObjective }) => !withinObjective).map(({ after }) => after);
  if (!environment.production || missed.length === 0) return;
  Annotations.of(stack).addWarningV2(
    'odoo-aws:recovery-point-objective-missed',
    `objectives.rpoHours is ${plan.rpoHours}, but more would be lost after ${missed.join(', and after ')}: npm run plan -- --env ${environment.name} says what and why`,
  );
}
