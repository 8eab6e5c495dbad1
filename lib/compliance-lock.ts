import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';

/** Warns of what cannot be undone by anybody: at every synthesis, so that it is read before the days to think again are over. */
export function warnOfComplianceLock(stack: Stack, { backup: { vaultLock } }: Environment): void {
  if (vaultLock.mode !== 'compliance') return;
  Annotations.of(stack).addWarningV2(
    'odoo-aws:irrevocable-vault-lock',
    `the lock of the vault is irrevocable ${vaultLock.graceDays} days after the deployment that sets it: from then on nobody, the root user and AWS included, can delete the vault or a recovery point in it before its time, keep a new one for less than ${vaultLock.minDays} or more than ${vaultLock.maxDays} days, or change or remove the lock; until then write backup.vaultLock.mode: 'governance' and deploy to take it back`,
  );
}
