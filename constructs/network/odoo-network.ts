import {
  aws_ec2 as ec2,
  type aws_kms as kms,
  aws_logs as logs,
  RemovalPolicy,
  Stack,
  Validations,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { NetworkChoice } from '../../config/environment.ts';
import { logRetention } from '../shared/log-retention.ts';
import type { Network } from './network.ts';

type NewNetwork = Extract<NetworkChoice, { kind: 'new' }>;
type ExistingNetwork = Extract<NetworkChoice, { kind: 'existing' }>;

/** Zones that addresses are set aside for, in a Region of two as well: its third zone would move no subnet. */
const ZONES = 3;

/** Three kinds of subnet in three zones take nine of sixteen equal parts of the VPC; seven stay free. */
const SUBNET_PREFIX_BITS = 4;

export interface OdooNetworkProps {
  readonly network: NetworkChoice;
  /**
   * Whether a new VPC gives a public address to whatever is launched in its public subnets, asked for or not: for a
   * service that launches machines and cannot ask.
   *
   * @default false
   */
  readonly publicAddressesByDefault?: boolean;
  /** NAT gateways of a new VPC; with 0 nothing in the subnets `App` reaches the internet. */
  readonly natGateways: number;
  /**
   * Whether they are made here, or by a stack of their own once the network is used.
   *
   * @default 'here'
   */
  readonly natGatewaysAre?: 'here' | 'elsewhere';
  /** Encrypts the flow logs. */
  readonly logKey: kms.IKey;
  /** Days for which flow logs are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
}

/**
 * The VPC: subnets `Public`, `App` and `Database` in every Availability Zone of the stack, whatever the architecture.
 *
 * Only the number of NAT gateways follows the size. Everything else keeps its logical id and address range, so that an
 * environment grows from one server to a fleet without a subnet being replaced under its database.
 *
 * Of an existing VPC nothing is changed: its flow logs, endpoints and default security group are its owner's.
 *
 * Interface endpoints are left out on purpose. One costs as much per month in three zones as NAT charges for more than
 * 400 GB, and no service that Odoo's hosts talk to comes near that; S3, which does, has a gateway endpoint for nothing.
 */
export class OdooNetwork extends Construct implements Network {
  readonly vpc: ec2.IVpc;
  readonly cidr: string;
  readonly publicSubnets: ec2.SubnetSelection = { subnetGroupName: 'Public' };
  readonly appSubnets: ec2.SubnetSelection = { subnetGroupName: 'App' };
  readonly databaseSubnets: ec2.SubnetSelection = { subnetGroupName: 'Database' };
  readonly appSubnetsHaveRouteOut: boolean;
  readonly availabilityZoneCount: number;
  readonly odooSecurityGroup: ec2.ISecurityGroup;
  readonly databaseJobSecurityGroup: ec2.ISecurityGroup;

  constructor(scope: Construct, id: string, props: OdooNetworkProps) {
    super(scope, id);
    const { network } = props;
    this.cidr = network.cidr;
    this.vpc = network.kind === 'new' ? this.newVpc(network, props) : this.existingVpc(network);
    this.appSubnetsHaveRouteOut = network.kind === 'existing' || props.natGateways > 0;
    this.availabilityZoneCount = this.vpc.publicSubnets.length;
    this.odooSecurityGroup = this.identityOfOdoo();
    this.databaseJobSecurityGroup = this.identityOfDatabaseJob();
  }

  private newVpc({ cidr }: NewNetwork, props: OdooNetworkProps): ec2.Vpc {
    const zones = Math.min(ZONES, Stack.of(this).availabilityZones.length);
    const cidrMask = Number(cidr.split('/')[1]) + SUBNET_PREFIX_BITS;
    const vpc = new ec2.Vpc(this, 'Vpc', {
      ipAddresses: ec2.IpAddresses.cidr(cidr),
      maxAzs: zones,
      reservedAzs: ZONES - zones,
      natGateways: gatewaysHere(props),
      // Nobody uses the default security group, but whatever is launched without naming one would get it. It cannot be
      // emptied by a CloudFormation resource: this is a custom one with a function that touches this group only.
      restrictDefaultSecurityGroup: true,
      subnetConfiguration: [
        // A public address is asked for where it is needed, at launch: an instance without one does not reach AWS from
        // here to have its Elastic IP associated.
        {
          name: 'Public',
          subnetType: ec2.SubnetType.PUBLIC,
          cidrMask,
          mapPublicIpOnLaunch: props.publicAddressesByDefault ?? false,
        },
        { name: 'App', subnetType: appSubnetType(gatewaysHere(props)), cidrMask },
        { name: 'Database', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask },
      ],
    });
    // Without a policy of its own: the way out to the internet is open to Odoo anyway, so one here would keep nothing
    // in, only break image layers and packages that come from buckets of other accounts.
    vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
    this.logFlowsOf(vpc, props);
    return vpc;
  }

  private existingVpc(network: ExistingNetwork): ec2.IVpc {
    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: network.vpcId,
      vpcCidrBlock: network.cidr,
      availabilityZones: [...network.availabilityZones],
      publicSubnetIds: [...network.publicSubnetIds],
      publicSubnetNames: ['Public'],
      privateSubnetIds: [...network.privateSubnetIds],
      privateSubnetNames: ['App'],
      isolatedSubnetIds: [...network.isolatedSubnetIds],
      isolatedSubnetNames: ['Database'],
    });
    Validations.of(vpc).acknowledge({
      id: '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      reason: "The routes of an existing network are its owner's; nothing here reads or adds to them.",
    });
    return vpc;
  }

  private logFlowsOf(vpc: ec2.Vpc, { logKey, logRetentionDays }: OdooNetworkProps): void {
    const logGroup = new logs.LogGroup(this, 'FlowLogGroup', {
      encryptionKey: logKey,
      retention: logRetention(logRetentionDays),
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    vpc.addFlowLog('FlowLog', {
      destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup),
      // Accepted traffic too: after a break-in the question is what went out. Ten-minute records are a fraction of
      // the volume, which CloudWatch charges by the GB.
      trafficType: ec2.FlowLogTrafficType.ALL,
      maxAggregationInterval: ec2.FlowLogMaxAggregationInterval.TEN_MINUTES,
    });
  }

  private identityOfOdoo(): ec2.SecurityGroup {
    return new ec2.SecurityGroup(this, 'OdooSecurityGroup', {
      vpc: this.vpc,
      description: 'Whatever runs Odoo',
      // An ERP calls mail servers, banks, carriers and customers' systems on ports that nobody can list beforehand.
      // It also keeps rules towards databases in the stacks of the databases, or network and data would need each other.
      allowAllOutbound: true,
    });
  }

  private identityOfDatabaseJob(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'DatabaseJobSecurityGroup', {
      vpc: this.vpc,
      description: 'Job that makes, changes and receives databases of Odoo',
      allowAllOutbound: false,
    });
    // Its image, secrets and logs, by way of NAT. No port of mail is among what is left.
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS');
    // The resolver of AWS is never filtered; one of the VPC's owner would be.
    for (const port of [ec2.Port.udp(53), ec2.Port.tcp(53)]) {
      group.addEgressRule(ec2.Peer.ipv4(this.cidr), port, 'DNS');
    }
    return group;
  }
}

function gatewaysHere({ natGateways, natGatewaysAre = 'here' }: OdooNetworkProps): number {
  return natGatewaysAre === 'here' ? natGateways : 0;
}

function appSubnetType(natGateways: number): ec2.SubnetType {
  return natGateways > 0 ? ec2.SubnetType.PRIVATE_WITH_EGRESS : ec2.SubnetType.PRIVATE_ISOLATED;
}
