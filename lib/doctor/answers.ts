import { z } from 'zod';

/**
 * What is read of AWS's answers, by AWS's own names, so that it can be held against the properties of a template. An answer
 * without what must be in it is an error and no finding: nobody guesses.
 */
const strings = z.array(z.string()).default([]);

export const deployedStack = z.object({
  StackStatus: z.string(),
  StackStatusReason: z.string().optional(),
  EnableTerminationProtection: z.boolean().default(false),
  CreationTime: z.date(),
  LastUpdatedTime: z.date().optional(),
});
export type DeployedStack = z.infer<typeof deployedStack>;

export const deployedResource = z.object({
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceType: z.string(),
  ResourceStatus: z.string(),
});
export type DeployedResource = z.infer<typeof deployedResource>;

export const resourceDrift = z.object({
  StackResourceDriftStatus: z.string(),
  DriftStatusReason: z.string().optional(),
  PropertyDifferences: z
    .array(
      z.object({
        PropertyPath: z.string(),
        ExpectedValue: z.string().default(''),
        ActualValue: z.string().default(''),
      }),
    )
    .default([]),
});
export type ResourceDrift = z.infer<typeof resourceDrift>;

export const database = z.object({
  DBInstanceArn: z.string(),
  DBInstanceStatus: z.string(),
  DBInstanceClass: z.string(),
  EngineVersion: z.string(),
  AllocatedStorage: z.number(),
  MaxAllocatedStorage: z.number().optional(),
  StorageType: z.string(),
  StorageEncrypted: z.boolean(),
  MultiAZ: z.boolean(),
  DeletionProtection: z.boolean(),
  PubliclyAccessible: z.boolean(),
  BackupRetentionPeriod: z.number(),
  AutoMinorVersionUpgrade: z.boolean(),
  PreferredMaintenanceWindow: z.string(),
  PreferredBackupWindow: z.string(),
  CACertificateIdentifier: z.string(),
  CertificateDetails: z.object({ ValidTill: z.date().optional() }).optional(),
  PendingModifiedValues: z.record(z.string(), z.unknown()).default({}),
  DBParameterGroups: z
    .array(z.object({ DBParameterGroupName: z.string(), ParameterApplyStatus: z.string() }))
    .default([]),
});
export type Database = z.infer<typeof database>;

export const maintenance = z.object({
  Action: z.string(),
  Description: z.string().default(''),
  AutoAppliedAfterDate: z.date().optional(),
  ForcedApplyDate: z.date().optional(),
  CurrentApplyDate: z.date().optional(),
});
export type Maintenance = z.infer<typeof maintenance>;

export const engineVersion = z.object({
  Status: z.string(),
  ValidUpgradeTarget: z
    .array(z.object({ EngineVersion: z.string(), IsMajorVersionUpgrade: z.boolean() }))
    .default([]),
});
export type DatabaseEngineVersion = z.infer<typeof engineVersion>;

export const service = z.object({
  serviceName: z.string(),
  status: z.string(),
  desiredCount: z.number(),
  runningCount: z.number(),
  pendingCount: z.number(),
  taskDefinition: z.string(),
  deployments: z.array(
    z.object({
      status: z.string(),
      rolloutState: z.string().optional(),
      rolloutStateReason: z.string().optional(),
    }),
  ),
});
export type Service = z.infer<typeof service>;

export const container = z.object({ name: z.string(), image: z.string() });
export type Container = z.infer<typeof container>;

export const scalableTarget = z.object({
  MinCapacity: z.number(),
  MaxCapacity: z.number(),
  SuspendedState: z
    .object({
      DynamicScalingInSuspended: z.boolean().default(false),
      DynamicScalingOutSuspended: z.boolean().default(false),
    })
    .optional(),
});
export type ScalableTarget = z.infer<typeof scalableTarget>;

const launchTemplate = z.object({ Version: z.string().optional() }).optional();
export const group = z.object({
  LaunchTemplate: launchTemplate,
  SuspendedProcesses: z.array(z.object({ ProcessName: z.string() })).default([]),
  Instances: z
    .array(
      z.object({
        InstanceId: z.string(),
        InstanceType: z.string(),
        LifecycleState: z.string(),
        HealthStatus: z.string(),
        LaunchTemplate: launchTemplate,
      }),
    )
    .default([]),
});
export type Group = z.infer<typeof group>;

