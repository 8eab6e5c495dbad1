import { Validations } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { environmentOf } from '../../support/environments.ts';
import { sesMail } from '../../support/mail.ts';
import { findingsOf, idleAcknowledgments } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';
import { sizeEnvironment } from '../../../config/sizing/size.ts';
import { formatProblems } from '../../../config/format-problems.ts';
import { addEnvironments } from '../../../lib/odoo-app.ts';
import type { Environment } from '../../../config/environment.ts';

const PRODUCTION = { production: true, availability: 'multi-az', recoveryRegion: 'eu-west-1' } as const;

const ENVIRONMENTS: Readonly<Record<string, Environment>> = {
  small: environmentOf(10),
  'small with a golden image': environmentOf(10, { server: { zone: 1, goldenImage: '2026-11' } }),
  medium: environmentOf(40),
  'medium whose backups are locked and copied to another account': environmentOf(40, {
    backup: {
      vaultLock: { mode: 'compliance', minDays: 1, maxDays: 3650, graceDays: 7 },
      objectLockDays: 7,
      secondAccountVaultArn: 'arn:aws:backup:eu-central-1:210987654321:backup-vault:odoo',
    },
  }),
  large: environmentOf(150),
  'large in production, closed to the world': environmentOf(150, {
    ...PRODUCTION,
    allowedCidrs: ['192.0.2.0/24'],
    mail: { ...sesMail, accessKeys: [1, 2] },
  }),
};

/** Rules that cannot judge a resource because what they look at is known on deployment only, looked at one by one. */
const NOT_EVALUATED: readonly string[] = [];

describe.each(Object.entries(ENVIRONMENTS))('policy findings of %s', (_name, environment) => {
  const plan = sizeEnvironment(environment);
  if (!plan.ok) throw new Error(formatProblems(plan.problems));
  const app = testApp();
  addEnvironments(app, [{ environment, plan: plan.value }]);
  const findings = findingsOf(app);

  it('are all acknowledged', () => {
    expect(findings.filter((finding) => finding.acknowledged === undefined)).toEqual([]);
  });

  it('are acknowledged for a reason that says something', () => {
    for (const { acknowledged } of findings) expect(acknowledged?.length).toBeGreaterThanOrEqual(40);
  });

  it('are each acknowledged for a reason of their own', () => {
    const reasons = new Map<string, Set<string>>();
    for (const owner of app.node.findAll()) {
      for (const entry of owner.node.metadata) {
        if (entry.type !== Validations.ACKNOWLEDGED_RULES_METADATA_KEY) continue;
        for (const reason of Object.values<string>(entry.data)) {
          // The same network in the recovery Region has the same reasons.
          const path = owner.node.path.replace('-Recovery-Network/', '-Network/');
          reasons.set(reason, (reasons.get(reason) ?? new Set()).add(path));
        }
      }
    }
    const copied = [...reasons].filter(([, owners]) => owners.size > 1);
    expect(copied).toEqual([]);
  });

  it('leave no acknowledgment idle', () => {
    expect(idleAcknowledgments(app, findings)).toEqual([]);
  });

  it('were all evaluated, but for those that were looked at', () => {
    const unevaluated = findings
      .filter((finding) => !finding.evaluated)
      .map(({ id, path }) => `${id} at ${path}`);
    expect(unevaluated.filter((finding) => !NOT_EVALUATED.includes(finding))).toEqual([]);
  });
});
