import { describe, expect, it } from 'vitest';
import type { FilestoreKind } from '../../../config/environment.ts';
import { addEnvironments } from '../../../lib/odoo-app.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testApp } from '../../support/stack.ts';
import { type Located, resourcesOf, templatesOf } from '../../support/templates.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const on = (filestore: FilestoreKind) => ({
  storage: { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore },
});

const ofBackup = (filestore: FilestoreKind, users = 40) => {
  const { Backup = { Resources: {} } } = templatesOf(environmentOf(users, on(filestore)));
  return (type: string) => resourcesOf({ Backup }, type);
};

const text = (value: unknown) => JSON.stringify(value);
const property = ({ resource }: Located, name: string) => resource.Properties?.[name];

const ofTests = ({ logicalId }: Located) => logicalId.startsWith('Functions');

const resources = ofBackup('efs');

describe.each([40, 150])('with %i users', (users) => {
  it('recovery points of the filestore on EFS are tested beside those of the database', () => {
    const selections = ofBackup('efs', users)('AWS::Backup::RestoreTestingSelection');
    expect(selections.map((selection) => property(selection, 'ProtectedResourceType'))).toEqual([
      'RDS',
      'EFS',
    ]);
    const filestore = selections[1]?.resource.Properties;
    expect(text(filestore?.['ProtectedResourceArns'])).toMatch(/EfsFilestore/);
    // Otherwise the key of AWS.
    expect(Object.keys(Object(filestore?.['RestoreMetadataOverrides']))).toEqual(['kmsKeyId']);
    expect(text(filestore?.['RestoreMetadataOverrides'])).toMatch(/Data.*Key.*Arn/);
  });

  it('nothing is made for one that is not', () => {
    const without = ofBackup('s3-files', users);
    expect(without('AWS::Backup::RestoreTestingSelection')).toHaveLength(1);
    expect(without('AWS::Lambda::Function').filter(ofTests)).toHaveLength(4);
    const everything = text(['AWS::IAM::Policy', 'AWS::StepFunctions::StateMachine'].flatMap(without));
    expect(everything).not.toMatch(/elasticfilesystem|efs:|UpdateFunctionConfiguration|EFS/);
    expect(text(without('AWS::EC2::SecurityGroup'))).not.toMatch(/2049|Filestore/);
  });
});

const statementsOf = (role: string): readonly Statement[] =>
  resources('AWS::IAM::Policy')
    .filter(({ logicalId }) => logicalId.startsWith(role))
    .flatMap((policy) => {
      const document: { readonly Statement: readonly Statement[] } = JSON.parse(
        text(property(policy, 'PolicyDocument')),
      );
      return document.Statement;
    });

const MACHINE = 'RestoreValidationMounting';
const FUNCTION = 'FunctionsValidateFilestoreRole';
const RESTORED = { Null: { 'aws:ResourceTag/awsbackup-restore-test': 'false' } };
const PRODUCTION = /EfsFilestore/;

const allowing = (role: string, action: string) =>
  statementsOf(role).filter(
    ({ Effect, Action }) => Effect === 'Allow' && [Action].flat().some((one) => one === action),
  );
const denied = (role: string) =>
  statementsOf(role)
    .filter(({ Effect }) => Effect === 'Deny')
    .map(({ Action, Resource }) => ({ actions: [Action].flat(), resource: text(Resource) }));

describe.each([
  [MACHINE, ['CreateMountTarget', 'DeleteMountTarget', 'CreateAccessPoint']],
  [FUNCTION, ['ClientMount']],
])('%s', (role, actions) => {
  it.each(actions)('may %s only what AWS Backup has restored for a test', (action) => {
    const statements = allowing(role, `elasticfilesystem:${action}`);
    expect(statements).toHaveLength(1);
    expect(statements[0]?.Condition).toEqual(RESTORED);
  });

  it.each(actions)('is denied production by name: %s', (action) => {
    const production = denied(role).filter(({ resource }) => PRODUCTION.test(resource));
    expect(production.flatMap((statement) => statement.actions)).toContain(`elasticfilesystem:${action}`);
  });
});

