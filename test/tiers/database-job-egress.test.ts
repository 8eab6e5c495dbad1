import { describe, expect, it } from 'vitest';
import { environmentOf } from '../support/environments.ts';
import { resourcesOf, templatesOf } from '../support/templates.ts';

// The task that holds a copy of production before it is neutralized has no way out but what it needs to start.

describe.each([40, 150])('the database job of %i users', (users) => {
  const templates = templatesOf(environmentOf(users));

  it('reaches databases, file systems, HTTPS and the resolver, and nothing else', () => {
    expect(waysOut()).toEqual([
      'tcp 2049 to FilestoreSecurityGroup',
      'tcp 2049 to SessionsSecurityGroup',
      'tcp 443 to 0.0.0.0/0',
      'tcp 53 to 10.40.0.0/16',
      'tcp 5432 to DatabaseSecurityGroup',
      'udp 53 to 10.40.0.0/16',
    ]);
  });

  it("is started in that security group alone, and not in Odoo's, which may call anywhere", () => {
    const starters = resourcesOf(templates, 'Custom::DatabaseJob', 'AWS::StepFunctions::StateMachine')
      .map(({ resource }) => JSON.stringify(resource.Properties))
      .filter((properties) => properties.includes('SecurityGroup'));
    expect(starters.length).toBeGreaterThan(0);
    for (const properties of starters) {
      expect(properties).toContain('DatabaseJobSecurityGroup');
      expect(properties).not.toContain('NetworkOdooSecurityGroup');
    }
  });

  function waysOut(): readonly string[] {
    const inline = resourcesOf(templates, 'AWS::EC2::SecurityGroup')
      .filter(({ logicalId }) => logicalId.includes('DatabaseJobSecurityGroup'))
      .flatMap(({ resource }) => listOf(resource.Properties?.['SecurityGroupEgress']));
    const apart = resourcesOf(templates, 'AWS::EC2::SecurityGroupEgress')
      .map(({ resource }) => resource.Properties ?? {})
      .filter((rule) => JSON.stringify(rule['GroupId']).includes('DatabaseJobSecurityGroup'));
    return [...inline, ...apart].map(asText).toSorted();
  }
});

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

function asText(rule: Readonly<Record<string, unknown>>): string {
  const [from, to] = [String(rule['FromPort']), String(rule['ToPort'])];
  const group = /[A-Za-z]*?SecurityGroup/.exec(JSON.stringify(rule['DestinationSecurityGroupId'] ?? ''))?.[0];
  const where = typeof rule['CidrIp'] === 'string' ? rule['CidrIp'] : group;
  return `${String(rule['IpProtocol'])} ${from === to ? from : `${from}-${to}`} to ${where}`;
}
