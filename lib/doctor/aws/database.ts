import {
  DescribeDBEngineVersionsCommand,
  DescribeDBInstancesCommand,
  DescribePendingMaintenanceActionsCommand,
  paginateDescribeOrderableDBInstanceOptions,
  RDSClient,
} from '@aws-sdk/client-rds';
import { z } from 'zod';
import type { PatientClient } from '../../aws-patience.ts';
import { database, engineVersion, maintenance } from '../answers.ts';
import type { DeployedDatabase } from '../deployed.ts';
import { only } from './only.ts';

const ENGINE = 'postgres';

/** Amazon RDS. */
export function awsDatabase(config: PatientClient): DeployedDatabase {
  const client = new RDSClient(config);
  return {
    async database(id) {
      const { DBInstances } = await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: id }));
      return database.parse(only(DBInstances, `database ${id}`));
    },
    async maintenance(arn) {
      const { PendingMaintenanceActions = [] } = await client.send(
        new DescribePendingMaintenanceActionsCommand({ ResourceIdentifier: arn }),
      );
      const details = PendingMaintenanceActions.flatMap(
        ({ PendingMaintenanceActionDetails = [] }) => PendingMaintenanceActionDetails,
      );
      return z.array(maintenance).parse(details);
    },
    async engineVersion(version) {
      const { DBEngineVersions } = await client.send(
        new DescribeDBEngineVersionsCommand({ Engine: ENGINE, EngineVersion: version, IncludeAll: true }),
      );
      return engineVersion.parse(only(DBEngineVersions, `version ${version} of ${ENGINE}`));
    },
    async databaseClassOffered(databaseClass, multiAz) {
      const pages = paginateDescribeOrderableDBInstanceOptions(
        { client },
        { Engine: ENGINE, DBInstanceClass: databaseClass },
      );
      for await (const { OrderableDBInstanceOptions = [] } of pages) {
        if (OrderableDBInstanceOptions.some((option) => !multiAz || option.MultiAZCapable === true))
          return true;
      }
      return false;
    },
  };
}
