import { Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { LogKey } from '../../../constructs/encryption/log-key.ts';
import { OdooNetwork } from '../../../constructs/network/odoo-network.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testNetwork } from '../../support/network.ts';
import { testApp, testStack } from '../../support/stack.ts';

type Resources = Record<string, { Properties?: Record<string, unknown> }>;

function resourcesOf(template: Template, ...types: string[]): Resources {
  return Object.fromEntries(types.flatMap((type) => Object.entries(template.findResources(type))));
}

/** Everything that something else is placed in, with its address range: what must never be replaced. */
function layoutOf(natGateways: number): Record<string, unknown> {
  const template = Template.fromStack(testNetwork({ natGateways }).stack);
  const resources = resourcesOf(
    template,
    'AWS::EC2::VPC',
    'AWS::EC2::Subnet',
    'AWS::EC2::RouteTable',
    'AWS::EC2::SubnetRouteTableAssociation',
    'AWS::EC2::InternetGateway',
    'AWS::EC2::VPCEndpoint',
    'AWS::EC2::SecurityGroup',
  );
  return Object.fromEntries(
    Object.entries(resources).map(([id, { Properties: properties }]) => [
      id,
      [properties?.['CidrBlock'], properties?.['AvailabilityZone']],
    ]),
  );
}

class TwoZoneStack extends Stack {
  override get availabilityZones(): string[] {
    return ['us-west-1a', 'us-west-1c'];
  }
}

describe('a new network', () => {
  const { stack, network } = testNetwork();
  const template = Template.fromStack(stack);

  it.each([1, 3])('keeps every id and address range between no NAT gateway and %i', (natGateways) => {
    expect(layoutOf(natGateways)).toEqual(layoutOf(0));
  });

  it('has three kinds of subnet in three zones', () => {
    const { vpc } = network;
    for (const subnets of [network.publicSubnets, network.appSubnets, network.databaseSubnets]) {
      expect(vpc.selectSubnets(subnets).subnetIds).toHaveLength(3);
    }
    expect(network.availabilityZoneCount).toBe(3);
  });

  it.each([
    [0, false],
    [1, true],
    [3, true],
  ])('with %i NAT gateways says whether the app subnets have a route out', (natGateways, expected) => {
    const made = testNetwork({ natGateways });
    expect(made.network.appSubnetsHaveRouteOut).toBe(expected);
    // What the CDK takes for subnets with a route out.
    expect(made.network.vpc.privateSubnets).toHaveLength(expected ? 3 : 0);
    Template.fromStack(made.stack).resourceCountIs('AWS::EC2::NatGateway', natGateways);
  });

  it('lets no route lead out of the database subnets', () => {
    const tables = Object.keys(resourcesOf(template, 'AWS::EC2::RouteTable')).filter((id) =>
      id.includes('DatabaseSubnet'),
    );
    const routed = JSON.stringify(resourcesOf(template, 'AWS::EC2::Route'));
    expect(tables).toHaveLength(3);
    expect(tables.filter((table) => routed.includes(table))).toEqual([]);
  });

  it('gives no public address to what does not ask for one', () => {
    const subnets = Object.values(resourcesOf(template, 'AWS::EC2::Subnet'));
    expect(subnets.map((subnet) => subnet.Properties?.['MapPublicIpOnLaunch'])).toEqual(Array(9).fill(false));
  });

  it('gives a public address to everything in the public subnets, and only there, where it is told to', () => {
    const told = testStack();
    new OdooNetwork(told, 'Network', {
      network: { kind: 'new', cidr: '10.40.0.0/16' },
      natGateways: 0,
      publicAddressesByDefault: true,
      logKey: new LogKey(told, 'LogKey'),
      logRetentionDays: 30,
    });
    const giving = Object.entries(resourcesOf(Template.fromStack(told), 'AWS::EC2::Subnet'))
      .filter(([, subnet]) => subnet.Properties?.['MapPublicIpOnLaunch'])
      .map(([id]) => /^NetworkVpc(\w+?Subnet\d)/.exec(id)?.[1]);
    expect(giving).toEqual(['PublicSubnet1', 'PublicSubnet2', 'PublicSubnet3']);
  });

  it('fits into the smallest allowed range, /22', () => {
    const small = testStack();
    const logKey = new LogKey(small, 'LogKey');
    const choice = { kind: 'new', cidr: '10.0.0.0/22' } as const;
    new OdooNetwork(small, 'Network', { network: choice, natGateways: 1, logKey, logRetentionDays: 30 });
    const subnets = Object.values(resourcesOf(Template.fromStack(small), 'AWS::EC2::Subnet'));
    expect(subnets.map((subnet) => subnet.Properties?.['CidrBlock'])).toEqual(
      ['0.0', '0.64', '0.128', '0.192', '1.0', '1.64', '1.128', '1.192', '2.0'].map(
        (end) => `10.0.${end}/26`,
      ),
    );
  });

  it('in a Region of two zones keeps the addresses of a third one free', () => {
    const stackOfTwo = new TwoZoneStack(testApp(), 'Two', { env: { region: 'us-west-1' } });
    const logKey = new LogKey(stackOfTwo, 'LogKey');
    const choice = { kind: 'new', cidr: '10.40.0.0/16' } as const;
    const made = new OdooNetwork(stackOfTwo, 'Network', {
      network: choice,
      natGateways: 2,
      logKey,
      logRetentionDays: 30,
    });
    expect(made.availabilityZoneCount).toBe(2);
    const blocks = Object.values(resourcesOf(Template.fromStack(stackOfTwo), 'AWS::EC2::Subnet')).map(
      (subnet) => subnet.Properties?.['CidrBlock'],
    );
    const ofThree = Object.values(resourcesOf(template, 'AWS::EC2::Subnet')).map(
      (subnet) => subnet.Properties?.['CidrBlock'],
    );
    expect(blocks).toEqual(ofThree.filter((_, index) => index % 3 < 2));
  });

  it('logs accepted and rejected traffic, encrypted and for so many days', () => {
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
    });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 30,
      KmsKeyId: Match.anyValue(),
    });
  });

  it('reaches S3 without NAT from every subnet', () => {
    const endpoints = Object.values(resourcesOf(template, 'AWS::EC2::VPCEndpoint'));
    expect(endpoints.map((endpoint) => endpoint.Properties?.['VpcEndpointType'])).toEqual(['Gateway']);
    expect(endpoints[0]?.Properties?.['RouteTableIds']).toHaveLength(9);
  });

  it('empties the default security group', () => {
    template.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
  });

  it('admits nobody to what runs Odoo by itself', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: 'Whatever runs Odoo',
      SecurityGroupIngress: Match.absent(),
    });
  });

  it('needs no look-up of zones', () => {
    const { app } = testNetwork();
    expect(app.synth().manifest.missing).toBeUndefined();
  });

  it('has no open policy finding and no idle acknowledgment', () => {
    const { app } = testNetwork();
    expect(openFindings(app)).toEqual([]);
    expect(idleAcknowledgments(app)).toEqual([]);
  });
});

