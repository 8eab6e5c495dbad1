import { ArnFormat, Stack, aws_iam as iam } from 'aws-cdk-lib';
import type { aws_ecs as ecs, aws_rds as rds } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../../shared/acknowledge-wildcard.ts';
import { snapshotPrefix } from './snapshot-states.ts';

export interface ReleaseRoleProps {
  readonly cluster: ecs.ICluster;
  readonly task: ecs.FargateTaskDefinition;
  readonly instance: rds.IDatabaseInstance;
}

/** What the state machine of a release may do: run and stop the one task, take and see its own snapshots. */
export function releaseRole(scope: Construct, props: ReleaseRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
  });
  allowRun(
    role,
    props,
    'Every deployment that changes the job makes a new revision of its task definition. The wildcard stands for the revision number of this one family, and the condition for this one cluster.',
  );
  allowWatch(role, props);
  allowSnapshots(role, props);
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Sending a log to CloudWatch Logs and listing the tasks of a cluster know no narrower resource; the second is limited to the one cluster by a condition.',
  );
  return role;
}

/**
 * Lets a state machine run a task in one cluster, in whatever revision.
 *
 * @param reason - why the wildcard that stands for the revision is acceptable.
 */
export function allowRun(
  role: iam.Role,
  { cluster, task }: { readonly cluster: ecs.ICluster; readonly task: ecs.FargateTaskDefinition },
  reason: string,
): void {
  // Not `task.grantRun`, which names one revision: the policy would change in the very deployment that uses it, and a
  // change of a policy takes a while to be in force.
  const anyRevision = Stack.of(role).formatArn({
    service: 'ecs',
    resource: 'task-definition',
    resourceName: `${task.family}:*`,
  });
  role.addToPolicy(onCluster(cluster, ['ecs:RunTask'], anyRevision));
  acknowledgeWildcard(role, anyRevision, reason);
  task.taskRole.grantPassRole(role);
  task.obtainExecutionRole().grantPassRole(role);
}

function allowWatch(role: iam.Role, { cluster }: ReleaseRoleProps): void {
  const anyTask = tasksOf(role, cluster);
  role.addToPolicy(onCluster(cluster, ['ecs:DescribeTasks', 'ecs:StopTask'], anyTask));
  role.addToPolicy(onCluster(cluster, ['ecs:ListTasks'], '*'));
  acknowledgeWildcard(
    role,
    anyTask,
    'ECS chooses the id of a task when it starts, so the policy cannot name it. The state machine looks at and stops only the task that it started, and reaches no other cluster than this.',
  );
}

function allowSnapshots(role: iam.Role, { instance }: ReleaseRoleProps): void {
  const snapshots = Stack.of(role).formatArn({
    service: 'rds',
    resource: 'snapshot',
    resourceName: `${snapshotPrefix(instance.instanceIdentifier)}*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['rds:CreateDBSnapshot'],
      resources: [instance.instanceArn, snapshots],
    }),
  );
  role.addToPolicy(new iam.PolicyStatement({ actions: ['rds:DescribeDBSnapshots'], resources: [snapshots] }));
  acknowledgeWildcard(
    role,
    snapshots,
    'A snapshot is named after the execution that takes it. The wildcard stands for that name; what precedes it is the name of this one database.',
  );
}

/** ARN of every task of a cluster, in the stack of a role. */
export function tasksOf(role: iam.IRole, { clusterName }: ecs.ICluster): string {
  return Stack.of(role).formatArn({ service: 'ecs', resource: 'task', resourceName: `${clusterName}/*` });
}

/** Actions of ECS that are allowed on one cluster only. */
export function onCluster(
  { clusterArn }: ecs.ICluster,
  actions: readonly string[],
  resource: string,
): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: [...actions],
    resources: [resource],
    conditions: { ArnEquals: { 'ecs:cluster': clusterArn } },
  });
}
