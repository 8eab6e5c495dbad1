import { aws_ec2 as ec2 } from 'aws-cdk-lib';

/**
 * The subnet's zone as the subnet itself reports it. The name that the network was built with may be an index into the
 * Region's list, and when that list changes the volume would be replaced by an empty one.
 */
export function zoneOf(subnet: ec2.ISubnet): string {
  const resource = subnet.node.defaultChild;
  return resource instanceof ec2.CfnSubnet ? resource.attrAvailabilityZone : subnet.availabilityZone;
}
