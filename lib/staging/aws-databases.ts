import {
  type DBInstance,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  InvalidDBInstanceStateFault,
  ModifyDBInstanceCommand,
  paginateDescribeDBInstances,
  type RDSClient,
  RestoreDBInstanceToPointInTimeCommand,
} from '@aws-sdk/client-rds';
import type { DatabaseInstance, DatabaseRestore, Databases } from './cloud.ts';

/** The certificate that clients of this project verify. */
const CERTIFICATE = 'rds-ca-rsa2048-g1';

/** Amazon RDS. */
export class AwsDatabases implements Databases {
  private readonly client: RDSClient;

  constructor(client: RDSClient) {
    this.client = client;
  }

  async find(identifier: string): Promise<DatabaseInstance | undefined> {
    try {
      const { DBInstances = [] } = await this.client.send(
        new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }),
      );
      return DBInstances[0] && asInstance(DBInstances[0]);
    } catch (error) {
      if (error instanceof DBInstanceNotFoundFault) return undefined;
      throw error;
    }
  }

  async tagged(tags: Readonly<Record<string, string>>): Promise<readonly DatabaseInstance[]> {
    const found: DatabaseInstance[] = [];
    for await (const page of paginateDescribeDBInstances({ client: this.client }, {})) {
      const instances = (page.DBInstances ?? []).map(asInstance);
      found.push(
        ...instances.filter((instance) =>
          Object.entries(tags).every(([key, value]) => instance.tags[key] === value),
        ),
      );
    }
    return found;
  }

  async restoreLatest(restore: DatabaseRestore): Promise<void> {
    await this.client.send(
      new RestoreDBInstanceToPointInTimeCommand({
        SourceDBInstanceIdentifier: restore.source,
        TargetDBInstanceIdentifier: restore.identifier,
        UseLatestRestorableTime: true,
        DBInstanceClass: restore.instanceClass,
        DBSubnetGroupName: restore.subnetGroup,
        VpcSecurityGroupIds: [...restore.securityGroups],
        DBParameterGroupName: restore.parameterGroup,
        CACertificateIdentifier: CERTIFICATE,
        PubliclyAccessible: false,
        MultiAZ: false,
        DeletionProtection: false,
        AutoMinorVersionUpgrade: false,
        CopyTagsToSnapshot: false,
        EnableIAMDatabaseAuthentication: false,
        BackupRetentionPeriod: 0,
        Tags: Object.entries(restore.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
  }

  async setMasterPassword(identifier: string, password: string): Promise<void> {
    await this.client.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: identifier,
        MasterUserPassword: password,
        ApplyImmediately: true,
      }),
    );
  }

  async delete(identifier: string): Promise<boolean> {
    try {
      await this.client.send(
        new DeleteDBInstanceCommand({
          DBInstanceIdentifier: identifier,
          SkipFinalSnapshot: true,
          DeleteAutomatedBackups: true,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof DBInstanceNotFoundFault) return true;
      if (error instanceof InvalidDBInstanceStateFault) return false;
      throw error;
    }
  }
}

function asInstance(instance: DBInstance): DatabaseInstance {
  const storage = instance.AllocatedStorage ?? 0;
  const { Address: host, Port: port } = instance.Endpoint ?? {};
  return {
    identifier: instance.DBInstanceIdentifier ?? '',
    status: instance.DBInstanceStatus ?? '',
    passwordPending: instance.PendingModifiedValues?.MasterUserPassword !== undefined,
    instanceClass: instance.DBInstanceClass ?? '',
    storage,
    storageMax: instance.MaxAllocatedStorage ?? storage,
    masterUser: instance.MasterUsername ?? '',
    engineVersion: instance.EngineVersion ?? '',
    latestRestorable: instance.LatestRestorableTime,
    subnetGroup: instance.DBSubnetGroup?.DBSubnetGroupName ?? '',
    securityGroups: (instance.VpcSecurityGroups ?? []).flatMap(({ VpcSecurityGroupId: id }) => id ?? []),
    parameterGroup: instance.DBParameterGroups?.[0]?.DBParameterGroupName ?? '',
    endpoint: host === undefined || port === undefined ? undefined : { host, port },
    tags: Object.fromEntries((instance.TagList ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}
