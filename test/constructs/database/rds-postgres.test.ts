import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { DatabasePlan } from '../../../config/sizing/plan.ts';
import { RdsPostgres, type RdsPostgresProps } from '../../../constructs/database/rds-postgres.ts';
import { DataKey } from '../../../constructs/encryption/data-key.ts';
import { environmentOf, planOf } from '../../support/environments.ts';
import { findingsOf, idleAcknowledgments, openFindings } from '../../support/nag.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

interface Changes extends Partial<Pick<RdsPostgresProps, 'deletionProtection' | 'pointInTimeDays'>> {
  readonly plan?: Partial<DatabasePlan>;
  readonly natGateways?: number;
}

function build({ plan, natGateways, ...changes }: Changes = {}): {
  app: App;
  data: Stack;
  network: Stack;
  database: RdsPostgres;
} {
  const { app, stack, network, logKey } = testNetwork({ natGateways });
  const data = testStack(app, 'test-Data');
  const environment = environmentOf(40);
  const database = new RdsPostgres(data, 'Database', {
    network,
    logKey,
    dataKey: new DataKey(data, 'DataKey'),
    plan: { ...planOf(40).database, ...plan },
    windows: environment.windows,
    pointInTimeDays: 7,
    logRetentionDays: 30,
    ...changes,
  });
  return { app, data, network: stack, database };
}

const templateOf = (changes?: Changes): Template => Template.fromStack(build(changes).data);

function instanceOf(template: Template): Record<string, unknown> {
  const [instance] = Object.values(template.findResources('AWS::RDS::DBInstance'));
  return instance?.['Properties'];
}

