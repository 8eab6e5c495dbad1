import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../config/environment.ts';
import { quotaNeeds } from '../../../config/sizing/quota-needs.ts';
import { environmentOf, planOf, production } from '../../support/environments.ts';

const needsOf = (users: number, changes: Partial<Environment> = {}) =>
  quotaNeeds(environmentOf(users, changes), planOf(users, changes));

const fargate = (users: number) => needsOf(users).find(({ service }) => service === 'fargate')?.needed ?? 0;

describe('what a plan takes of quotas', () => {
  it.each<[number, Partial<Environment>]>([
    [10, {}],
    [10, production],
    [40, {}],
    [40, production],
    [150, production],
    [400, production],
    [40, { sizing: 'measured' }],
  ])('of %i users is what the pre-flight list says in words', (users, changes) => {
    const { preflight } = planOf(users, changes);
    const needs = needsOf(users, changes);
    // Each number has its line.
    for (const { region, code, needed } of needs) {
      const line = preflight.find(
        ({ check, action }) =>
          action.includes(code) && check.includes('eu-west-1') === (region === 'eu-west-1'),
      );
      // What a recovery takes beside machines and addresses is not asked for in advance.
      if (line === undefined)
        expect([region, code]).toEqual(['eu-west-1', expect.stringMatching(/L-F678F1CE|L-7B6409FD/)]);
      else expect([code, line.needs]).toEqual([code, expect.stringMatching(inWords(code, needed))]);
    }
    // And each line its number.
    const named = preflight.flatMap(({ action }) => action.match(/L-[0-9A-F]{8}/g) ?? []);
    expect(named.filter((code) => !needs.some((need) => need.code === code))).toEqual([]);
  });

  it('grows with the users', () => {
    expect(fargate(400)).toBeGreaterThan(fargate(40));
  });

  it('names no VPC where the network is there, and no addresses without NAT gateways', () => {
    const existing: Environment['network'] = {
      kind: 'existing',
      vpcId: 'vpc-0123456789abcdef0',
      cidr: '10.0.0.0/16',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      publicSubnetIds: ['subnet-00000001', 'subnet-00000002'],
      privateSubnetIds: ['subnet-00000003', 'subnet-00000004'],
      isolatedSubnetIds: ['subnet-00000005', 'subnet-00000006'],
    };
    const codes = needsOf(40, { network: existing }).map(({ code }) => code);
    expect(codes).toEqual(['L-3032A538', 'L-7B6409FD']);
  });
});

/** Twice a server's, and one more database, are words there. */
function inWords(code: string, needed: number): RegExp {
  if (code === 'L-1216C47A') return new RegExp(`^(${needed}|${needed / 2}) vCPU`);
  return new RegExp(code === 'L-7B6409FD' ? `^1 .*one more` : `(^|[^\\d])${needed}( |$)`);
}
