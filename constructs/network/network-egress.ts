import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Network } from './network.ts';

export interface NetworkEgressProps {
  /** A new VPC that was made without NAT gateways. */
  readonly network: Network;
  /** One or more, at most one for each zone. */
  readonly natGateways: number;
}

/**
 * The way out of a network that was made without one: NAT gateways, each with an address, and the routes to them from the
 * subnets `App`.
 *
 * For a network that stands before it is used. In a stack of its own, so that whoever deploys that network again takes no way
 * out from what runs in it by then.
 */
export class NetworkEgress extends Construct {
  constructor(scope: Construct, id: string, { network, natGateways }: NetworkEgressProps) {
    super(scope, id);
    const { subnets } = network.vpc.selectSubnets(network.publicSubnets);
    const gateways = subnets.slice(0, natGateways).map((subnet, index) => this.gateway(subnet, index + 1));
    network.vpc.selectSubnets(network.appSubnets).subnets.forEach(({ routeTable }, index) => {
      // The one of the same zone, where each zone has one.
      const gateway = gateways[index % gateways.length];
      new ec2.CfnRoute(this, `Route${index + 1}`, {
        routeTableId: routeTable.routeTableId,
        destinationCidrBlock: '0.0.0.0/0',
        natGatewayId: gateway?.attrNatGatewayId,
      });
    });
  }

  private gateway({ subnetId }: ec2.ISubnet, number: number): ec2.CfnNatGateway {
    const address = new ec2.CfnEIP(this, `Address${number}`, { domain: 'vpc' });
    return new ec2.CfnNatGateway(this, `Gateway${number}`, {
      subnetId,
      allocationId: address.attrAllocationId,
    });
  }
}
