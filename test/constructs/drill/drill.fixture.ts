import { aws_ec2 as ec2, aws_ecs as ecs, aws_kms as kms, aws_s3 as s3, type Stack } from 'aws-cdk-lib';
import { DrillFunctions } from '../../../constructs/drill/drill-functions.ts';
import { DrillMachine } from '../../../constructs/drill/drill-machine.ts';
import { OdooCluster } from '../../../constructs/odoo-service/odoo-cluster.ts';
import { testNetwork } from '../../support/network.ts';
import { testStack } from '../../support/stack.ts';

/** Key of the copies. */
export const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/copies';

/** A drill of the environment `prod`, in a network without NAT. */
export function withDrill(): { readonly stack: Stack } {
  const { app, network, logKey } = testNetwork({ natGateways: 0 });
  const stack = testStack(app, 'test-Drill');
  const logs = { logKey, logRetentionDays: 30 };
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY);
  const { cluster, logGroup } = new OdooCluster(stack, 'Cluster', { vpc: network.vpc, ...logs });
  const task = new ecs.FargateTaskDefinition(stack, 'Task', { family: 'drill' });
  task.addContainer('Check', { image: ecs.ContainerImage.fromRegistry('odoo') });
  const functions = new DrillFunctions(stack, 'Functions', {
    environmentName: 'prod',
    objectives: { rtoHours: 4, rpoHours: 1 },
    auditBucket: copy(stack, 'audit', encryptionKey),
    filestoreBucket: copy(stack, 'filestore', encryptionKey),
    filestorePrefix: 'filestore/odoo/',
    encryptionKey,
    cluster,
    checker: { container: 'Check', logGroup, logStreams: 'drill/Check/' },
    network,
    validationSecurityGroup: new ec2.SecurityGroup(stack, 'Validation', { vpc: network.vpc }),
    certificates: 'PEM',
    postgresql: 17,
    odoo: '19.0',
    oldestHours: 48,
    readAtMost: 10_000,
    ...logs,
  });
  new DrillMachine(stack, 'Drill', {
    environmentName: 'prod',
    functions,
    cluster,
    task,
    encryptionKey,
    database: {
      instanceClass: 'db.t4g.large',
      subnetGroupName: 'drill-subnets',
      parameterGroupName: 'drill-parameters',
      securityGroupId: 'sg-1',
    },
    networkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'], SecurityGroups: ['sg-2'] } },
    ...logs,
  });
  return { stack };
}

function copy(stack: Stack, bucketName: string, encryptionKey: kms.IKey): s3.IBucket {
  return s3.Bucket.fromBucketAttributes(stack, bucketName, { bucketName, encryptionKey });
}
