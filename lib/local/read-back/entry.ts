import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type Listener,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Comparison, Deployed } from '../comparison.ts';

/** The load balancer of medium and large with its listeners and target group. */
export async function readEntry({
  environment,
  account,
  resources,
}: Deployed): Promise<readonly Comparison[]> {
  const [arn] = resources.idsOf('AWS::ElasticLoadBalancingV2::LoadBalancer');
  if (arn === undefined) return [];
  const client = account.loadBalancing;
  const targetGroup = resources.idOf('AWS::ElasticLoadBalancingV2::TargetGroup');
  const [balancers, attributes, { Listeners = [] }, groups] = await Promise.all([
    client.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] })),
    client.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn: arn })),
    client.send(new DescribeListenersCommand({ LoadBalancerArn: arn })),
    client.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroup] })),
  ]);
  const https = Listeners.find(({ Port }) => Port === 443);
  const rules = await client.send(new DescribeRulesCommand({ ListenerArn: https?.ListenerArn }));
  const attribute = (name: string): string | undefined =>
    attributes.Attributes?.find(({ Key }) => Key === name)?.Value;
  const group = groups.TargetGroups?.[0];
  return [
    {
      what: 'load balancer faces',
      expected: 'internet-facing',
      actual: balancers.LoadBalancers?.[0]?.Scheme,
    },
    {
      what: 'load balancer refuses deletion',
      expected: String(environment.production),
      actual: attribute('deletion_protection.enabled'),
    },
    { what: 'access logs', expected: 'true', actual: attribute('access_logs.s3.enabled') },
    {
      what: 'listeners',
      expected: [
        '443 HTTPS forward ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09',
        '80 HTTP redirect to HTTPS:443',
      ],
      actual: Listeners.map(describeListener).toSorted(),
    },
    {
      what: 'paths answered with 404 before Odoo',
      expected: ['/web/database', '/web/database/*'],
      actual: rules.Rules?.filter(
        ({ Actions = [] }) => Actions[0]?.FixedResponseConfig?.StatusCode === '404',
      ).flatMap(({ Conditions = [] }) => Conditions.flatMap(({ Values = [] }) => Values)),
    },
    {
      what: 'targets',
      expected: 'HTTP 8080 checked at /web/health',
      actual: `${group?.Protocol} ${group?.Port} checked at ${group?.HealthCheckPath}`,
    },
  ];
}

function describeListener({ Port, Protocol, SslPolicy, DefaultActions = [] }: Listener): string {
  const [action] = DefaultActions;
  const redirect = action?.RedirectConfig;
  const detail = redirect ? `to ${redirect.Protocol}:${redirect.Port}` : SslPolicy;
  return `${Port} ${Protocol} ${action?.Type} ${detail}`;
}
