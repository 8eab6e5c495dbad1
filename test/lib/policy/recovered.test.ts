import { expect, it } from 'vitest';
import type { FilestoreKind } from '../../../config/environment.ts';
import { formatProblems } from '../../../config/format-problems.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { addRecoveredEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';

/** Policy findings of an environment that is brought back, and acknowledgments without one. */
function checked(users: number, filestore: FilestoreKind) {
  const storage = { ...environmentOf(users).storage, filestore };
  const environment = environmentOf(users, { ...production, storage });
  const plan = sizeEnvironment(environment);
  if (!plan.ok) throw new Error(formatProblems(plan.problems));
  const app = testApp();
  addRecoveredEnvironment(app, { environment, plan: plan.value }, 'latest');
  const findings = findingsOf(app);
  return {
    open: findings.filter(({ acknowledged }) => acknowledged === undefined),
    idle: idleAcknowledgments(app, findings),
  };
}

it.each([
  [10, 's3-files'],
  [40, 's3-files'],
  [40, 'efs'],
  [150, 's3-files'],
] as const)(
  'an environment of %i users and %s that is brought back has no open finding, and acknowledges none that is not there',
  (users, filestore) => {
    expect(checked(users, filestore)).toEqual({ open: [], idle: [] });
  },
);
