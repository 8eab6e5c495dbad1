import { Annotations, type Stack } from 'aws-cdk-lib';
import type { Environment } from '../config/environment.ts';

/** Warns where a canary is asked for that nobody would let in: it comes from addresses of AWS, another one each time. */
export function warnOfMissingCanary(stack: Stack, { monitoring, allowedCidrs }: Environment): void {
  if (monitoring.canaryMinutes === 0) return;
  Annotations.of(stack).addWarningV2(
    'odoo-aws:no-canary',
    `nobody looks at Odoo from outside: a canary comes from any address of AWS, and only ${allowedCidrs.join(', ')} may connect. Write monitoring: { canaryMinutes: 0 } if that is meant`,
  );
}
