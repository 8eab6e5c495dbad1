import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs';
import type { Comparison, Deployed } from '../comparison.ts';

/** The ECS services of medium and large: web behind the load balancer, cron without. */
export async function readService({ plan, account, resources }: Deployed): Promise<readonly Comparison[]> {
  const arns = resources.idsOf('AWS::ECS::Service');
  if (plan.tier === 'small') return [{ what: 'ECS services', expected: 0, actual: arns.length }];
  const cluster = resources.idOf('AWS::ECS::Cluster');
  const { services = [] } = await account.ecs.send(
    new DescribeServicesCommand({ cluster, services: [...arns] }),
  );
  const web = services.find(({ loadBalancers = [] }) => loadBalancers.length > 0);
  const cron = services.find(({ loadBalancers = [] }) => loadBalancers.length === 0);
  if (!web || !cron) return [{ what: 'web and cron service', expected: 2, actual: services.length }];
  const size = async ({ taskDefinition }: Service): Promise<TaskDefinition | undefined> =>
    (await account.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition }))).taskDefinition;
  const [webTask, cronTask] = await Promise.all([size(web), size(cron)]);
  return [
    { what: 'ECS services', expected: 2, actual: services.length },
    { what: 'web task', expected: fargate(plan.app), actual: taskSize(webTask) },
    { what: 'cron task', expected: fargate(plan.cron), actual: taskSize(cronTask) },
    {
      what: 'HTTP workers in odoo.conf of the web task',
      expected: plan.app.workers,
      actual: option('workers', webTask),
    },
    {
      what: 'cron workers in odoo.conf of the cron task',
      expected: plan.cron.workers,
      actual: option('max_cron_threads', cronTask),
    },
    { what: 'cron tasks', expected: 1, actual: cron.desiredCount },
    ...services.flatMap(compareDeployment),
    {
      what: 'images pinned by digest',
      expected: true,
      actual: [webTask, cronTask]
        .flatMap((task) => task?.containerDefinitions ?? [])
        .every(({ image = '' }) => image.includes('@sha256:')),
    },
  ];
}

function compareDeployment({
  serviceName,
  deploymentConfiguration,
  networkConfiguration,
}: Service): Comparison[] {
  return [
    {
      what: `${serviceName} gives up on a failing deployment`,
      expected: true,
      actual: deploymentConfiguration?.deploymentCircuitBreaker?.enable,
    },
    {
      what: `public addresses of ${serviceName}`,
      expected: 'DISABLED',
      actual: networkConfiguration?.awsvpcConfiguration?.assignPublicIp,
    },
  ];
}

function fargate({ vcpu, memoryMiB }: { readonly vcpu: number; readonly memoryMiB: number }): string {
  return `${vcpu * 1024} CPU units, ${memoryMiB} MiB`;
}

function taskSize(task: TaskDefinition | undefined): string {
  return `${task?.cpu} CPU units, ${task?.memory} MiB`;
}

/** Number of an option in the configuration that the task writes when it starts. */
function option(name: string, task: TaskDefinition | undefined): number {
  const texts = (task?.containerDefinitions ?? []).flatMap(({ command = [] }) => command);
  return Number(new RegExp(`^${name} = (\\d+)$`, 'm').exec(texts.join('\n'))?.[1]);
}
