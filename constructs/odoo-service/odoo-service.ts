import { aws_ecs as ecs, Duration } from 'aws-cdk-lib';
import type { aws_elasticloadbalancingv2 as elbv2 } from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { AppPlan, Plan } from '../../config/sizing/plan.ts';
import type { Network } from '../network/network.ts';
import { NGINX_PORT } from '../odoo-node/nginx-conf.ts';
import type { Served } from '../recovery/served.ts';
import type { OdooCluster } from './odoo-cluster.ts';
import { CronTask } from './cron-task.ts';
import type { OdooNode } from './odoo-task-props.ts';
import { WebTask } from './web-task.ts';

export interface OdooServiceProps {
  readonly cluster: OdooCluster;
  readonly node: OdooNode;
  readonly plan: Plan;
  readonly network: Network;
  /** Of the load balancer, which has opened the way to Odoo's security group itself. */
  readonly targetGroup: elbv2.IApplicationTargetGroup;
  /**
   * What must be done before the first task starts, above all the database.
   *
   * @default - nothing
   */
  readonly after?: readonly IDependable[];
}

/**
 * Odoo on Fargate: a web service behind the load balancer, and a service of its own for scheduled jobs.
 *
 * A failed deployment ends with the tasks that served before still serving. CloudFormation rolls back, not ECS: ECS
 * can only return to a completed deployment, so with its own rollback the very first one would hang for three hours
 * instead of failing. Without it, a deployment that the circuit breaker ends fails the stack at once, also the first
 * (stated by AWS in aws/containers-roadmap, issue 1205, February 2021).
 */
export class OdooService extends Construct {
  readonly web: ecs.FargateService;
  readonly cron: ecs.FargateService;

  constructor(scope: Construct, id: string, props: OdooServiceProps) {
    super(scope, id);
    if (!props.network.appSubnetsHaveRouteOut) {
      throw new Error(
        'the subnets of the Odoo service have no route to the internet, got a network without NAT gateways: tasks ' +
          'could pull no image and read no secret; set at least one NAT gateway',
      );
    }
    this.web = this.defineWeb(props);
    this.scaleWeb(props.plan.app);
    this.cron = this.defineCron(props);
    this.waitFor(props);
  }

  /** Both services with their numbers of tasks. */
  served({ app }: Plan): Served {
    const { nodesMin, nodesMax } = app;
    return {
      kind: 'services',
      services: [
        {
          service: this.web,
          desired: nodesMin,
          scaled: isScaled(app) ? { min: nodesMin, max: nodesMax } : undefined,
        },
        { service: this.cron, desired: 1 },
      ],
    };
  }

  private defineWeb(props: OdooServiceProps): ecs.FargateService {
    const { app, users } = props.plan;
    const task = new WebTask(this, 'Web', {
      ...props.node,
      vcpu: app.vcpu,
      memoryMiB: app.memoryMiB,
      workers: app.workers,
      users,
      trustedCidr: props.network.cidr,
    });
    const service = this.defineService('WebService', props, {
      taskDefinition: task.definition,
      // Absent where the number follows the load: a number in the template would undo that at every deployment.
      desiredCount: isScaled(app) ? undefined : app.nodesMin,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      // The load balancer asks from the first second, Odoo answers when its registry is loaded.
      healthCheckGracePeriod: Duration.minutes(5),
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
    });
    const target = service.loadBalancerTarget({
      containerName: task.entry.containerName,
      containerPort: NGINX_PORT,
    });
    props.targetGroup.addTarget(target);
    return service;
  }

  private scaleWeb(app: AppPlan): void {
    if (!isScaled(app)) return;
    this.web
      .autoScaleTaskCount({ minCapacity: app.nodesMin, maxCapacity: app.nodesMax })
      .scaleOnCpuUtilization('Cpu', {
        targetUtilizationPercent: app.targetCpuPercent,
        scaleOutCooldown: Duration.minutes(2),
        // A node that goes cuts its websockets and warm caches: slowly down.
        scaleInCooldown: Duration.minutes(15),
      });
  }

  private defineCron(props: OdooServiceProps): ecs.FargateService {
    const { cron } = props.plan;
    const task = new CronTask(this, 'Cron', { ...props.node, ...cron });
    return this.defineService('CronService', props, {
      taskDefinition: task.definition,
      desiredCount: 1,
      // The old one stops before the new one starts: two versions must never run scheduled jobs at the same time.
      minHealthyPercent: 0,
      maxHealthyPercent: 100,
    });
  }

  private defineService(
    id: string,
    props: OdooServiceProps,
    service: Omit<ecs.FargateServiceProps, 'cluster'>,
  ): ecs.FargateService {
    return new ecs.FargateService(this, id, {
      ...service,
      cluster: props.cluster.cluster,
      platformVersion: ecs.FargatePlatformVersion.VERSION1_4,
      capacityProviderStrategies: [{ capacityProvider: 'FARGATE', weight: 1 }],
      vpcSubnets: props.network.appSubnets,
      securityGroups: [props.network.odooSecurityGroup],
      assignPublicIp: false,
      circuitBreaker: { enable: true, rollback: false },
      enableExecuteCommand: false,
      enableECSManagedTags: true,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
  }

  private waitFor({ cluster, node, after = [] }: OdooServiceProps): void {
    for (const service of [this.web, this.cron]) {
      service.node.addDependency(
        // With its capacity providers, which are a resource of their own: without them the service is refused, and
        // with the service still there they cannot be removed.
        cluster.cluster,
        node.filestore.readiness,
        node.sessions.readiness,
        ...after,
      );
      // A task that starts before this role has its policy cannot read its secrets.
      service.node.addDependency(service.taskDefinition.obtainExecutionRole());
    }
  }
}

function isScaled(app: AppPlan): boolean {
  return app.nodesMax > app.nodesMin;
}
