import {
  aws_route53 as route53,
  aws_route53_targets as targets,
  CfnOutput,
  Duration,
  type aws_elasticloadbalancingv2 as elbv2,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Domain } from '../../config/environment.ts';

export interface OdooDnsRecordProps {
  readonly domain: Domain;
  readonly target: DnsTarget;
  /** Whose entry it is. */
  readonly side: Side;
  /** Which of two records is answered with. */
  readonly failover: DnsFailover;
}

/** The environment as it ever was, or as it was brought back in its recovery Region. */
export type Side = 'primary' | 'recovery';

/**
 * `switch`: the recovery Region's, as soon as it is made and until it is removed. `health-check`: the recovery Region's only
 * while the entry of the primary one is not healthy.
 */
export type DnsFailover = 'switch' | 'health-check';

/**
 * Weights in Route 53. A record of weight 0 is only answered with while there is no healthy one with more, so nothing has to be
 * changed in a Region that may be lost. Each has one from the beginning, because a record with a weight cannot stand beside
 * one without.
 */
const WEIGHTS: Readonly<Record<DnsFailover, Readonly<Record<Side, number>>>> = {
  switch: { primary: 0, recovery: 255 },
  'health-check': { primary: 255, recovery: 0 },
};

/** What the domain points at. */
export type DnsTarget =
  | { readonly loadBalancer: elbv2.ILoadBalancerV2 }
  /** Fixed IPv4 address, in the small architecture the server's Elastic IP. */
  | { readonly ipAddress: string };

/**
 * Points the domain at the entry, in the domain's hosted zone.
 *
 * IPv4 only, as the network is.
 */
export class OdooDnsRecord extends Construct {
  /** @throws if the domain has no hosted zone; see {@link askForDnsRecord}. */
  constructor(scope: Construct, id: string, { domain, target, side, failover }: OdooDnsRecordProps) {
    super(scope, id);
    const zone = domain.hostedZone;
    const isWatched = failover === 'health-check' && side === 'primary';
    if (zone === undefined) throw new Error(`a record for ${domain.name} needs its hosted zone, got none`);
    new route53.ARecord(this, 'Record', {
      zone: route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: zone.id,
        zoneName: zone.name,
      }),
      recordName: domain.name,
      weight: WEIGHTS[failover][side],
      setIdentifier: side,
      ...('loadBalancer' in target
        ? {
            target: route53.RecordTarget.fromAlias(
              // Route 53 asks the load balancer whether any node is healthy, for nothing.
              new targets.LoadBalancerTarget(target.loadBalancer, { evaluateTargetHealth: isWatched }),
            ),
          }
        : {
            target: route53.RecordTarget.fromIpAddresses(target.ipAddress),
            // As long as Route 53 lets an alias of a load balancer be remembered: it is what users wait for when the
            // domain moves from one to the other.
            ttl: Duration.minutes(1),
            healthCheck: isWatched ? this.healthOf(target.ipAddress, domain) : undefined,
          }),
    });
  }

  /** By the address: by its name Route 53 would come to whoever has the domain. */
  private healthOf(ipAddress: string, { name }: Domain): route53.HealthCheck {
    return new route53.HealthCheck(this, 'HealthCheck', {
      type: route53.HealthCheckType.HTTPS,
      ipAddress,
      fqdn: name,
      enableSNI: true,
      resourcePath: '/web/health',
      requestInterval: Duration.seconds(30),
      failureThreshold: 3,
    });
  }
}

/** Output of a stack that says which record to make by hand, where the domain has no hosted zone in this account. */
export function askForDnsRecord(scope: Construct, name: string, target: DnsTarget): void {
  if ('loadBalancer' in target) {
    new CfnOutput(scope, 'RecordToCreate', {
      value: target.loadBalancer.loadBalancerDnsName,
      description: `Create a CNAME record for ${name} with this value; at the top of a zone an ALIAS or ANAME record`,
    });
    return;
  }
  new CfnOutput(scope, 'RecordToCreate', {
    value: target.ipAddress,
    description: `Create an A record for ${name} with this value`,
  });
}