describe('an existing network', () => {
  const stack = testStack();
  const network = new OdooNetwork(stack, 'Network', {
    network: {
      kind: 'existing',
      vpcId: 'vpc-0123456789abcdef0',
      cidr: '10.9.0.0/16',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetIds: ['subnet-3', 'subnet-4'],
      isolatedSubnetIds: ['subnet-5', 'subnet-6'],
    },
    natGateways: 0,
    logKey: new LogKey(stack, 'LogKey'),
    logRetentionDays: 30,
  });

  it('is used with the subnets as they were given', () => {
    const { vpc } = network;
    expect(vpc.selectSubnets(network.publicSubnets).subnetIds).toEqual(['subnet-1', 'subnet-2']);
    expect(vpc.selectSubnets(network.appSubnets).subnetIds).toEqual(['subnet-3', 'subnet-4']);
    expect(vpc.selectSubnets(network.databaseSubnets).subnetIds).toEqual(['subnet-5', 'subnet-6']);
    expect(network.availabilityZoneCount).toBe(2);
    expect(network.appSubnetsHaveRouteOut).toBe(true);
  });

  it('brings no warnings about routes that nobody looks at', () => {
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
    expect(warnings).toEqual([]);
  });

  it('gets two security groups and nothing else', () => {
    const types = Object.values(resourcesOf(Template.fromStack(stack), 'AWS::EC2::SecurityGroup'));
    expect(types).toHaveLength(2);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::Subnet', 0);
    Template.fromStack(stack).resourceCountIs('AWS::EC2::FlowLog', 0);
  });
});
