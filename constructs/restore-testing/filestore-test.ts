import type { aws_ec2 as ec2 } from 'aws-cdk-lib';

/** Where restored file systems are validated, and what must not be touched meanwhile. */
export interface FilestoreTest {
  /** Of the function and of the mount target, which have to be in the same Availability Zone. */
  readonly subnet: ec2.ISubnet;
  /** Identity of the function. */
  readonly validationSecurityGroup: ec2.ISecurityGroup;
  /** Identity of the mount target. */
  readonly mountTargetSecurityGroup: ec2.ISecurityGroup;
  /** ARN of production's file system, which is denied by name. */
  readonly fileSystemArn: string;
}
