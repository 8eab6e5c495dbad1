import { describe, expect, it } from 'vitest';
import type { Environment } from '../../config/environment.ts';
import { environmentOf, production } from '../support/environments.ts';
import { relayMail, sesMail } from '../support/mail.ts';
import {
  recoveredTemplatesOf,
  type TemplateJson,
  type Templates,
  templatesOf,
} from '../support/templates.ts';
import { foreignReferences } from './foreign-references.ts';

// When the primary Region is lost, nothing of it can be read: no key, role, secret, subnet or parameter. What is needed of it has to
// be in the recovery Region as a copy, beforehand, and under a name of that Region.

const ARN = (service: string, region: string, rest: string) =>
  `arn:aws:${service}:${region}:111122223333:${rest}`;

const network = (region: string) =>
  ({
    kind: 'existing',
    vpcId: `vpc-${region}`,
    cidr: '10.0.0.0/16',
    availabilityZones: ['a', 'b', 'c'].map((zone) => `${region}${zone}`),
    publicSubnetIds: [1, 2, 3].map((number) => `subnet-${region}-public-${number}`),
    privateSubnetIds: [1, 2, 3].map((number) => `subnet-${region}-private-${number}`),
    isolatedSubnetIds: [1, 2, 3].map((number) => `subnet-${region}-isolated-${number}`),
  }) as const;

const drill = { schedule: 'monthly', workflows: [] } as const;

const hostedZone = { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' };

/** What may be of one Region alone, in an environment that has its counterpart in the other one. */
const VARIANTS: Readonly<Record<string, Partial<Environment>>> = {
  'with a hosted zone and mail by SES': {
    account: '111122223333',
    domain: { name: 'erp.example.com', hostedZone },
    mail: sesMail,
    alarmEmail: 'admin@example.com',
  },
  'with a relay, certificates and networks of its owner': {
    domain: {
      name: 'erp.example.com',
      certificateArn: ARN('acm', 'eu-central-1', 'certificate/home'),
    },
    mail: relayMail,
    network: network('eu-central-1'),
    recovery: {
      network: network('eu-west-1'),
      certificateArn: ARN('acm', 'eu-west-1', 'certificate/there'),
      relayCredentialsArn: ARN('secretsmanager', 'eu-west-1', 'secret:relay-AbCdEf'),
      dns: 'switch',
      drill,
    },
  },
  'with attachments on EFS': {
    account: '111122223333',
    domain: { name: 'erp.example.com', hostedZone },
    storage: { ...environmentOf(40).storage, filestore: 'efs' },
  },
  'with a vault in a second account, and a domain that follows the health of the primary Region': {
    account: '111122223333',
    domain: { name: 'erp.example.com', hostedZone },
    recovery: { network: { kind: 'new', cidr: '10.40.0.0/16' }, dns: 'health-check', drill },
    backup: {
      ...environmentOf(40, production).backup,
      secondAccountVaultArn: 'arn:aws:backup:eu-central-1:444455556666:backup-vault:odoo',
    },
  },
};

const HOME = 'eu-central-1';

function elsewhere(home: Templates) {
  const stacks = Object.keys(home).filter((purpose) => !purpose.startsWith('Recovery'));
  return { region: HOME, stacks: stacks.map((purpose) => `test-${purpose}`) };
}

/** What stands in the recovery Region beforehand, with full stack names. */
function pilotLight(home: Templates): Templates {
  const there = Object.entries(home).filter(([purpose]) => purpose.startsWith('Recovery'));
  return Object.fromEntries(there.map(([purpose, template]) => [`test-${purpose}`, template]));
}

describe.each(Object.entries(VARIANTS))('%s', (_, changes) => {
  it.each([10, 40, 150])('with %i users, nothing in the recovery Region needs the primary one', (users) => {
    const environment = environmentOf(users, { ...production, ...changes });
    const home = templatesOf(environment);
    const [before, after] = [pilotLight(home), recoveredTemplatesOf(environment)];
    expect(Object.keys(before)).toEqual(expect.arrayContaining(['test-Recovery']));
    expect(Object.keys(after).every((name) => name.startsWith('test-Recovery'))).toBe(true);
    expect(foreignReferences(before, elsewhere(home))).toEqual([]);
    expect(foreignReferences(after, elsewhere(home))).toEqual([]);
    // The primary Region does need itself, and the statement notices it.
    expect(foreignReferences(home, elsewhere(home))).not.toEqual([]);
  });
});

const holding = (Properties: Record<string, unknown>): TemplateJson => ({
  Resources: { Planted: { Type: 'AWS::EC2::Instance', Properties } },
});

describe('a reference to the primary Region is found', () => {
  const found = (template: object) =>
    foreignReferences(
      { 'test-Recovery-Data': { Resources: {}, ...template } },
      { region: HOME, stacks: ['test-Data'] },
    );

  it.each([
    ['a key', { KmsKeyId: ARN('kms', HOME, 'key/1') }],
    ['an Availability Zone', { AvailabilityZone: `${HOME}a` }],
    ['an endpoint in a setting', { Settings: JSON.stringify({ bucket: `files.s3.${HOME}.amazonaws.com` }) }],
    ['a resource of a stack', { RoleArn: ARN('iam', '', 'role/test-Data/Odoo') }],
    [
      'an output of a stack that is not there',
      { SubnetId: { 'Fn::GetStackOutput': { StackName: 'test-Network', OutputName: 'Subnet' } } },
    ],
    ['an export', { KeyId: { 'Fn::ImportValue': 'Key' } }],
    ['a secret by name', { Password: '{{resolve:secretsmanager:odoo-prod:SecretString:password}}' }],
    ['a parameter by name', { Image: '{{resolve:ssm:/odoo/image}}' }],
  ])('%s', (_what, properties) => {
    expect(found(holding(properties))).toHaveLength(1);
  });

  it('a parameter that the template reads', () => {
    const Type = 'AWS::SSM::Parameter::Value<String>';
    const Parameters = {
      Own: { Type, Default: '/odoo/network' },
      Aws: { Type, Default: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64' },
    };
    expect(found({ Parameters })).toEqual(['test-Recovery-Data/Own: /odoo/network']);
  });

  it('what the stack has itself, and a copy beside it, are none', () => {
    const templates = {
      'test-Recovery': { Resources: {}, Outputs: { Key: { Value: 'key' } } },
      'test-Recovery-Data': holding({
        KmsKeyId: { 'Fn::GetStackOutput': { StackName: 'test-Recovery', OutputName: 'Key' } },
        Password: {
          'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: 'Secret' }, ':SecretString:password::}}']],
        },
      }),
    };
    expect(foreignReferences(templates, { region: HOME, stacks: ['test-Data'] })).toEqual([]);
  });
});
