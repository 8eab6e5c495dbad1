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
}

/** What the domain points at. */
export type DnsTarget =
  | { readonly loadBalancer: elbv2.ILoadBalancerV2 }
  /** Fixed IPv4 address, in the small architecture the server's Elastic IP. */
  | { readonly ipAddress: string };

/**
 * Points the domain at the entry. Where the domain has no hosted zone in this account, an output of the stack says
 * which record to make instead.
 *
 * IPv4 only, as the network is.
 */
export class OdooDnsRecord extends Construct {
  constructor(scope: Construct, id: string, props: OdooDnsRecordProps) {
    super(scope, id);
    const { domain, target } = props;
    if (domain.hostedZone === undefined) {
      this.askForRecord(domain.name, target);
    } else {
      this.defineRecord(domain.name, domain.hostedZone, target);
    }
  }

  private defineRecord(name: string, zone: NonNullable<Domain['hostedZone']>, target: DnsTarget): void {
    new route53.ARecord(this, 'Record', {
      zone: route53.HostedZone.fromHostedZoneAttributes(this, 'Zone', {
        hostedZoneId: zone.id,
        zoneName: zone.name,
      }),
      recordName: name,
      ...('loadBalancer' in target
        ? { target: route53.RecordTarget.fromAlias(new targets.LoadBalancerTarget(target.loadBalancer)) }
        : {
            target: route53.RecordTarget.fromIpAddresses(target.ipAddress),
            // Half an hour, the CDK's default, would be most of an hour's recovery objective.
            ttl: Duration.minutes(5),
          }),
    });
  }

  private askForRecord(name: string, target: DnsTarget): void {
    if ('loadBalancer' in target) {
      new CfnOutput(this, 'RecordToCreate', {
        value: target.loadBalancer.loadBalancerDnsName,
        description: `Create a CNAME record for ${name} with this value; at the top of a zone an ALIAS or ANAME record`,
      });
      return;
    }
    new CfnOutput(this, 'RecordToCreate', {
      value: target.ipAddress,
      description: `Create an A record for ${name} with this value`,
    });
  }
}
