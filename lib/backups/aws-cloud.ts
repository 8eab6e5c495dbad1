import { BackupClient, paginateListRecoveryPointsByBackupVault } from '@aws-sdk/client-backup';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { paginateDescribeDBInstanceAutomatedBackups, RDSClient } from '@aws-sdk/client-rds';
import { z } from 'zod';
import { type Patience, PATIENCE, patientClient } from '../aws-patience.ts';
import { resourcesOf, saysThatNoneExists } from '../cloudformation.ts';
import { AwsObjects } from './aws-objects.ts';
import type { AutomatedBackup, Cloud, RecoveryPoint, StackResource } from './cloud.ts';

/** AWS itself, in one Region, with the credentials that the AWS CLI would use. */
export function awsCloud(region: string, patience: Patience = PATIENCE): Cloud {
  const config = patientClient(region, patience);
  const cloudFormation = new CloudFormationClient(config);
  const rds = new RDSClient(config);
  const backup = new BackupClient(config);
  const objects = new AwsObjects(config);
  return {
    resources: (stack) => stackResources(cloudFormation, stack),
    automatedBackups: (instance) => automatedBackups(rds, instance),
    recoveryPoints: (vault) => recoveryPoints(backup, vault),
    keptDays: (bucket, prefix) => objects.keptDays(bucket, prefix),
    keys: (bucket, prefix) => objects.keys(bucket, prefix),
    text: (bucket, key, until) => objects.text(bucket, key, until),
  };
}

async function stackResources(
  client: CloudFormationClient,
  stack: string,
): Promise<readonly StackResource[] | undefined> {
  const resources: StackResource[] = [];
  try {
    for await (const resource of resourcesOf(client, stack)) {
      const { ResourceType: type, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } = resource;
      // None has a physical id before it is made.
      if (type && logicalId && physicalId) resources.push({ type, logicalId, physicalId });
    }
  } catch (error) {
    if (saysThatNoneExists(error)) return undefined;
    throw error;
  }
  return resources;
}

const automatedBackup = z
  .object({
    DBInstanceIdentifier: z.string(),
    DbiResourceId: z.string(),
    DBInstanceAutomatedBackupsArn: z.string().optional(),
    Status: z.string(),
    KmsKeyId: z.string().optional(),
    RestoreWindow: z
      .object({ EarliestTime: z.date().optional(), LatestTime: z.date().optional() })
      .optional(),
  })
  .transform(
    ({ RestoreWindow: { EarliestTime: from, LatestTime: until } = {}, ...backup }): AutomatedBackup => ({
      instance: backup.DBInstanceIdentifier,
      resourceId: backup.DbiResourceId,
      arn: backup.DBInstanceAutomatedBackupsArn,
      status: backup.Status,
      kmsKey: backup.KmsKeyId,
      window: from && until && { from, until },
    }),
  );

async function automatedBackups(client: RDSClient, instance?: string): Promise<readonly AutomatedBackup[]> {
  const found: AutomatedBackup[] = [];
  const pages = paginateDescribeDBInstanceAutomatedBackups({ client }, { DBInstanceIdentifier: instance });
  for await (const { DBInstanceAutomatedBackups = [] } of pages) {
    found.push(...z.array(automatedBackup).parse(DBInstanceAutomatedBackups));
  }
  return found;
}

const recoveryPoint = z
  .object({
    RecoveryPointArn: z.string(),
    Status: z.string(),
    ResourceType: z.string(),
    CreationDate: z.date(),
    CompletionDate: z.date().optional(),
    CalculatedLifecycle: z.object({ DeleteAt: z.date().optional() }).optional(),
    BackupSizeInBytes: z.number().optional(),
  })
  .transform((point): RecoveryPoint => ({
    arn: point.RecoveryPointArn,
    status: point.Status,
    resourceType: point.ResourceType,
    created: point.CreationDate,
    completed: point.CompletionDate,
    deletedAt: point.CalculatedLifecycle?.DeleteAt,
    bytes: point.BackupSizeInBytes,
  }));

async function recoveryPoints(client: BackupClient, vault: string): Promise<readonly RecoveryPoint[]> {
  const found: RecoveryPoint[] = [];
  const pages = paginateListRecoveryPointsByBackupVault({ client }, { BackupVaultName: vault });
  for await (const { RecoveryPoints = [] } of pages) {
    found.push(...z.array(recoveryPoint).parse(RecoveryPoints));
  }
  return found;
}