describe('the database on RDS', () => {
  const template = templateOf();
  const instance = instanceOf(template);

  it('is PostgreSQL 17 by its major version, moves to new minors and never into paid support', () => {
    expect(instance).toMatchObject({
      Engine: 'postgres',
      EngineVersion: '17',
      AutoMinorVersionUpgrade: true,
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    });
  });

  it('has the class, storage and standby of the plan', () => {
    const plan = { class: 'db.r7g.4xlarge', storageGiB: 500, storageMaxGiB: 2000, multiAz: true };
    expect(instanceOf(templateOf({ plan }))).toMatchObject({
      DBInstanceClass: 'db.r7g.4xlarge',
      AllocatedStorage: '500',
      MaxAllocatedStorage: 2000,
      MultiAZ: true,
      StorageType: 'gp3',
    });
  });

  it('names IOPS and throughput only where the plan does', () => {
    expect(instance).not.toHaveProperty('Iops');
    expect(instance).not.toHaveProperty('StorageThroughput');
    const plan = { storageGiB: 500, storageMaxGiB: 2000, iops: 14000, throughputMiBps: 600 };
    expect(instanceOf(templateOf({ plan }))).toMatchObject({ Iops: 14000, StorageThroughput: 600 });
  });

  it('is left empty: a database made by RDS would have the wrong collation', () => {
    expect(instance).not.toHaveProperty('DBName');
  });

  it('is restored from nothing, so that no later change of a restore point replaces it', () => {
    for (const property of ['DBSnapshotIdentifier', 'RestoreTime', 'SourceDBInstanceIdentifier']) {
      expect(instance).not.toHaveProperty(property);
    }
  });

  it('is encrypted in storage and insights with the data key', () => {
    const dataKey = { 'Fn::GetAtt': [expect.stringMatching(/^DataKey/), 'Arn'] };
    expect(instance).toMatchObject({
      StorageEncrypted: true,
      KmsKeyId: dataKey,
      PerformanceInsightsKMSKeyId: dataKey,
    });
  });

  it('forces TLS, whatever the parameters say, and verifies by a root that no default changes', () => {
    const parameters = { work_mem: '16384', 'rds.force_ssl': '0' };
    templateOf({ plan: { parameters } }).hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres17',
      Description: 'Odoo on PostgreSQL 17',
      Parameters: { work_mem: '16384', 'rds.force_ssl': '1' },
    });
    expect(instance['CACertificateIdentifier']).toBe('rds-ca-rsa2048-g1');
  });

  it('keeps backups of its own, beyond its end, at the hours given', () => {
    expect(instanceOf(templateOf({ pointInTimeDays: 35 }))).toMatchObject({
      BackupRetentionPeriod: 35,
      DeleteAutomatedBackups: false,
      CopyTagsToSnapshot: true,
      PreferredBackupWindow: '00:30-01:30',
      PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
    });
  });

  it('leaves a final snapshot, is protected from deletion, and unprotected only on request', () => {
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Snapshot',
      UpdateReplacePolicy: 'Snapshot',
    });
    expect(instance['DeletionProtection']).toBe(true);
    expect(instanceOf(templateOf({ deletionProtection: false }))['DeletionProtection']).toBe(false);
  });

  it('has no public address and admits Odoo, its job and the rotation function on 5432 only', () => {
    expect(instance['PubliclyAccessible']).toBe(false);
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map((rule) => JSON.stringify(rule['Properties'].SourceSecurityGroupId)).toSorted()).toEqual([
      expect.stringContaining('RotationSingleUser'),
      expect.stringContaining('DatabaseJobSecurityGroup'),
      expect.stringContaining('OdooSecurityGroup'),
    ]);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'PostgreSQL from Odoo',
      FromPort: 5432,
      ToPort: 5432,
    });
  });

  it('needs nothing of the network but what is there: no rule of it lands in the network stack', () => {
    const { network } = build();
    Template.fromStack(network).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
    Template.fromStack(network).resourceCountIs('AWS::EC2::SecurityGroupEgress', 0);
  });

  it('has a password of its own, generated, changed every 30 days by a function with a route out', () => {
    expect(instance).not.toHaveProperty('ManageMasterUserPassword');
    expect(instance['MasterUsername']).toBe('odoo_master');
    expect(JSON.stringify(instance['MasterUserPassword'])).toContain('{{resolve:secretsmanager:');
    template.hasResource('AWS::SecretsManager::Secret', {
      Properties: {
        GenerateSecretString: {
          SecretStringTemplate: '{"username":"odoo_master"}',
          ExcludePunctuation: true,
        },
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^DataKey'), 'Arn'] },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
    template.hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
      RotateImmediatelyOnUpdate: false,
    });
    const [rotation] = Object.values(template.findResources('AWS::Serverless::Application'));
    expect(JSON.stringify(rotation?.['Properties'].Parameters.vpcSubnetIds)).toContain('AppSubnet');
  });

  it('owns its log groups before it writes to them: encrypted, and not kept for ever', () => {
    const groups = template.findResources('AWS::Logs::LogGroup');
    const [{ DependsOn: awaited } = { DependsOn: [] }] = Object.values(
      template.findResources('AWS::RDS::DBInstance'),
    );
    expect(awaited).toEqual(expect.arrayContaining(Object.keys(groups)));
    expect(instance['EnableCloudwatchLogsExports']).toEqual(['postgresql', 'upgrade']);
    for (const group of Object.values(groups)) {
      expect(group['Properties']).toMatchObject({ RetentionInDays: 30, KmsKeyId: expect.anything() });
      // The name that RDS writes to holds the identifier of the instance.
      const identifier = JSON.stringify(instance['DBInstanceIdentifier']).replace('{"Fn::Join":["",["', '');
      expect(JSON.stringify(group['Properties'].LogGroupName)).toContain(identifier.split('"')[0]);
    }
    template.resourceCountIs('Custom::LogRetention', 0);
  });

  it('is named after the stack that holds it and after no input', () => {
    expect(instance['DBInstanceIdentifier']).toEqual({
      'Fn::Join': ['', ['odoo-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }]],
    });
  });

  it('is watched: statements, operating system, sign-in by role for restore checks', () => {
    expect(instance).toMatchObject({
      EnablePerformanceInsights: true,
      PerformanceInsightsRetentionPeriod: 7,
      DatabaseInsightsMode: 'standard',
      MonitoringInterval: 60,
      EnableIAMDatabaseAuthentication: true,
    });
  });

  it('is offered as a database of Odoo', () => {
    const { database } = build();
    expect(database.port).toBe('5432');
    expect(database.connections.securityGroups).toHaveLength(1);
  });

  it.each<[string, Changes]>([
    ['with a standby', { plan: { multiAz: true } }],
    ['in one zone', { plan: { multiAz: false } }],
    ['without protection', { deletionProtection: false }],
  ])('has no open policy finding and no idle acknowledgment %s', (_name, changes) => {
    const { app } = build(changes);
    expect(openFindings(app)).toEqual([]);
    expect(idleAcknowledgments(app, findingsOf(app))).toEqual([]);
  });
});

describe('a database that would fail is refused at synthesis', () => {
  it.each<[string, Changes, string]>([
    ['without NAT gateways', { natGateways: 0 }, 'cannot reach Secrets Manager, got 0 NAT gateways'],
    [
      'with IOPS on small storage',
      { plan: { iops: 9000, storageGiB: 50 } },
      'IOPS and throughput cannot be chosen',
    ],
    [
      'with the buffers of a larger class',
      { plan: { memoryMiB: 4096, parameters: { shared_buffers: '524288' } } },
      'shared_buffers of 4096 MiB may keep',
    ],
  ])('%s', (_name, changes, message) => {
    expect(() => build(changes).app.synth()).toThrow(message);
  });

  it('with all its problems at once', () => {
    const { app } = build({ natGateways: 0, plan: { iops: 9000, storageGiB: 50, storageMaxGiB: 50 } });
    expect(() => app.synth()).toThrow(/IOPS[^]*grow to[^]*NAT gateways/);
  });
});
