import type { aws_ec2 as ec2 } from 'aws-cdk-lib';

/** The network that everything else is placed in, whether made here or brought along. */
export interface Network {
  readonly vpc: ec2.IVpc;
  /**
   * IPv4 range of the VPC, as text. Rules take it from here and not from `vpc.vpcCidrBlock`, which is known only on
   * deployment, so that policy checks could not judge them.
   */
  readonly cidr: string;
  /** Load balancer, NAT gateways, the single server. A new VPC gives addresses only to what asks, unless told otherwise. */
  readonly publicSubnets: ec2.SubnetSelection;
  /** Whatever runs Odoo behind a load balancer. */
  readonly appSubnets: ec2.SubnetSelection;
  /** Databases and file systems; no route leads out or in. */
  readonly databaseSubnets: ec2.SubnetSelection;
  /** Whether `appSubnets` reach the internet; false without NAT gateways. */
  readonly appSubnetsHaveRouteOut: boolean;
  readonly availabilityZoneCount: number;
  /** Identity of whatever runs Odoo: databases and file systems admit this group and nobody else. */
  readonly odooSecurityGroup: ec2.ISecurityGroup;
  /**
   * Identity of the database job, which may hold a copy of production that is not neutralized yet: databases and file systems
   * admit it, and the only other way out is HTTPS, which starting its task takes.
   */
  readonly databaseJobSecurityGroup: ec2.ISecurityGroup;
}
