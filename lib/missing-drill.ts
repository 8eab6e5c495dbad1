import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Problem } from '../config/problem.ts';

/** Warns where the copies are never tried by themselves: what a recovery would take is then a sum of assumptions. */
export function warnOfMissingDrill(stack: Stack, { path, value, message, fix }: Problem): void {
  Annotations.of(stack).addWarningV2(
    `odoo-aws:no-recovery-drill:${path}`,
    `${path} is ${String(value)}, which ${message}. To do: ${fix}`,
  );
}
