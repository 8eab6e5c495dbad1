import { type App, CfnResource, Stack, TagManager } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { addEnvironments } from '../../../lib/odoo-app.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';

function appOf(users: number, changes: Partial<Environment> = {}): App {
  const app = testApp();
  addEnvironments(app, [{ environment: environmentOf(users, changes), plan: planOf(users, changes) }]);
  return app;
}

function stacksOf(app: App): Stack[] {
  return app.node.children.filter((child) => Stack.isStack(child));
}

function protectedStacks(users: number, changes?: Partial<Environment>): string[] {
  return stacksOf(appOf(users, changes))
    .filter((stack) => stack.terminationProtection)
    .map((stack) => stack.stackName);
}

describe('the stacks of an environment', () => {
  it.each([
    [10, ['Network', 'Data', 'Server', 'Backup', 'Operations']],
    [40, ['Network', 'Data', 'Backup', 'Edge', 'Release', 'Service', 'Dns', 'Operations']],
    [150, ['Network', 'Data', 'Backup', 'Edge', 'Release', 'Service', 'Dns', 'Operations']],
  ])('of %i users are those of its architecture', (users, purposes) => {
    const names = stacksOf(appOf(users)).map((stack) => stack.stackName);
    expect(names).toEqual(purposes.map((purpose) => `test-${purpose}`));
  });

  it.each([10, 40, 150])('of %i users have one in the recovery Region, which waits for none', (users) => {
    const app = appOf(users, { recoveryRegion: 'eu-west-1' });
    app.synth();
    const recovery = stacksOf(app).find(({ stackName }) => stackName === 'test-Recovery');
    expect(recovery?.region).toBe('eu-west-1');
    expect(recovery?.dependencies).toEqual([]);
  });

  it('are protected from deletion in production where they hold what cannot be made again', () => {
    const production: Partial<Environment> = { production: true };
    expect(protectedStacks(10, production)).toEqual([
      'test-Network',
      'test-Data',
      'test-Server',
      'test-Backup',
    ]);
    expect(protectedStacks(10, { ...production, recoveryRegion: 'eu-west-1' })).toContain('test-Recovery');
    expect(protectedStacks(150, production)).toEqual(['test-Network', 'test-Data', 'test-Backup']);
    expect(protectedStacks(150)).toEqual([]);
  });

  it('do not wait for the data where they serve the entry', () => {
    const app = appOf(150);
    app.synth();
    const waitsFor = Object.fromEntries(
      stacksOf(app).map((stack) => [stack.stackName, stack.dependencies.map((other) => other.stackName)]),
    );
    expect(waitsFor['test-Edge']).toEqual(['test-Network']);
    expect(waitsFor['test-Data']).toEqual(['test-Network']);
    // So that it can be deployed alone, without rolling the services.
    expect(waitsFor['test-Release']?.toSorted()).toEqual(['test-Data', 'test-Network']);
    expect(waitsFor['test-Service']).toEqual(
      expect.arrayContaining(['test-Data', 'test-Edge', 'test-Release']),
    );
  });

  it('ask for as many zones as the Region has, without looking them up', () => {
    for (const [region, zones] of [
      ['eu-central-1', 3],
      ['us-west-1', 2],
    ] as const) {
      expect(stacksOf(appOf(40, { region }))[0]?.availabilityZones).toHaveLength(zones);
    }
  });

  it('go to the account that the environment names', () => {
    const [stack] = stacksOf(appOf(40, { account: '123456789012' }));
    expect(stack?.environment).toBe('aws://123456789012/eu-central-1');
  });
});

describe('tags', () => {
  const app = appOf(150, { tags: { 'cost-center': 'erp' } });
  app.synth();
  const taggable = app.node
    .findAll()
    .filter((construct) => CfnResource.isCfnResource(construct))
    .flatMap((resource) => {
      const manager = TagManager.of(resource);
      return manager ? [{ resource, manager }] : [];
    });

  it.each([
    ['odoo-aws:project', 'odoo-aws'],
    ['odoo-aws:environment', 'test'],
    ['odoo-aws:tier', 'large'],
    ['cost-center', 'erp'],
  ])('%s is on every resource that takes tags', (key, value) => {
    const without = taggable
      .filter(({ manager }) => manager.tagValues()[key] !== value)
      .map(({ resource }) => resource.node.path);
    expect(without).toEqual([]);
    expect(taggable.length).toBeGreaterThan(50);
  });
});
