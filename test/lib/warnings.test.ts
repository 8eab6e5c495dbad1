import { SynthesisMessageLevel } from 'aws-cdk-lib/cx-api';
import { describe, expect, it } from 'vitest';
import type { Environment, RelayMail } from '../../config/environment.ts';
import { addEnvironments } from '../../lib/odoo-app.ts';
import { environmentOf, planOf } from '../support/environments.ts';
import { testApp } from '../support/stack.ts';

function warningsOf(users: number, changes: Partial<Environment> = {}): string[] {
  const app = testApp();
  addEnvironments(app, [{ environment: environmentOf(users, changes), plan: planOf(users, changes) }]);
  // Once for all stacks: what the assertions library offers synthesizes the app anew for each.
  return app
    .synth()
    .stacks.flatMap(({ messages }) => messages)
    .filter(({ level }) => level === SynthesisMessageLevel.WARNING)
    .map(({ entry }) => JSON.stringify(entry.data));
}

const mail: RelayMail = {
  kind: 'relay',
  from: 'odoo@example.com',
  fromFilter: 'example.com',
  host: 'smtp.example.com',
  port: 587,
  encryption: 'starttls',
};

describe('a synthesis', () => {
  it.each([10, 40, 150])('warns once where Odoo cannot send mail: %i users', (users) => {
    expect(warningsOf(users)).toEqual([expect.stringContaining('Odoo sends no mail')]);
  });

  it('warns of a lock that will be irrevocable, with its numbers and the way back', () => {
    const vaultLock = { mode: 'compliance', minDays: 1, maxDays: 3650, graceDays: 5 } as const;
    const [warning, ...others] = warningsOf(40, { backup: { vaultLock }, mail });
    expect(others).toEqual([]);
    expect(warning).toMatch(/irrevocable 5 days after the deployment.*root user and AWS included/);
    expect(warning).toMatch(/less than 1 or more than 3650 days.*mode: 'governance'/);
    // The vault in the recovery Region has the same lock.
    expect(warningsOf(40, { backup: { vaultLock }, mail, recoveryRegion: 'eu-west-1' })).toHaveLength(2);
  });

  it.each([10, 40])(
    'warns in production that the loss of the Region would take everything: %i users',
    (users) => {
      const warnings = warningsOf(users, { production: true, mail });
      expect(warnings).toEqual([
        expect.stringMatching(
          /objectives\.rpoHours is 1, but more would be lost after the loss of the Region eu-central-1: npm run plan/,
        ),
      ]);
    },
  );

  it('warns in production that a recovery would take longer than it may, and not in a test system', () => {
    const late = { mail, recoveryRegion: 'eu-west-1', objectives: { rtoHours: 1, rpoHours: 1 } };
    expect(warningsOf(40, { ...late, production: true })).toContainEqual(
      expect.stringMatching(
        /objectives\.rtoHours is 1, but it is expected to take longer after the loss of the Region eu-central-1: npm run plan/,
      ),
    );
    expect(warningsOf(40, late)).toEqual([]);
  });

  it('warns of what has to be made in the recovery Region first, each with how', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:123456789012:certificate/a';
    const credentialsArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay-AbCdEf';
    const rooted: Partial<Environment> = {
      domain: { name: 'erp.example.com', certificateArn },
      mail: { ...mail, credentialsArn },
    };
    expect(warningsOf(40, { ...rooted, recoveryRegion: 'eu-west-1' })).toEqual([
      expect.stringMatching(/test\.recovery\.certificateArn is missing.*To do: request one: .*eu-west-1/),
      expect.stringMatching(
        /test\.recovery\.relayCredentialsArn is missing.*To do: replicate it: .*eu-west-1/,
      ),
    ]);
    expect(warningsOf(40, rooted)).toEqual([]);
  });

  it('warns where a canary is asked for that nobody would let in, and where none is not', () => {
    const { monitoring } = environmentOf(10);
    const asked: Partial<Environment> = { mail, monitoring: { ...monitoring, canaryMinutes: 5 } };
    const office: Partial<Environment> = { allowedCidrs: ['203.0.113.0/24', '198.51.100.7/32'] };
    expect(warningsOf(40, { ...asked, ...office })).toEqual([
      expect.stringMatching(
        /nobody looks at Odoo from outside.*203\.0\.113\.0\/24, 198\.51\.100\.7\/32 may connect.*canaryMinutes: 0/,
      ),
    ]);
    expect(warningsOf(40, asked)).toEqual([]);
    expect(warningsOf(40, { mail, ...office })).toEqual([]);
  });

  it('is silent where everything that was asked for is there', () => {
    expect(warningsOf(10, { mail })).toEqual([]);
    expect(warningsOf(40, { mail, recoveryRegion: 'eu-west-1' })).toEqual([]);
    // Its lock can be taken off.
    expect(warningsOf(150, { mail })).toEqual([]);
  });
});
