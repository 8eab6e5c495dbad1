import {
  aws_autoscaling as autoscaling,
  aws_backup as backup,
  aws_certificatemanager as acm,
  aws_ecs as ecs,
  aws_ec2 as ec2,
  aws_elasticloadbalancingv2 as elbv2,
  aws_lambda as lambda,
  aws_kms as kms,
  aws_rds as rds,
  aws_s3 as s3,
  aws_ses as ses,
  Duration,
  type Stack,
} from 'aws-cdk-lib';
import type { DatabasePlan } from '../../../config/sizing/plan.ts';
import { AlarmTopic } from '../../../constructs/monitoring/alarm-topic.ts';
import { OdooWebAcl } from '../../../constructs/edge/web-acl.ts';
import { CertificateAlarms } from '../../../constructs/monitoring/certificate-alarms.ts';
import { CopyAlarms } from '../../../constructs/monitoring/copy-alarms.ts';
import { DatabaseAlarms } from '../../../constructs/monitoring/database-alarms.ts';
import { DrillAlarms } from '../../../constructs/monitoring/drill-alarms.ts';
import { FilestoreAlarms } from '../../../constructs/monitoring/filestore-alarms.ts';
import { LoadBalancerAlarms } from '../../../constructs/monitoring/load-balancer-alarms.ts';
import { MailAlarms } from '../../../constructs/monitoring/mail-alarms.ts';
import { RecoveryAlarms } from '../../../constructs/monitoring/recovery-alarms.ts';
import { FenceAlarm } from '../../../constructs/monitoring/fence-alarm.ts';
import { ReplicationAlarms } from '../../../constructs/monitoring/replication-alarms.ts';
import { ServerAlarms } from '../../../constructs/monitoring/server-alarms.ts';
import { ServerBackupAlarms } from '../../../constructs/monitoring/server-backup-alarms.ts';
import { ServerHealthAlarms } from '../../../constructs/monitoring/server-health-alarms.ts';
import { ServiceAlarms } from '../../../constructs/monitoring/service-alarms.ts';
import { WebAclAlarm } from '../../../constructs/monitoring/web-acl-alarm.ts';
import { testStack } from '../../support/stack.ts';

// Stacks with the alarms of one kind, or of all, over resources that somebody else made.

export function stackWith(add: (stack: Stack, topic: AlarmTopic) => void): Stack {
  const stack = testStack();
  add(stack, addTopic(stack));
  return stack;
}

export function stackWithAllAlarms(): Stack {
  return stackWith((stack, topic) => {
    addDatabaseAlarms(stack, topic, { class: 'db.t4g.large' });
    addLoadBalancerAlarms(stack, topic);
    addServiceAlarms(stack, topic);
    addCertificateAlarms(stack, topic);
    addWebAclAlarm(stack, topic);
    addFilestoreAlarms(stack, topic);
    addServerAlarms(stack, topic, 't4g.xlarge');
    addMailAlarms(stack, topic);
    addRecoveryAlarms(stack, topic);
    addCopyAlarms(stack, topic);
    addReplicationAlarms(stack, topic);
    addFenceAlarm(stack, topic);
    new DrillAlarms(stack, 'DrillAlarms', {
      topic,
      objectives: { rtoHours: 4, rpoHours: 1 },
      scheduled: true,
    });
    new ServerBackupAlarms(stack, 'ServerBackupAlarms', { topic, proofDays: 9, volumeIsTested: true });
    new ServerHealthAlarms(stack, 'ServerHealthAlarms', { topic });
  });
}

export function stackWithDatabaseAlarms(plan: Partial<DatabasePlan>): Stack {
  return stackWith((stack, topic) => addDatabaseAlarms(stack, topic, plan));
}

export function stackWithServerAlarms(instanceType: string): Stack {
  return stackWith((stack, topic) => addServerAlarms(stack, topic, instanceType));
}

export function addTopic(stack: Stack): AlarmTopic {
  return new AlarmTopic(stack, 'AlarmTopic', {
    environmentName: 'prod',
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/log'),
  });
}

export function addDatabaseAlarms(stack: Stack, topic: AlarmTopic, plan: Partial<DatabasePlan>): void {
  new DatabaseAlarms(stack, 'DatabaseAlarms', {
    topic,
    database: rds.DatabaseInstance.fromDatabaseInstanceAttributes(stack, 'Database', {
      instanceIdentifier: 'odoo',
      instanceEndpointAddress: 'odoo.example',
      port: 5432,
      securityGroups: [],
    }),
    plan: {
      kind: 'rds',
      class: 'db.m7g.large',
      vcpu: 2,
      memoryMiB: 8192,
      storageGiB: 100,
      storageMaxGiB: 500,
      multiAz: true,
      parameters: {},
      maxConnections: 400,
      connectionsNeeded: 200,
      ...plan,
    },
  });
}

