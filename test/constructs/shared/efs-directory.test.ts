import { type App, CfnResource, aws_ecs as ecs, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { EfsFilestore } from '../../../constructs/filestore/efs-filestore.ts';
import { SessionDirectory } from '../../../constructs/sessions/session-directory.ts';
import type { SharedDirectory } from '../../../constructs/shared/shared-directory.ts';
import { idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

const KINDS = { sessions: SessionDirectory, filestore: EfsFilestore } as const;

const EXISTING = { fileSystemId: 'fs-0123456789abcdef0' };

function build(
  kind: keyof typeof KINDS,
  existing?: typeof EXISTING,
): {
  app: App;
  data: Stack;
  service: Stack;
  directory: SharedDirectory;
} {
  const { app, network } = testNetwork();
  const data = testStack(app, 'test-Data');
  const directory = new KINDS[kind](data, 'Directory', {
    network,
    encryptionKey: new DataKey(data, 'DataKey'),
    ...(existing && { existing }),
  });

  const service = testStack(app, 'test-Service');
  const task = new ecs.FargateTaskDefinition(service, 'Task');
  const container = task.addContainer('odoo', {
    image: ecs.ContainerImage.fromRegistry('odoo'),
    logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'odoo' }),
  });
  directory.addVolumeTo(task, 'directory');
  container.node.addDependency(directory.readiness);
  return { app, data, service, directory };
}

describe.each(['sessions', 'filestore'] as const)('%s on EFS', (kind) => {
  const { data, service } = build(kind);
  const template = Template.fromStack(data);

  it('is encrypted with the customer key and kept when the stack goes', () => {
    template.hasResource('AWS::EFS::FileSystem', {
      Properties: {
        Encrypted: true,
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DataKey'), 'Arn'] },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    template.hasResource('AWS::EFS::AccessPoint', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('does not run out of burst credits', () => {
    template.hasResourceProperties('AWS::EFS::FileSystem', { ThroughputMode: 'elastic' });
  });

  it('has a policy that denies plain text and ways around the mount targets, and allows nobody', () => {
    const [fileSystem] = Object.values(template.findResources('AWS::EFS::FileSystem'));
    const statements: { Effect: string; Condition: unknown }[] =
      fileSystem?.['Properties'].FileSystemPolicy.Statement;
    expect(statements.map((statement) => [statement.Effect, statement.Condition])).toEqual([
      ['Deny', { Bool: { 'aws:SecureTransport': 'false' } }],
      ['Deny', { Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'false' } }],
    ]);
  });

  it('has a mount target in every zone, and tasks wait for them', () => {
    const made = build(kind);
    const waiting = new CfnResource(made.data, 'Waiting', { type: 'Test::Waiting' });
    waiting.node.addDependency(made.directory.readiness);
    const withWaiting = Template.fromStack(made.data);
    const targets = Object.keys(withWaiting.findResources('AWS::EFS::MountTarget'));
    expect(targets).toHaveLength(3);
    expect(withWaiting.toJSON().Resources.Waiting.DependsOn).toEqual(expect.arrayContaining(targets));
    expect(service.dependencies.map((stack) => stack.stackName)).toContain('test-Data');
  });

  it('admits NFS from Odoo and its database job, and nothing else', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    for (const rule of rules) expect(rule['Properties']).toMatchObject({ FromPort: 2049, ToPort: 2049 });
    expect(rules.map((rule) => JSON.stringify(rule['Properties'].SourceSecurityGroupId)).toSorted()).toEqual([
      expect.stringContaining('DatabaseJobSecurityGroup'),
      expect.stringContaining('OdooSecurityGroup'),
    ]);
  });

  it('is mounted over TLS with the task role, through the access point and not past it', () => {
    const mounted = Template.fromStack(service);
    mounted.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Volumes: [
        {
          Name: 'directory',
          EFSVolumeConfiguration: {
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { IAM: 'ENABLED', AccessPointId: Match.anyValue() },
            RootDirectory: Match.absent(),
          },
        },
      ],
    });
    mounted.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
            Condition: { StringEquals: { 'elasticfilesystem:AccessPointArn': Match.anyValue() } },
          },
        ],
      },
    });
  });

  it('has no open policy finding and no idle acknowledgment', () => {
    expect(openFindings(build(kind).app).filter((finding) => !finding.includes('test-Service'))).toEqual([]);
    expect(idleAcknowledgments(build(kind).app)).toEqual([]);
  });
});

function callers(template: Template): string[] {
  return Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))
    .map(({ Properties: { SourceSecurityGroupId, FromPort, ToPort } }) =>
      JSON.stringify([SourceSecurityGroupId, FromPort, ToPort]),
    )
    .toSorted();
}

/** Whose it is, where, and what becomes of it; not on which file system. */
function directoriesOf(template: Template): unknown[] {
  return Object.values(template.findResources('AWS::EFS::AccessPoint')).map(
    ({ Properties: { PosixUser, RootDirectory }, DeletionPolicy, UpdateReplacePolicy }) => ({
      PosixUser,
      RootDirectory,
      DeletionPolicy,
      UpdateReplacePolicy,
    }),
  );
}

describe('a directory on a file system that is there', () => {
  const { data, service } = build('filestore', EXISTING);
  const template = Template.fromStack(data);
  const made = Template.fromStack(build('filestore').data);

  it('makes none, and mounts that one in every zone, for the same callers', () => {
    template.resourceCountIs('AWS::EFS::FileSystem', 0);
    template.resourcePropertiesCountIs('AWS::EFS::MountTarget', { FileSystemId: EXISTING.fileSystemId }, 3);
    expect(callers(template)).toHaveLength(2);
    expect(callers(template)).toEqual(callers(made));
  });

  it('is the same directory, which is kept when the stack goes', () => {
    expect(directoriesOf(template)).toHaveLength(1);
    expect(directoriesOf(template)).toEqual(directoriesOf(made));
  });

  it('tasks mount it through the access point and not past it, and wait for its mount targets', () => {
    const mounted = Template.fromStack(service);
    mounted.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Volumes: [
        {
          EFSVolumeConfiguration: {
            FilesystemId: EXISTING.fileSystemId,
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { IAM: 'ENABLED', AccessPointId: Match.anyValue() },
          },
        },
      ],
    });
    const again = build('filestore', EXISTING);
    const waiting = new CfnResource(again.data, 'Waiting', { type: 'Test::Waiting' });
    waiting.node.addDependency(again.directory.readiness);
    const withWaiting = Template.fromStack(again.data);
    const targets = Object.keys(withWaiting.findResources('AWS::EFS::MountTarget'));
    expect(withWaiting.toJSON().Resources.Waiting.DependsOn).toEqual(expect.arrayContaining(targets));
  });
});
