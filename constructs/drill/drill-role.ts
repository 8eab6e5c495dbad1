import { ArnFormat, Aws, Stack, aws_iam as iam, type aws_ecs as ecs, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { allowRun } from '../database-job/release/release-role.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { DRILL_TAG } from './drill-names.ts';
import { allowDelete, allowStop, instancesOf } from './drill-permissions.ts';
import type { DrillSteps } from './drill-steps.ts';
import type { DrillDatabase } from './restore-states.ts';

export interface DrillRoleProps {
  readonly environmentName: string;
  readonly functions: DrillSteps;
  readonly cluster: ecs.ICluster;
  readonly task: ecs.FargateTaskDefinition;
  readonly database: DrillDatabase;
  /** Key of all copies, with which a restored database is encrypted, too. */
  readonly encryptionKey: kms.IKey;
}

/** What the state machine of a drill may do: make and remove what bears a drill's name and tag, and run its one task. */
export function drillRole(scope: Construct, props: DrillRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  const { lock, find, clear, validate, readChecks, report } = props.functions;
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [lock, find, clear, validate, readChecks, report].map(({ functionArn }) => functionArn),
    }),
  );
  allowRestore(role, props);
  allowDelete(
    role,
    props.environmentName,
    'A drill deletes the database that it made, should the function that clears not run. The wildcard stands for its id, a sum of the execution; the name before that is of drills alone.',
  );
  allowRun(
    role,
    props,
    'Every deployment that changes what a drill runs makes a new revision of this one family, and the condition names the one cluster.',
  );
  allowStop(
    role,
    props.cluster,
    'A drill stops the task that it started, should the function that clears not run. ECS chooses its id when it starts; nothing but drills runs in the cluster.',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'The log of the drill goes to CloudWatch Logs by actions without a resource, and tasks are listed with a condition on the one cluster. Nothing is changed by either.',
  );
  return role;
}

/** Nothing is restored that does not bear the tag by which it is found and removed. */
function allowRestore(role: iam.Role, { environmentName, database, encryptionKey }: DrillRoleProps): void {
  const instances = instancesOf(role, environmentName);
  const rdsArn = (resource: string, resourceName: string) =>
    Stack.of(role).formatArn({
      service: 'rds',
      resource,
      resourceName,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  const backups = rdsArn('auto-backup', '*');
  const options = rdsArn('og', 'default:*');
  const tagged = { Null: { [`aws:RequestTag/${DRILL_TAG}`]: 'false' } };
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:RestoreDBInstanceToPointInTime'],
      resources: [
        instances,
        backups,
        options,
        rdsArn('subgrp', database.subnetGroupName),
        rdsArn('pg', database.parameterGroupName),
      ],
      conditions: tagged,
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:AddTagsToResource'],
      resources: [instances],
      conditions: tagged,
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['rds:DescribeDBInstances'], resources: [instances] }));
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['kms:CreateGrant', 'kms:DescribeKey'],
      resources: [encryptionKey.keyArn],
      conditions: { StringEquals: { 'kms:ViaService': `rds.${Stack.of(role).region}.${Aws.URL_SUFFIX}` } },
    }),
  );
  acknowledgeWildcard(
    role,
    backups,
    'RDS chooses the ARN of the backups that it copies. They are read by a restore and not changed, and what is restored bears the name and the tag of a drill.',
  );
  acknowledgeWildcard(
    role,
    options,
    "The option group of AWS's own that RDS gives to a database that has none: it chooses it by the version.",
  );
}
