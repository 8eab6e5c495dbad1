import { aws_ec2 as ec2, aws_ecs as ecs, aws_kms as kms, aws_s3 as s3, type Stack } from 'aws-cdk-lib';
import { AutomatedBackups } from '../../../constructs/drill/automated-backups.ts';
import { CopiedBackups } from '../../../constructs/drill/copied-backups.ts';
import type { DrillCopies } from '../../../constructs/drill/drill-copies.ts';
import { DrillFunctions } from '../../../constructs/drill/drill-functions.ts';
import type { DrillSpeaker } from '../../../constructs/drill/drill-functions-props.ts';
import { DrillMachine } from '../../../constructs/drill/drill-machine.ts';
import type { DrillSource } from '../../../constructs/drill/drill-source.ts';
import { RdsSource } from '../../../constructs/drill/rds-source.ts';
import { TaskSource } from '../../../constructs/drill/task-source.ts';
import type { Network } from '../../../constructs/network/network.ts';
import { OdooCluster } from '../../../constructs/odoo-service/odoo-cluster.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

/** Key of the copies. */
export const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/copies';

/** What the tiers differ in. */
interface Tier {
  readonly copies: DrillCopies;
  readonly restorer?: DrillSpeaker;
  readonly source: (functions: DrillFunctions) => DrillSource;
}

interface Surroundings {
  readonly stack: Stack;
  readonly network: Network;
  readonly encryptionKey: kms.IKey;
}

/** A drill of the environment `prod`, whose database RDS restores, in a network without NAT. */
export function withDrill(): { readonly stack: Stack } {
  return drillOf(({ stack, network, encryptionKey }) => ({
    copies: new AutomatedBackups({ environmentName: 'prod', encryptionKey }),
    source: (functions) =>
      new RdsSource({
        environmentName: 'prod',
        encryptionKey,
        validation: functions.addValidation({
          environmentName: 'prod',
          auditBucket: copy(stack, 'audit-of-validation', encryptionKey),
          filestoreBucket: copy(stack, 'filestore', encryptionKey),
          filestorePrefix: 'filestore/odoo/',
          network,
          validationSecurityGroup: new ec2.SecurityGroup(stack, 'Validation', { vpc: network.vpc }),
          certificates: 'PEM',
          postgresql: 17,
          odoo: '19.0',
          oldestHours: 48,
          readAtMost: 10_000,
        }),
        database: {
          instanceClass: 'db.t4g.large',
          subnetGroupName: 'drill-subnets',
          parameterGroupName: 'drill-parameters',
          securityGroupId: 'sg-1',
        },
      }),
  }));
}

/** The same of a single server, whose backups the task restores. */
export function withServerDrill(): { readonly stack: Stack } {
  return drillOf(({ stack, encryptionKey }) => ({
    copies: new CopiedBackups(copy(stack, 'backup', encryptionKey)),
    restorer: { container: 'Restore', logStreams: 'drill/Restore/' },
    source: () => new TaskSource(),
  }));
}

function drillOf(tierOf: (surroundings: Surroundings) => Tier): { readonly stack: Stack } {
  const { app, network, logKey } = testNetwork({ natGateways: 0 });
  const stack = testStack(app, 'test-Drill');
  const logs = { logKey, logRetentionDays: 30 };
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY);
  const { cluster, logGroup } = new OdooCluster(stack, 'Cluster', { vpc: network.vpc, ...logs });
  const task = new ecs.FargateTaskDefinition(stack, 'Task', { family: 'drill' });
  task.addContainer('Check', { image: ecs.ContainerImage.fromRegistry('odoo') });
  const { copies, restorer, source } = tierOf({ stack, network, encryptionKey });
  const functions = new DrillFunctions(stack, 'Functions', {
    environmentName: 'prod',
    objectives: { rtoHours: 4, rpoHours: 1 },
    auditBucket: copy(stack, 'audit', encryptionKey),
    copies,
    cluster,
    logGroup,
    checker: { container: 'Check', logStreams: 'drill/Check/' },
    restorer,
    ...logs,
  });
  new DrillMachine(stack, 'Drill', {
    functions,
    cluster,
    task,
    source: source(functions),
    networkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-2'] } },
    ...logs,
  });
  return { stack };
}

function copy(stack: Stack, bucketName: string, encryptionKey: kms.IKey): s3.IBucket {
  return s3.Bucket.fromBucketAttributes(stack, bucketName, { bucketName, encryptionKey });
}
