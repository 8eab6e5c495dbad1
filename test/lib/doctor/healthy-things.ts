import type { PlannedEnvironment } from '../../../config/load.ts';
import type { ExpectedResource } from '../../../lib/doctor/subject.ts';
import { ACCOUNT } from './physical-ids.ts';
import { part, parts, type Thing } from './thing.ts';

export interface Made {
  readonly id: string;
  readonly resource: ExpectedResource;
  /** Physical id of another resource of the same stack. */
  readonly idOf: (logicalId: string) => string;
  /** Physical id of the first resource of a type; undefined if there is none. */
  readonly first: (type: string) => string | undefined;
  readonly planned: PlannedEnvironment;
  readonly now: Date;
}

const later = (now: Date, days: number): Date => new Date(now.getTime() + days * 86_400_000);

type Maker = (made: Made & { readonly properties: Thing }) => Thing;

/** What the services say of what they made of a template, where all is well. Other types are asked about by nobody. */
const MAKERS: Readonly<Record<string, Maker>> = {
  'AWS::RDS::DBInstance': ({ id, properties: given, idOf, now }) => ({
    DBInstanceIdentifier: id,
    DBInstanceArn: `arn:aws:rds:eu-central-1:${ACCOUNT}:db:${id}`,
    DBInstanceStatus: 'available',
    DBInstanceClass: given.DBInstanceClass,
    EngineVersion: `${String(given.EngineVersion)}.6`,
    AllocatedStorage: Number(given.AllocatedStorage),
    MaxAllocatedStorage: given.MaxAllocatedStorage,
    StorageType: given.StorageType,
    StorageEncrypted: given.StorageEncrypted,
    MultiAZ: given.MultiAZ,
    DeletionProtection: given.DeletionProtection,
    PubliclyAccessible: given.PubliclyAccessible,
    BackupRetentionPeriod: given.BackupRetentionPeriod,
    AutoMinorVersionUpgrade: given.AutoMinorVersionUpgrade,
    PreferredMaintenanceWindow: given.PreferredMaintenanceWindow,
    PreferredBackupWindow: given.PreferredBackupWindow,
    CACertificateIdentifier: given.CACertificateIdentifier,
    CertificateDetails: { CAIdentifier: given.CACertificateIdentifier, ValidTill: later(now, 300) },
    PendingModifiedValues: {},
    DBParameterGroups: [
      {
        DBParameterGroupName: idOf(String(part(given.DBParameterGroupName).Ref)),
        ParameterApplyStatus: 'in-sync',
      },
    ],
  }),
  'AWS::ECS::Service': ({ id, properties, idOf, planned: { plan } }) => {
    const tasks = properties.DesiredCount ?? plan.app.nodesMin;
    return {
      serviceArn: id,
      serviceName: id.split('/').at(-1),
      status: 'ACTIVE',
      desiredCount: tasks,
      runningCount: tasks,
      pendingCount: 0,
      taskDefinition: idOf(String(part(properties.TaskDefinition).Ref)),
      deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED', rolloutStateReason: 'steady' }],
    };
  },
  'AWS::ECS::TaskDefinition': ({ properties }) => ({
    containerDefinitions: parts(properties.ContainerDefinitions).map(({ Name, Image }) => ({
      name: Name,
      image: typeof Image === 'string' ? Image : 'put-together',
    })),
  }),
  'AWS::ApplicationAutoScaling::ScalableTarget': ({ properties }) => ({
    MinCapacity: properties.MinCapacity,
    MaxCapacity: properties.MaxCapacity,
    ServiceNamespace: 'ecs',
    SuspendedState: { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false },
  }),
  'AWS::StepFunctions::StateMachine': ({ now }) => ({
    executions: [
      {
        executionArn: 'arn',
        stateMachineArn: 'arn',
        name: 'r1',
        status: 'SUCCEEDED',
        startDate: later(now, -3),
      },
    ],
  }),
  'AWS::AutoScaling::AutoScalingGroup': ({ id, planned: { plan } }) => ({
    AutoScalingGroupName: id,
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' },
    SuspendedProcesses: [],
    Instances: [
      {
        InstanceId: 'i-0abc',
        InstanceType: plan.server?.instanceType,
        LifecycleState: 'InService',
        HealthStatus: 'Healthy',
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '3' },
      },
    ],
  }),
  'AWS::EC2::Volume': ({ id, properties }) => ({
    volumeId: id,
    size: properties.Size,
    volumeType: properties.VolumeType,
    iops: properties.Iops,
    throughput: properties.Throughput,
    encrypted: properties.Encrypted,
    attachmentSet: [{ instanceId: 'i-0abc', status: 'attached' }],
  }),
  'AWS::ElasticLoadBalancingV2::LoadBalancer': ({ id, properties, first }) => ({
    balancer: { LoadBalancerArn: id, DNSName: 'entry.elb.amazonaws.com', State: { Code: 'active' } },
    attributes: parts(properties.LoadBalancerAttributes).map(({ Key, Value }) => ({
      Key,
      Value: typeof Value === 'string' ? Value : 'logs',
    })),
    listeners: [],
    firewall: firewallArn(first('AWS::WAFv2::WebACL')),
  }),
  'AWS::ElasticLoadBalancingV2::TargetGroup': ({ planned: { plan } }) => ({
    targets: Array.from({ length: plan.app.nodesMin }, (_, index) => ({
      Target: { Id: `10.40.0.${index}`, Port: 8080 },
      TargetHealth: { State: 'healthy' },
    })),
  }),
  'AWS::ElasticLoadBalancingV2::Listener': ({ id, properties }) => ({
    ListenerArn: id,
    Port: properties.Port,
    Protocol: properties.Protocol,
    SslPolicy: properties.SslPolicy,
  }),
  'AWS::CertificateManager::Certificate': ({ id, properties, now }) => ({
    CertificateArn: id,
    DomainName: properties.DomainName,
    Status: 'ISSUED',
    NotAfter: later(now, 200),
    InUseBy: ['arn:of-the-load-balancer'],
  }),
  'AWS::S3::Bucket': ({ properties }) => ({
    versioning: part(properties.VersioningConfiguration).Status,
    encryption: part(
      properties.BucketEncryption,
      'ServerSideEncryptionConfiguration',
      0,
      'ServerSideEncryptionByDefault',
    ).SSEAlgorithm,
    block: properties.PublicAccessBlockConfiguration,
    rules: parts(properties.ReplicationConfiguration, 'Rules').map(({ Status }) => ({ Status })),
  }),
  'AWS::Backup::BackupVault': ({ id, properties: { LockConfiguration: lock } }) => ({
    BackupVaultName: id,
    ...(lock !== undefined && {
      Locked: true,
      MinRetentionDays: part(lock).MinRetentionDays,
      MaxRetentionDays: part(lock).MaxRetentionDays,
    }),
  }),
  'AWS::KMS::Key': ({ id, properties }) => ({
    KeyId: id,
    KeyState: 'Enabled',
    KeyRotationEnabled: properties.EnableKeyRotation,
  }),
  'AWS::SecretsManager::Secret': ({ id, properties }) => ({
    ARN: id,
    ReplicationStatus: parts(properties.ReplicaRegions).map(({ Region }) => ({
      Region,
      Status: 'InSync',
    })),
  }),
  'AWS::SecretsManager::RotationSchedule': ({ id, now }) => ({
    ARN: id,
    RotationEnabled: true,
    NextRotationDate: later(now, 12),
  }),
  'AWS::CloudWatch::Alarm': ({ properties }) => ({
    ...alarmOf(properties),
    Threshold: properties.Threshold,
  }),
  'AWS::CloudWatch::CompositeAlarm': ({ properties }) => ({
    ...alarmOf(properties),
    AlarmRule: 'ALARM(one) AND ALARM(other)',
  }),
  'AWS::SNS::Topic': ({ id, planned }) => ({
    subscriptions: [
      {
        SubscriptionArn: `${id}:0a1b`,
        Protocol: 'email',
        Endpoint: planned.environment.alarmEmail ?? 'duty@example.com',
        TopicArn: id,
      },
    ],
  }),
  'AWS::Logs::LogGroup': ({ id, properties }) => ({
    logGroupName: id,
    retentionInDays: properties.RetentionInDays,
    kmsKeyId: 'arn:of-the-key',
  }),
};

function alarmOf(properties: Thing): Thing {
  return {
    AlarmName: properties['AlarmName'],
    ActionsEnabled: true,
    AlarmActions: parts(properties['AlarmActions']).map(() => 'arn:of-the-topic'),
    StateValue: 'OK',
  };
}

function firewallArn(id: string | undefined): string | undefined {
  const [name, uuid] = id?.split('|') ?? [];
  return id && `arn:aws:wafv2:eu-central-1:${ACCOUNT}:regional/webacl/${name}/${uuid}`;
}

export function healthyThing(made: Made): Thing | undefined {
  return MAKERS[made.resource.Type]?.({ ...made, properties: { ...made.resource.Properties } });
}
