import {
  DescribeDBInstancesCommand,
  type DBInstance,
  type Parameter,
  paginateDescribeDBParameters,
} from '@aws-sdk/client-rds';
import type { Comparison, Deployed } from '../comparison.ts';

/** The RDS instance with its parameters; nothing in the small architecture, whose database is on the server. */
export async function readDatabase(deployed: Deployed): Promise<readonly Comparison[]> {
  const { plan, account, resources } = deployed;
  const instances = resources.idsOf('AWS::RDS::DBInstance');
  if (plan.database.kind === 'host') {
    return [{ what: 'RDS instances', expected: 0, actual: instances.length }];
  }
  const id = resources.idOf('AWS::RDS::DBInstance');
  const { DBInstances = [] } = await account.rds.send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }),
  );
  const [instance] = DBInstances;
  if (!instance) return [{ what: 'RDS instance', expected: id, actual: undefined }];
  return [...compareInstance(instance, deployed), ...(await compareParameters(instance, deployed))];
}

function compareInstance(instance: DBInstance, { environment, plan }: Deployed): Comparison[] {
  const { database } = plan;
  return [
    {
      what: 'engine',
      expected: 'postgres 17',
      actual: `${instance.Engine} ${instance.EngineVersion?.split('.')[0]}`,
    },
    { what: 'instance class', expected: database.class, actual: instance.DBInstanceClass },
    { what: 'storage in GiB', expected: database.storageGiB, actual: instance.AllocatedStorage },
    {
      what: 'storage grows up to GiB',
      expected: database.storageMaxGiB,
      actual: instance.MaxAllocatedStorage,
    },
    { what: 'Multi-AZ', expected: database.multiAz, actual: instance.MultiAZ },
    { what: 'encrypted at rest', expected: true, actual: instance.StorageEncrypted },
    { what: 'publicly accessible', expected: false, actual: instance.PubliclyAccessible },
    { what: 'refuses deletion', expected: environment.production, actual: instance.DeletionProtection },
    {
      what: 'days of point-in-time recovery',
      expected: environment.retention.pointInTimeDays,
      actual: instance.BackupRetentionPeriod,
    },
    { what: 'backup window', expected: environment.windows.backup, actual: instance.PreferredBackupWindow },
    {
      what: 'maintenance window',
      expected: environment.windows.maintenance,
      actual: instance.PreferredMaintenanceWindow,
    },
  ];
}

async function compareParameters(instance: DBInstance, { plan, account }: Deployed): Promise<Comparison[]> {
  const group = instance.DBParameterGroups?.[0]?.DBParameterGroupName;
  const found: Parameter[] = [];
  const pages = paginateDescribeDBParameters({ client: account.rds }, { DBParameterGroupName: group });
  for await (const { Parameters = [] } of pages) found.push(...Parameters);
  const values = new Map(found.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]));
  const names = Object.keys(plan.database.parameters);
  return [
    {
      what: 'PostgreSQL parameters',
      expected: plan.database.parameters,
      actual: Object.fromEntries(names.map((name) => [name, values.get(name)])),
    },
    { what: 'parameter rds.force_ssl', expected: '1', actual: values.get('rds.force_ssl') },
  ];
}