export function addLoadBalancerAlarms(stack: Stack, topic: AlarmTopic): void {
  const vpc = new ec2.Vpc(stack, 'LoadBalancerVpc', { natGateways: 0 });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(stack, 'LoadBalancer', { vpc });
  const targetGroup = new elbv2.ApplicationTargetGroup(stack, 'Targets', {
    vpc,
    port: 8080,
    targetType: elbv2.TargetType.IP,
  });
  loadBalancer.addListener('Listener', { port: 80, defaultTargetGroups: [targetGroup] });
  new LoadBalancerAlarms(stack, 'LoadBalancerAlarms', { topic, loadBalancer, targetGroup });
}

export function addCertificateAlarms(stack: Stack, topic: AlarmTopic): void {
  const certificate = acm.Certificate.fromCertificateArn(
    stack,
    'Certificate',
    'arn:aws:acm:eu-central-1:111122223333:certificate/erp',
  );
  new CertificateAlarms(stack, 'CertificateAlarms', { topic, certificate });
}

export function addWebAclAlarm(stack: Stack, topic: AlarmTopic): void {
  const vpc = new ec2.Vpc(stack, 'FirewallVpc', { natGateways: 0 });
  const loadBalancer = new elbv2.ApplicationLoadBalancer(stack, 'Entry', { vpc });
  const logKey = kms.Key.fromKeyArn(stack, 'LogKey', 'arn:aws:kms:eu-central-1:111122223333:key/log');
  const webAcl = new OdooWebAcl(stack, 'Firewall', {
    environmentName: 'prod',
    loadBalancer,
    users: 100,
    logRetentionDays: 365,
    logKey,
  });
  new WebAclAlarm(stack, 'WebAclAlarm', { topic, webAcl });
}

export function addServiceAlarms(stack: Stack, topic: AlarmTopic): void {
  const vpc = new ec2.Vpc(stack, 'ServiceVpc', { natGateways: 0 });
  const cluster = new ecs.Cluster(stack, 'Cluster', { vpc });
  for (const role of ['web', 'cron'] as const) {
    const taskDefinition = new ecs.FargateTaskDefinition(stack, `Task-${role}`);
    taskDefinition.addContainer('Odoo', { image: ecs.ContainerImage.fromRegistry('odoo') });
    const service = new ecs.FargateService(stack, `Service-${role}`, {
      cluster,
      taskDefinition,
      minHealthyPercent: 0,
      circuitBreaker: { rollback: true },
    });
    new ServiceAlarms(stack, `ServiceAlarms-${role}`, {
      topic,
      service,
      role,
      tasks: role === 'web' ? 2 : 1,
    });
  }
}

export function addFilestoreAlarms(stack: Stack, topic: AlarmTopic): void {
  new FilestoreAlarms(stack, 'FilestoreAlarms', { topic, fileSystemId: 'fs-0123456789abcdef0' });
}

export function addMailAlarms(stack: Stack, topic: AlarmTopic): void {
  new MailAlarms(stack, 'MailAlarms', {
    topic,
    configurationSet: new ses.ConfigurationSet(stack, 'ConfigurationSet'),
  });
}

export function addRecoveryAlarms(stack: Stack, topic: AlarmTopic): void {
  const vault = backup.BackupVault.fromBackupVaultName(stack, 'Vault', 'odoo');
  new RecoveryAlarms(stack, 'RecoveryAlarms', { topic, vault, proofDays: 9 });
}

export function addCopyAlarms(stack: Stack, topic: AlarmTopic, database: 'rds' | 'repository' = 'rds'): void {
  const recoveryPointObjective = Duration.hours(1);
  new CopyAlarms(stack, `CopyAlarms-${database}`, { topic, database, recoveryPointObjective });
}

export function addReplicationAlarms(stack: Stack, topic: AlarmTopic): void {
  const bucket = (name: string) => s3.Bucket.fromBucketName(stack, name, name);
  new ReplicationAlarms(stack, 'ReplicationAlarms', {
    topic,
    filestore: { bucket: bucket('files'), replica: bucket('files-copy') },
    backups: { bucket: bucket('backups'), replica: bucket('backups-copy') },
  });
}

export function addFenceAlarm(stack: Stack, topic: AlarmTopic): void {
  const guard = lambda.Function.fromFunctionName(stack, 'FenceGuard', 'guard');
  new FenceAlarm(stack, 'FenceAlarm', { topic, guard });
}

export function addServerAlarms(stack: Stack, topic: AlarmTopic, instanceType: string): void {
  new ServerAlarms(stack, 'ServerAlarms', {
    topic,
    autoScalingGroup: autoscaling.AutoScalingGroup.fromAutoScalingGroupName(stack, 'Server', 'server'),
    instanceType,
  });
}
