import { type aws_autoscaling as autoscaling, type aws_ecs as ecs, aws_iam as iam, Stack } from 'aws-cdk-lib';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';

/** What serves users. */
export type Served =
  | { readonly kind: 'services'; readonly services: readonly ServedService[] }
  | { readonly kind: 'server'; readonly group: autoscaling.IAutoScalingGroup };

export interface ServedService {
  readonly service: ecs.FargateService;
  /** Tasks, as the template has them. */
  readonly desired: number;
  /** Absent: their number is fixed. */
  readonly scaled?: { readonly min: number; readonly max: number };
}

/** Lets a function stop it, start it, and see whether it runs. */
export function allowStopping(role: iam.Role, served: Served): void {
  if (served.kind === 'server') allowGroup(role, served.group);
  else allowServices(role, served.services);
}

function allowGroup(role: iam.Role, group: autoscaling.IAutoScalingGroup): void {
  allow(role, 'autoscaling:UpdateAutoScalingGroup', group.autoScalingGroupArn);
  allow(role, 'autoscaling:DescribeAutoScalingGroups', '*');
  acknowledgeWildcard(
    role,
    group.autoScalingGroupArn,
    'Fence: the ARN of a group has an id that only Auto Scaling knows, for which the wildcard stands; its name is that of the one group.',
  );
  acknowledge(
    role,
    'AwsSolutions-IAM5[Resource::*]',
    'Fence: Auto Scaling describes groups without a resource that could be named. Only the group of this environment can be changed.',
  );
}

function allowServices(role: iam.Role, services: readonly ServedService[]): void {
  for (const { service } of services) {
    for (const action of ['UpdateService', 'DescribeServices'])
      allow(role, `ecs:${action}`, service.serviceArn);
  }
  const [service, resource] = ['application-autoscaling', 'scalable-target'];
  const anyTarget = Stack.of(role).formatArn({ service, resource, resourceName: '*' });
  allow(role, `${service}:RegisterScalableTarget`, anyTarget, {
    StringEquals: { [`${service}:service-namespace`]: 'ecs' },
  });
  acknowledgeWildcard(
    role,
    anyTarget,
    'Fence: Application Auto Scaling chooses the names of its targets. A condition leaves numbers of ECS tasks, of which this role may change those of one environment.',
  );
}

function allow(
  role: iam.Role,
  action: string,
  resource: string,
  conditions?: Record<string, Record<string, string>>,
): void {
  role.addToPolicy(new iam.PolicyStatement({ actions: [action], resources: [resource], conditions }));
}

/** As served-by.mjs reads them. */
export function settingsOf(served: Served): object {
  if (served.kind === 'server') return { group: served.group.autoScalingGroupName };
  const { services } = served;
  return {
    services: {
      cluster: services[0]?.service.cluster.clusterName,
      counts: Object.fromEntries(
        services.map(({ service, desired, scaled }) => [service.serviceName, { desired, scaled }]),
      ),
    },
  };
}
