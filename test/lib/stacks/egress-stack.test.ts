import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { addRecoveredEnvironment } from '../../../lib/odoo-environment.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';
import { testApp } from '../../support/stack.ts';
import { type Resource, resourcesOf } from '../../support/templates.ts';

function broughtBack(users: number, changes: Partial<Environment> = {}) {
  const environment = { ...production, ...changes };
  const planned = { environment: environmentOf(users, environment), plan: planOf(users, environment) };
  const app = testApp();
  addRecoveredEnvironment(app, planned, 'latest');
  const { stacks } = app.synth();
  const named = (name: string) => stacks.find(({ stackName }) => stackName === `test-Recovery-${name}`);
  const resources = (type: string): Resource[] =>
    resourcesOf({ Egress: named('Egress')?.template ?? { Resources: {} } }, type).map(
      ({ resource }) => resource,
    );
  return { named, resources };
}

const idOf = (value: unknown): string => JSON.stringify(value) ?? '';

describe('the way out of a network that was there before', () => {
  it('leads from the subnets of each zone to the gateway of that zone', () => {
    const { resources } = broughtBack(150);
    const gateways = resources('AWS::EC2::NatGateway').map(({ Properties = {} }) =>
      idOf(Properties['SubnetId']),
    );
    expect(gateways.map((id) => /PublicSubnet(\d)/.exec(id)?.[1])).toEqual(['1', '2', '3']);
    const routes = resources('AWS::EC2::Route').map(({ Properties = {} }) => [
      /AppSubnet(\d)/.exec(idOf(Properties['RouteTableId']))?.[1],
      /Gateway(\d)/.exec(idOf(Properties['NatGatewayId']))?.[1],
      Properties['DestinationCidrBlock'],
    ]);
    expect(routes).toEqual([
      ['1', '1', '0.0.0.0/0'],
      ['2', '2', '0.0.0.0/0'],
      ['3', '3', '0.0.0.0/0'],
    ]);
  });

  it('is shared where there are fewer gateways than zones', () => {
    const { resources } = broughtBack(40, { availability: 'single-az', overrides: { natGateways: 1 } });
    expect(resources('AWS::EC2::EIP')).toHaveLength(1);
    const to = resources('AWS::EC2::Route').map(({ Properties = {} }) => idOf(Properties['NatGatewayId']));
    expect(to.length).toBeGreaterThan(1);
    expect(new Set(to).size).toBe(1);
  });

  it('is there before a task starts', () => {
    const { named } = broughtBack(40);
    expect(named('Service')?.dependencies.map(({ id }) => id)).toContain('test-Recovery-Egress');
  });

  it('is not made for a single server, which has an address of its own', () => {
    expect(broughtBack(10).named('Egress')).toBeUndefined();
  });
});