export const volume = z.object({
  Size: z.number(),
  VolumeType: z.string(),
  Iops: z.number().optional(),
  Throughput: z.number().optional(),
  Encrypted: z.boolean(),
  Attachments: z.array(z.object({ InstanceId: z.string().optional(), State: z.string() })).default([]),
});
export type Volume = z.infer<typeof volume>;

export const loadBalancer = z.object({ DNSName: z.string(), State: z.object({ Code: z.string() }) });
export type LoadBalancer = z.infer<typeof loadBalancer>;

export const listener = z.object({
  Port: z.number(),
  Protocol: z.string(),
  SslPolicy: z.string().optional(),
});
export type Listener = z.infer<typeof listener>;

export const target = z.object({
  Target: z.object({ Id: z.string() }),
  TargetHealth: z.object({ State: z.string(), Reason: z.string().optional() }),
});
export type Target = z.infer<typeof target>;

export const certificate = z.object({
  Status: z.string(),
  DomainName: z.string(),
  SubjectAlternativeNames: strings,
  NotAfter: z.date().optional(),
  InUseBy: strings,
  RenewalSummary: z.object({ RenewalStatus: z.string() }).optional(),
});
export type Certificate = z.infer<typeof certificate>;

/** A rule by which S3 copies. */
export const replicationRule = z.object({ Status: z.string() });

export interface Bucket {
  /** `Enabled`, `Suspended`; absent: never switched on. */
  readonly versioning?: string;
  /** S3's word for how, for example `aws:kms`. Absent: not at all. */
  readonly encryption?: string;
  /** Whether all four ways to make it public are blocked. */
  readonly isPrivate: boolean;
}

export const vault = z.object({
  Locked: z.boolean().default(false),
  MinRetentionDays: z.number().optional(),
  MaxRetentionDays: z.number().optional(),
});
export type Vault = z.infer<typeof vault>;

export interface Key {
  /** Key Management Service's word, `Enabled` where all is well. */
  readonly state: string;
  readonly rotates: boolean;
}

export const secret = z.object({
  DeletedDate: z.date().optional(),
  RotationEnabled: z.boolean().default(false),
  NextRotationDate: z.date().optional(),
  ReplicationStatus: z.array(z.object({ Region: z.string(), Status: z.string() })).default([]),
});
export type Secret = z.infer<typeof secret>;

export const alarm = z.object({
  AlarmName: z.string(),
  ActionsEnabled: z.boolean(),
  AlarmActions: strings,
  StateValue: z.string(),
  StateReason: z.string().default(''),
  Threshold: z.number().optional(),
});
export type Alarm = z.infer<typeof alarm>;

export const subscription = z.object({
  SubscriptionArn: z.string(),
  Protocol: z.string(),
  Endpoint: z.string().default(''),
});
export type Subscription = z.infer<typeof subscription>;

export const logGroup = z.object({
  logGroupName: z.string(),
  retentionInDays: z.number().optional(),
  kmsKeyId: z.string().optional(),
});
export type LogGroup = z.infer<typeof logGroup>;

export const mailIdentity = z.object({
  VerifiedForSendingStatus: z.boolean().default(false),
  DkimAttributes: z
    .object({ SigningEnabled: z.boolean().default(false), Status: z.string().default('NOT_STARTED') })
    .optional(),
  MailFromAttributes: z.object({ MailFromDomain: z.string(), MailFromDomainStatus: z.string() }).optional(),
});
export type MailIdentity = z.infer<typeof mailIdentity>;

export const mailAccount = z.object({
  ProductionAccessEnabled: z.boolean().default(false),
  SendingEnabled: z.boolean().default(false),
  EnforcementStatus: z.string().default('unknown'),
});
export type MailAccount = z.infer<typeof mailAccount>;

export const execution = z.object({ name: z.string(), status: z.string(), startDate: z.date() });
export type Execution = z.infer<typeof execution>;
