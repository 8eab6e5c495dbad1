import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { findStack, outputsOf, resourcesOf } from '../cloudformation.ts';
import { ReleaseExecutions } from '../release/release-executions.ts';
import { AwsDatabases } from './aws-databases.ts';
import { AwsStore } from './aws-store.ts';
import type { Cloud, DeployedStack } from './cloud.ts';

/** States of a stack in which it is as its template says. */
const DEPLOYED = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
]);

/** AWS itself, in one Region, with the credentials that the AWS CLI would use. */
export function awsCloud(region: string): Cloud {
  const cloudFormation = new CloudFormationClient({ region });
  return {
    account: async () => {
      const { Account = '' } = await new STSClient({ region }).send(new GetCallerIdentityCommand());
      return Account;
    },
    stack: (name) => deployedStack(cloudFormation, name),
    secret: async (arn) => {
      const { SecretString = '' } = await new SecretsManagerClient({ region }).send(
        new GetSecretValueCommand({ SecretId: arn }),
      );
      return SecretString;
    },
    databases: new AwsDatabases(new RDSClient({ region })),
    // Many small requests at once, some of which S3 asks to repeat.
    store: new AwsStore(new S3Client({ region, maxAttempts: 8 })),
    releases: new ReleaseExecutions(region),
  };
}

async function deployedStack(client: CloudFormationClient, name: string): Promise<DeployedStack | undefined> {
  const stack = await findStack(client, name);
  if (stack === undefined || !DEPLOYED.has(stack.StackStatus ?? '')) return undefined;
  const resources: Record<string, string> = {};
  for await (const resource of resourcesOf(client, name)) {
    const { LogicalResourceId: id, PhysicalResourceId: physical } = resource;
    if (id !== undefined && physical !== undefined) resources[id] = physical;
  }
  return { resources, outputs: outputsOf(stack) };
}
