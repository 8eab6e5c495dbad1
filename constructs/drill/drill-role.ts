import { aws_iam as iam, type aws_ecs as ecs } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { allowRun } from '../database-job/release/release-role.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { allowStop } from './drill-permissions.ts';
import type { DrillSource } from './drill-source.ts';
import type { DrillSteps } from './drill-steps.ts';

export interface DrillRoleProps {
  readonly functions: DrillSteps;
  readonly cluster: ecs.ICluster;
  readonly task: ecs.FargateTaskDefinition;
  readonly source: DrillSource;
}

/** What the state machine of a drill may do: make and remove what bears a drill's name and tag, where it does, and run its one task. */
export function drillRole(scope: Construct, props: DrillRoleProps): iam.Role {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  const { lock, find, clear, readChecks, report } = props.functions;
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [lock, find, clear, readChecks, report].map(({ functionArn }) => functionArn),
    }),
  );
  props.source.allow(role);
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
