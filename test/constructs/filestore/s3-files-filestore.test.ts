import { type App, CfnResource, aws_ecs as ecs, type Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AccessLogBucket } from '../../../constructs/access-logs/access-log-bucket.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { FilestoreBucket } from '../../../constructs/filestore/filestore-bucket.ts';
import { S3FilesFilestore } from '../../../constructs/filestore/s3-files-filestore.ts';
import { findingsOf, idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

/** Network, data and a task, each in its own stack as in the product. */
function build({ id = 'Filestore' } = {}): {
  app: App;
  data: Stack;
  service: Stack;
  filestore: S3FilesFilestore;
} {
  const { app, network } = testNetwork();
  const data = testStack(app, 'test-Data');
  const encryptionKey = new DataKey(data, 'DataKey');
  const bucket = new FilestoreBucket(data, 'FilestoreBucket', {
    encryptionKey,
    accessLogBucket: new AccessLogBucket(data, 'Logs', { writers: 'buckets', logRetentionDays: 30 }),
    databaseReachDays: 7,
  });
  const filestore = new S3FilesFilestore(data, id, { network, bucket, encryptionKey });

  const service = testStack(app, 'test-Service');
  const task = new ecs.FargateTaskDefinition(service, 'Task');
  const container = task.addContainer('odoo', {
    image: ecs.ContainerImage.fromRegistry('odoo'),
    logging: ecs.LogDrivers.awsLogs({ streamPrefix: 'odoo' }),
  });
  task.addVolume({ name: 'scratch' });
  filestore.addVolumeTo(task, 'filestore');
  container.node.addDependency(filestore.readiness);
  return { app, data, service, filestore };
}

describe('the filestore on S3 Files', () => {
  const { data, service } = build();
  const template = Template.fromStack(data);

  it('keeps the ids of what is create-only, whatever the constructs are called', () => {
    const ids = Object.keys(Template.fromStack(build({ id: 'Renamed' }).data).toJSON().Resources);
    expect(ids).toEqual(
      expect.arrayContaining(['FilestoreSynchronizationRole', 'FilestoreFileSystem', 'FilestoreAccessPoint']),
    );
  });

  it('is kept, with role and access point, when the stack goes: changes may still be on their way', () => {
    for (const type of ['AWS::S3Files::FileSystem', 'AWS::S3Files::AccessPoint']) {
      template.hasResource(type, { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    }
    expect(template.toJSON().Resources.FilestoreSynchronizationRole).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
      // Within the role and not beside it: a policy of its own would go with the stack.
      Properties: { Policies: expect.any(Array) },
    });
  });

  it('encrypts with the customer key', () => {
    template.hasResourceProperties('AWS::S3Files::FileSystem', {
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DataKey'), 'Arn'] },
    });
  });

  it('makes everybody who mounts it Odoo, in a directory that is made on the first mount', () => {
    template.hasResourceProperties('AWS::S3Files::AccessPoint', {
      PosixUser: { Uid: '100', Gid: '101' },
      RootDirectory: {
        Path: '/filestore',
        CreationPermissions: { OwnerUid: '100', OwnerGid: '101', Permissions: '0755' },
      },
    });
  });

  it('has a mount target in every zone, and tasks wait for all of them', () => {
    const made = build();
    const waiting = new CfnResource(made.data, 'Waiting', { type: 'Test::Waiting' });
    waiting.node.addDependency(made.filestore.readiness);
    const withWaiting = Template.fromStack(made.data);
    const targets = Object.keys(withWaiting.findResources('AWS::S3Files::MountTarget'));
    expect(targets).toHaveLength(3);
    expect(withWaiting.toJSON().Resources.Waiting.DependsOn).toEqual(expect.arrayContaining(targets));
    expect(service.dependencies.map((stack) => stack.stackName)).toContain('test-Data');
  });

  it('admits NFS from Odoo and its database job, and nothing else', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    for (const rule of rules) {
      expect(rule['Properties']).toMatchObject({ FromPort: 2049, ToPort: 2049, IpProtocol: 'tcp' });
    }
    expect(rules.map((rule) => JSON.stringify(rule['Properties'].SourceSecurityGroupId)).toSorted()).toEqual([
      expect.stringContaining('DatabaseJobSecurityGroup'),
      expect.stringContaining('OdooSecurityGroup'),
    ]);
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  });

  it('trusts S3 Files of this account only', () => {
    expect(
      template.toJSON().Resources.FilestoreSynchronizationRole.Properties.AssumeRolePolicyDocument,
    ).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'elasticfilesystem.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': expect.anything() },
          },
        },
      ],
    });
  });

  it('may use the key through S3 only, for the bucket with and without a bucket key', () => {
    const [key] = template
      .toJSON()
      .Resources.FilestoreSynchronizationRole.Properties.Policies.filter(
        (policy: { PolicyName: string }) => policy.PolicyName === 'Key',
      );
    const { StringLike: condition } = key.PolicyDocument.Statement[0].Condition;
    expect(JSON.stringify(condition['kms:ViaService'])).toContain('s3.eu-central-1.');
    expect(condition['kms:EncryptionContext:aws:s3:arn']).toHaveLength(2);
  });

  it('may change only those rules that it manages itself', () => {
    const policies = JSON.stringify(
      template.toJSON().Resources.FilestoreSynchronizationRole.Properties.Policies,
    );
    expect(policies).toContain(
      '"Condition":{"StringEquals":{"events:ManagedBy":"elasticfilesystem.amazonaws.com"}}',
    );
    expect(policies).toContain('rule/DO-NOT-DELETE-S3-Files*');
  });

  it('becomes a volume of the task, beside those that are there, through the access point', () => {
    const [task] = Object.values(Template.fromStack(service).findResources('AWS::ECS::TaskDefinition'));
    expect(task?.['Properties'].Volumes).toEqual([
      { Name: 'scratch' },
      {
        Name: 'filestore',
        S3FilesVolumeConfiguration: { FileSystemArn: expect.anything(), AccessPointArn: expect.anything() },
      },
    ]);
  });

  it('lets a task mount and write through this access point and read attachments, and nothing more', () => {
    const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
    const statements: { Action: unknown; Condition?: unknown }[] =
      policy?.['Properties'].PolicyDocument.Statement;
    expect(statements.map((statement) => statement.Action)).toEqual([
      ['s3files:ClientMount', 's3files:ClientWrite'],
      's3:ListBucket',
      ['s3:GetObject', 's3:GetObjectVersion'],
      'kms:Decrypt',
    ]);
    expect(JSON.stringify(statements[0]?.Condition)).toContain('s3files:AccessPointArn');
    const [role] = Object.values(
      Template.fromStack(service).findResources('AWS::IAM::Role', {
        Properties: { ManagedPolicyArns: Match.anyValue() },
      }),
    );
    expect(role?.['Properties'].ManagedPolicyArns).toHaveLength(1);
  });

  it('has no open policy finding, no idle acknowledgment and a reason of its own for each wildcard', () => {
    const { app } = build();
    expect(openFindings(app).filter((finding) => finding.includes('test-Data'))).toEqual([]);
    const findings = findingsOf(app);
    expect(idleAcknowledgments(app, findings)).toEqual([]);
    const ours = findings.filter((finding) => finding.path.startsWith('test-Data/Filestore/'));
    const ids = new Set(ours.map((finding) => finding.id));
    expect(new Set(ours.map((finding) => finding.acknowledged)).size).toBe(ids.size);
  });
});
