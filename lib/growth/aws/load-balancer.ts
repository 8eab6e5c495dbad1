import {
  DescribeLoadBalancersCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Environment } from '../../../config/environment.ts';
import { probe } from './probe.ts';
import type { EnvironmentStacks } from './stacks.ts';

/**
 * What is wrong with the Odoo behind an environment's load balancer, as a user of the domain would meet it.
 *
 * @param patienceMs - for which it is looked again; as long as `probe` has it if left out.
 */
export async function probeService(
  { domain, region }: Pick<Environment, 'domain' | 'region'>,
  stacks: EnvironmentStacks,
  patienceMs?: number,
): Promise<string | undefined> {
  if (domain === undefined) throw new Error('a service has a domain, this environment has none');
  const arn = await loadBalancerOf(stacks);
  const { LoadBalancers = [] } = await new ElasticLoadBalancingV2Client({ region }).send(
    new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }),
  );
  const address = LoadBalancers[0]?.DNSName;
  if (address === undefined) return `load balancer ${arn} has no name`;
  return probe({ address, domain: domain.name, patienceMs });
}

/** Lets the load balancer of an environment be deleted, which production's is protected from. */
export async function allowDeletion(region: string, stacks: EnvironmentStacks): Promise<void> {
  await new ElasticLoadBalancingV2Client({ region }).send(
    new ModifyLoadBalancerAttributesCommand({
      LoadBalancerArn: await loadBalancerOf(stacks),
      Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }],
    }),
  );
}

function loadBalancerOf(stacks: EnvironmentStacks): Promise<string> {
  return stacks.resource('Edge', 'AWS::ElasticLoadBalancingV2::LoadBalancer');
}
