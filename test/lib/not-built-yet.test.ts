import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { Environment, RelayMail } from '../../config/environment.ts';
import { addEnvironments } from '../../lib/odoo-app.ts';
import { environmentOf, planOf } from '../support/environments.ts';
import { testApp } from '../support/stack.ts';

function warningsOf(users: number, changes: Partial<Environment> = {}): string[] {
  const app = testApp();
  addEnvironments(app, [{ environment: environmentOf(users, changes), plan: planOf(users, changes) }]);
  const stacks = app.node.children.filter((child) => Stack.isStack(child));
  return stacks
    .flatMap((stack) => Annotations.fromStack(stack).findWarning('*', Match.anyValue()))
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

  it('warns that nothing is copied to the recovery Region yet', () => {
    expect(warningsOf(40, { recoveryRegion: 'eu-west-1', mail })).toEqual([
      expect.stringContaining('nothing is copied there yet'),
    ]);
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

  it('is silent where everything that was asked for is there', () => {
    expect(warningsOf(10, { mail })).toEqual([]);
    expect(warningsOf(40, { mail })).toEqual([]);
  });
});