describe('the state machine', () => {
  it('deletes no access point but those of these tests, and sets tags only while it makes one', () => {
    const [remove] = allowing(MACHINE, 'elasticfilesystem:DeleteAccessPoint');
    expect(remove?.Condition).toEqual({ StringEquals: { 'aws:ResourceTag/odoo-restore-test': 'temporary' } });
    const [tag] = allowing(MACHINE, 'elasticfilesystem:TagResource');
    expect(tag?.Condition).toEqual({
      StringEquals: {
        'elasticfilesystem:CreateAction': 'CreateAccessPoint',
        'aws:RequestTag/odoo-restore-test': 'temporary',
      },
    });
    const [machine] = resources('AWS::StepFunctions::StateMachine');
    expect(machine && text(property(machine, 'DefinitionString'))).toContain(
      String.raw`{\"Key\":\"odoo-restore-test\",\"Value\":\"temporary\"}`,
    );
  });

  it('changes the configuration of one function', () => {
    const statements = allowing(MACHINE, 'lambda:UpdateFunctionConfiguration');
    expect(statements.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^FunctionsValidateFilestore/), 'Arn'] },
    ]);
  });

  it('makes and removes network interfaces of one subnet', () => {
    for (const action of ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']) {
      for (const { Resource, Condition } of allowing(MACHINE, action)) {
        if (text(Resource).includes('network-interface')) {
          expect(text(Condition)).toMatch(/ArnEquals.*ec2:Subnet.*DatabaseSubnet1/);
        }
      }
    }
  });
});

describe('the function that validates a restored file system', () => {
  const [validate] = resources('AWS::Lambda::Function').filter(({ logicalId }) =>
    logicalId.startsWith('FunctionsValidateFilestore'),
  );

  it('is in one subnet, in which nothing leads out', () => {
    const { SubnetIds, SecurityGroupIds }: { SubnetIds: unknown[]; SecurityGroupIds: unknown[] } = JSON.parse(
      text(validate?.resource.Properties?.['VpcConfig']),
    );
    expect(text(SubnetIds)).toMatch(/DatabaseSubnet1/);
    expect([SubnetIds.length, SecurityGroupIds.length]).toEqual([1, 1]);
    expect(text(SecurityGroupIds)).toMatch(/FilestoreValidation/);
  });

  it('has nothing mounted in the template: a deployment takes off what a test has mounted', () => {
    expect(validate?.resource.Properties).not.toHaveProperty('FileSystemConfigs');
  });

  it('alone reaches what was restored, and reaches besides nothing but S3', () => {
    const rules = resources('AWS::EC2::SecurityGroupIngress')
      .filter((rule) => /RestoredFilestore/.test(text(property(rule, 'GroupId'))))
      .map(({ resource }) => resource.Properties);
    expect(rules).toMatchObject([{ FromPort: 2049, ToPort: 2049, IpProtocol: 'tcp' }]);
    expect(text(rules[0]?.['SourceSecurityGroupId'])).toMatch(/FilestoreValidation/);
    const out = resources('AWS::EC2::SecurityGroupEgress').filter((rule) =>
      /FilestoreValidation/.test(text(property(rule, 'GroupId'))),
    );
    expect(out.map(({ resource }) => text(resource.Properties?.['DestinationSecurityGroupId']))).toEqual([
      expect.stringContaining('RestoredFilestore'),
    ]);
    const [own] = resources('AWS::EC2::SecurityGroup').filter(({ logicalId }) =>
      logicalId.startsWith('FilestoreValidation'),
    );
    expect(own?.resource.Properties?.['SecurityGroupEgress']).toMatchObject([{ FromPort: 443, ToPort: 443 }]);
    const [restored] = resources('AWS::EC2::SecurityGroup').filter(({ logicalId }) =>
      logicalId.startsWith('RestoredFilestore'),
    );
    // What the CDK writes for none at all.
    expect(restored?.resource.Properties?.['SecurityGroupEgress']).toMatchObject([
      { CidrIp: '255.255.255.255/32' },
    ]);
  });

  it('writes nothing', () => {
    const actions = statementsOf(FUNCTION)
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => [Action].flat());
    expect(
      actions.filter((action) => /^(s3:(Put|Delete)|elasticfilesystem:ClientWrite)/.test(action)),
    ).toEqual([]);
  });
});

it('lets the function that lists attachments put a long list together, which takes the key', () => {
  expect(allowing('FunctionsNoteManifestRole', 'kms:Decrypt')).toHaveLength(1);
  const without = ofBackup('s3-files')('AWS::IAM::Policy').filter(({ logicalId }) =>
    logicalId.startsWith('FunctionsNoteManifestRole'),
  );
  expect(text(without)).not.toContain('kms:Decrypt');
});

it('passes the policy checks, each finding acknowledged for a reason', () => {
  const app = testApp();
  addEnvironments(app, [{ environment: environmentOf(40, on('efs')), plan: planOf(40, on('efs')) }]);
  expect(openFindings(app).filter((finding) => finding.includes('Backup'))).toEqual([]);
  const again = testApp();
  addEnvironments(again, [{ environment: environmentOf(40, on('efs')), plan: planOf(40, on('efs')) }]);
  expect(idleAcknowledgments(again).filter((finding) => finding.includes('Backup'))).toEqual([]);
});
