import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeAddressesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNatGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-ecs';
import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
} from '@aws-sdk/client-rds';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import type { Comparison } from './comparison.ts';
import type { DeployedResource } from './deployed-resources.ts';
import type { LocalAccount } from './local-account.ts';

/** What exists in the account: ids by CloudFormation type, as the services' own APIs list them. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Lists everything that this project makes and the emulator's services can list. */
export async function takeInventory(account: LocalAccount): Promise<Inventory> {
  const { ec2, rds, loadBalancing } = account;
  const stacks = await account.cloudFormation.send(new ListStacksCommand());
  const gateways = await ec2.send(new DescribeNatGatewaysCommand());
  return {
    'AWS::CloudFormation::Stack': ids(
      stacks.StackSummaries?.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE'),
      'StackName',
    ),
    'AWS::CloudWatch::Alarm': ids(
      (await account.cloudWatch.send(new DescribeAlarmsCommand())).MetricAlarms,
      'AlarmName',
    ),
    'AWS::EC2::EIP': ids((await ec2.send(new DescribeAddressesCommand())).Addresses, 'PublicIp'),
    'AWS::EC2::LaunchTemplate': ids(
      (await ec2.send(new DescribeLaunchTemplatesCommand())).LaunchTemplates,
      'LaunchTemplateId',
    ),
    'AWS::EC2::NatGateway': ids(
      gateways.NatGateways?.filter(({ State }) => State !== 'deleted'),
      'NatGatewayId',
    ),
    'AWS::EC2::SecurityGroup': ids(
      (await ec2.send(new DescribeSecurityGroupsCommand())).SecurityGroups,
      'GroupId',
    ),
    'AWS::EC2::Subnet': ids((await ec2.send(new DescribeSubnetsCommand())).Subnets, 'SubnetId'),
    'AWS::EC2::VPC': ids((await ec2.send(new DescribeVpcsCommand())).Vpcs, 'VpcId'),
    'AWS::EC2::Volume': ids((await ec2.send(new DescribeVolumesCommand())).Volumes, 'VolumeId'),
    'AWS::ECS::Cluster': (await account.ecs.send(new ListClustersCommand())).clusterArns ?? [],
    'AWS::ElasticLoadBalancingV2::LoadBalancer': ids(
      (await loadBalancing.send(new DescribeLoadBalancersCommand())).LoadBalancers,
      'LoadBalancerArn',
    ),
    'AWS::ElasticLoadBalancingV2::TargetGroup': ids(
      (await loadBalancing.send(new DescribeTargetGroupsCommand())).TargetGroups,
      'TargetGroupArn',
    ),
    'AWS::RDS::DBInstance': ids(
      (await rds.send(new DescribeDBInstancesCommand())).DBInstances,
      'DBInstanceIdentifier',
    ),
    'AWS::RDS::DBParameterGroup': ids(
      (await rds.send(new DescribeDBParameterGroupsCommand())).DBParameterGroups,
      'DBParameterGroupName',
    ),
    'AWS::RDS::DBSubnetGroup': ids(
      (await rds.send(new DescribeDBSubnetGroupsCommand())).DBSubnetGroups,
      'DBSubnetGroupName',
    ),
    'AWS::S3::Bucket': ids((await account.s3.send(new ListBucketsCommand())).Buckets, 'Name'),
  };
}

/** Instances of which the account holds a snapshot. */
export async function snapshottedInstances(account: LocalAccount): Promise<readonly string[]> {
  const { DBSnapshots } = await account.rds.send(new DescribeDBSnapshotsCommand());
  return ids(DBSnapshots, 'DBInstanceIdentifier');
}

/** Nothing is left but what the templates say is kept. */
export function compareLeftovers(
  before: Inventory,
  after: Inventory,
  kept: readonly DeployedResource[],
): readonly Comparison[] {
  return Object.entries(after).map(([type, found]) => ({
    what: `what is left of ${type}`,
    expected: kept
      .filter((resource) => resource.type === type)
      .map(({ physicalId }) => physicalId)
      .toSorted(),
    actual: found.filter((id) => !before[type]?.includes(id)).toSorted(),
  }));
}

function ids<T>(found: readonly T[] | undefined, field: keyof T): string[] {
  return (found ?? []).map((each) => String(each[field]));
}
