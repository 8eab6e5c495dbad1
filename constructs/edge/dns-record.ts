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
  /** Whose entry it is: of two records the one of the recovery Region wins. */
  readonly side: Side;
}

/** The environment as it ever was, or as it was brought back in its recovery Region. */
export type Side = 'primary' | 'recovery';

/**
 * Weights in Route 53. A record of weight 0 is only answered with while there is no other: so the record of the recovery
 * Region takes the domain when it is made, and gives it back when it is removed, and nothing has to be changed in a Region
 * that may be lost. Each has one from the beginning, because a record with a weight cannot stand beside one without.
 */
const WEIGHTS: Readonly<Record<Side, number>> = { primary: 0, recovery: 255 };

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
  constructor(scope: Construct, id: string, { domain, target, side }: OdooDnsRecordProps) {
    super(scope, id);
    const zone = domain.hostedZone;
    if (zone === undefined) throw new Error(`a record for ${domain.name} needs its hosted zone, got none`);
    new route53.ARecord(this, 'Record', {
      zone: route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: zone.id,
        zoneName: zone.name,
      }),
      recordName: domain.name,
      weight: WEIGHTS[side],
      setIdentifier: side,
      ...('loadBalancer' in target
        ? { target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(target.loadBalancer)) }
        : {
            target: route53.RecordTarget.fromIpAddresses(target.ipAddress),
            // As long as Route 53 lets an alias of a load balancer be remembered: it is what users wait for when the
            // domain moves from one to the other.
            ttl: Duration.minutes(1),
          }),
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
