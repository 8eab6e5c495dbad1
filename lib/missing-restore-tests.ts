import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';

/** Warns where AWS Backup cannot test restores: whoever reads of proven backups elsewhere would take them for granted. */
export function warnOfMissingRestoreTests(stack: Stack, { region }: Environment): void {
  Annotations.of(stack).addWarningV2(
    'odoo-aws:no-restore-tests',
    `AWS Backup does not test restores in ${region}: recovery points are made, and nothing proves that they can be restored; restore one by hand from time to time`,
  );
}
