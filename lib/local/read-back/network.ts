import {
  DescribeFlowLogsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type SecurityGroup,
} from '@aws-sdk/client-ec2';
import type { Comparison, Deployed } from '../comparison.ts';

const ANYWHERE = '0.0.0.0/0';

/** Public, application and database subnets, in every zone. */
const SUBNETS_PER_ZONE = 3;

/** The VPC with its subnets, ways out, flow log and endpoint. */
export async function readNetwork({
  environment,
  plan,
  account,
  resources,
}: Deployed): Promise<readonly Comparison[]> {
  const vpcId = resources.idOf('AWS::EC2::VPC');
  const filters = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  const [vpcs, subnets, tables, gateways, flowLogs, endpoints] = await Promise.all([
    account.ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] })),
    account.ec2.send(new DescribeSubnetsCommand(filters)),
    account.ec2.send(new DescribeRouteTablesCommand(filters)),
    account.ec2.send(new DescribeNatGatewaysCommand({ Filter: filters.Filters })),
    account.ec2.send(new DescribeFlowLogsCommand({ Filter: [{ Name: 'resource-id', Values: [vpcId] }] })),
    account.ec2.send(new DescribeVpcEndpointsCommand(filters)),
  ]);
  const { availabilityZones, natGateways } = plan.network;
  const waysOut = (tables.RouteTables ?? [])
    .flatMap(({ Routes = [] }) => Routes)
    .filter(({ DestinationCidrBlock }) => DestinationCidrBlock === ANYWHERE);
  const zones = new Set((subnets.Subnets ?? []).map(({ AvailabilityZone }) => AvailabilityZone));
  return [
    {
      what: 'address range of the VPC',
      expected: environment.network.cidr,
      actual: vpcs.Vpcs?.[0]?.CidrBlock,
    },
    { what: 'Availability Zones with subnets', expected: availabilityZones, actual: zones.size },
    {
      what: 'subnets',
      expected: availabilityZones * SUBNETS_PER_ZONE,
      actual: subnets.Subnets?.length,
    },
    {
      what: 'subnets that give out public addresses',
      expected: 0,
      actual: subnets.Subnets?.filter(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch).length,
    },
    {
      what: 'NAT gateways',
      expected: natGateways,
      actual: gateways.NatGateways?.filter(({ State }) => State === 'available').length,
    },
    {
      what: 'default routes to the internet gateway, one per public subnet',
      expected: availabilityZones,
      actual: waysOut.filter(({ GatewayId = '' }) => GatewayId.startsWith('igw-')).length,
    },
    {
      what: 'default routes to a NAT gateway, one per application subnet',
      expected: natGateways > 0 ? availabilityZones : 0,
      actual: waysOut.filter(({ NatGatewayId = '' }) => NatGatewayId.startsWith('nat-')).length,
    },
    {
      what: 'flow logs of the VPC',
      expected: ['ACTIVE ALL'],
      actual: flowLogs.FlowLogs?.map((log) => `${log.FlowLogStatus} ${log.TrafficType}`),
    },
    {
      what: 'gateway endpoints',
      expected: [`com.amazonaws.${environment.region}.s3`],
      // The emulator ignores the filter.
      actual: endpoints.VpcEndpoints?.filter(({ VpcId }) => VpcId === vpcId).map(
        ({ ServiceName }) => ServiceName,
      ),
    },
  ];
}

/** Nobody but the entry answers addresses; everything else admits security groups. */
export async function readSecurityGroups({
  environment,
  account,
  resources,
}: Deployed): Promise<readonly Comparison[]> {
  const vpcId = resources.idOf('AWS::EC2::VPC');
  const { SecurityGroups = [] } = await account.ec2.send(
    new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }),
  );
  const open = SecurityGroups.filter((group) => addressRules(group).length > 0);
  const expected = [...new Set(environment.allowedCidrs)].flatMap((cidr) => [
    `443 from ${cidr}`,
    `80 from ${cidr}`,
  ]);
  return [
    { what: 'security groups open to addresses', expected: 1, actual: open.length },
    {
      what: 'what the entry admits',
      expected: expected.toSorted(),
      actual: open.flatMap(addressRules).toSorted(),
    },
  ];
}

function addressRules({ IpPermissions = [] }: SecurityGroup): string[] {
  return IpPermissions.flatMap(({ IpProtocol, FromPort, ToPort, IpRanges = [], Ipv6Ranges = [] }) => {
    const ports = FromPort === ToPort ? `${FromPort ?? IpProtocol}` : `${FromPort}-${ToPort}`;
    const networks = [...IpRanges.map(({ CidrIp }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 }) => CidrIpv6)];
    return networks.map((network) => `${ports} from ${network}`);
  });
}
