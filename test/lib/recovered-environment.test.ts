import { describe, expect, it } from 'vitest';
import type { Environment, NetworkChoice } from '../../config/environment.ts';
import { addRecoveredEnvironment } from '../../lib/odoo-environment.ts';
import { environmentOf, planOf, production } from '../support/environments.ts';
import { testApp } from '../support/stack.ts';
import { recoveredTemplatesOf, resourcesOf, templatesOf, type Templates } from '../support/templates.ts';

const certificateArn = (region: string) =>
  `arn:aws:acm:${region}:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef`;
const secretArn = (region: string) => `arn:aws:secretsmanager:${region}:123456789012:secret:relay-AbCdEf`;
const existing = (region: string, vpcId: string, zones = 3): NetworkChoice => ({
  kind: 'existing',
  vpcId,
  cidr: '10.20.0.0/16',
  availabilityZones: ['a', 'b', 'c'].slice(0, zones).map((zone) => `${region}${zone}`),
  publicSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'].slice(0, zones),
  privateSubnetIds: ['subnet-4', 'subnet-5', 'subnet-6'].slice(0, zones),
  isolatedSubnetIds: ['subnet-7', 'subnet-8', 'subnet-9'].slice(0, zones),
});

/** Everything in it is of Frankfurt, and has its counterpart in Ireland. */
const rooted: Partial<Environment> = {
  ...production,
  domain: { name: 'erp.example.com', certificateArn: certificateArn('eu-central-1') },
  network: existing('eu-central-1', 'vpc-here'),
  backup: {
    vaultLock: { mode: 'none' },
    secondAccountVaultArn: 'arn:aws:backup:eu-central-1:210987654321:backup-vault:odoo',
  },
  mail: {
    kind: 'relay',
    from: 'odoo@example.com',
    fromFilter: 'example.com',
    host: 'smtp.example.com',
    port: 587,
    encryption: 'starttls',
    credentialsArn: secretArn('eu-central-1'),
  },
  recovery: {
    network: existing('eu-west-1', 'vpc-there', 2),
    certificateArn: certificateArn('eu-west-1'),
    relayCredentialsArn: secretArn('eu-west-1'),
    dns: 'switch',
    drill: { schedule: 'manual', workflows: [] },
  },
};

const broughtBack = (users: number, changes: Partial<Environment>): Templates =>
  recoveredTemplatesOf(environmentOf(users, changes));

describe('an environment brought back', () => {
  const templates = broughtBack(150, rooted);
  const text = JSON.stringify(templates);

  it('takes certificate and login of its new Region', () => {
    expect(JSON.stringify(templates['test-Recovery-Edge'])).toContain(certificateArn('eu-west-1'));
    expect(JSON.stringify(templates['test-Recovery-Service'])).toContain(secretArn('eu-west-1'));
  });

  it('stands in the network that exists there, over as many zones, and makes none', () => {
    expect(resourcesOf(templates, 'AWS::EC2::VPC', 'AWS::EC2::NatGateway')).toEqual([]);
    const [balancer] = resourcesOf(templates, 'AWS::ElasticLoadBalancingV2::LoadBalancer');
    expect(balancer?.resource.Properties?.['Subnets']).toEqual(['subnet-1', 'subnet-2']);
    expect(text).toContain('vpc-there');
  });

  it('names nothing of the Region that is lost', () => {
    expect(text.match(/[^"]{0,60}(eu-central-1|vpc-here)[^"]{0,60}/g)).toBeNull();
  });

  it('gets a network of its own where the lost one belonged to somebody else, with a way out', () => {
    const recovery = { ...environmentOf(150).recovery, certificateArn: certificateArn('eu-west-1') };
    const made = broughtBack(150, { ...rooted, recovery });
    expect(resourcesOf(made, 'AWS::EC2::NatGateway')).toHaveLength(3);
    expect(resourcesOf(made, 'AWS::EC2::Subnet')).toHaveLength(9);
  });

  it('asks for no more zones than its new Region has', () => {
    const made = broughtBack(150, { ...production, recoveryRegion: 'us-west-1' });
    expect(resourcesOf(made, 'AWS::EC2::NatGateway')).toHaveLength(2);
    expect(resourcesOf(made, 'AWS::EC2::Subnet')).toHaveLength(6);
  });
});

function recoveredStacks(users: number) {
  const environment = { ...production, production: true };
  const planned = { environment: environmentOf(users, environment), plan: planOf(users, environment) };
  const app = testApp();
  addRecoveredEnvironment(app, planned, 'latest');
  return app.synth().stacks;
}

describe('what a recovery makes', () => {
  it.each([10, 40, 150])('can be tried again at once when its first creation fails (%i users)', (users) => {
    const isProtected = recoveredStacks(users).filter(
      ({ terminationProtection }) => terminationProtection === true,
    );
    expect(isProtected.map(({ stackName }) => stackName).toSorted()).toEqual([
      'test-Recovery',
      'test-Recovery-Network',
    ]);
  });
});

/** Types of what the primary environment has made there for its network. */
function pilotLight(changes: Partial<Environment>): string[] {
  const network = templatesOf(environmentOf(150, changes))['Recovery-Network'];
  return network === undefined ? [] : resourcesOf({ network }).map(({ resource }) => resource.Type);
}

describe('what is in the recovery Region beforehand', () => {
  it('is a network without a way out, of the range of the environment', () => {
    const made = pilotLight(production);
    expect(made.filter((type) => type === 'AWS::EC2::VPC')).toHaveLength(1);
    expect(made).not.toContain('AWS::EC2::NatGateway');
    expect(made).not.toContain('AWS::EC2::EIP');
  });

  it('is nothing but identities in a network that exists', () => {
    expect(new Set(pilotLight(rooted))).toEqual(new Set(['AWS::EC2::SecurityGroup']));
  });
});
