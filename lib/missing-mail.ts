import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';

/**
 * Warns where Odoo cannot send mail: users are invited and passwords reset by e-mail, and who never notices that none
 * arrives finds out from a customer.
 */
export function warnOfMissingMail(stack: Stack, { mail }: Environment): void {
  if (mail !== undefined) return;
  Annotations.of(stack).addWarningV2(
    'odoo-aws:no-outgoing-mail',
    "Odoo sends no mail, because the environment has no field mail: add mail: { from: 'odoo@example.com' } with your own domain, or a relay",
  );
}
