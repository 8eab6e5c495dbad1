import { expect, it } from 'vitest';
import { formatProblems } from '../../../config/format-problems.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { addRecoveredEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, production } from '../../support/environments.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';

/** Policy findings of an environment that is brought back, and acknowledgments without one. */
function checked(users: number) {
  const environment = environmentOf(users, production);
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

it.each([10, 40, 150])(
  'an environment of %i users that is brought back has no open finding, and acknowledges none that is not there',
  (users) => {
    expect(checked(users)).toEqual({ open: [], idle: [] });
  },
);
