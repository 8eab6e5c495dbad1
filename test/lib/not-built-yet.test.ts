import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
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

describe('a synthesis', () => {
  it('warns that nothing is copied to the recovery Region yet', () => {
    expect(warningsOf(40, { recoveryRegion: 'eu-west-1' })).toEqual([
      expect.stringContaining('nothing is copied there yet'),
    ]);
  });

  it('is silent where everything that was asked for is there', () => {
    expect(warningsOf(10)).toEqual([]);
    expect(warningsOf(40)).toEqual([]);
  });
});
