import { Stack, type aws_ec2 as ec2, type aws_lambda as lambda } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

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

/** The functions that the test of a file system takes. */
export interface FilestoreFunctions {
  readonly test: FilestoreTest;
  /** Lists the attachments of production once more. */
  readonly noteManifest: lambda.IFunction;
  /** Looks at a restored file system, as far as one invocation lasts. */
  readonly validateFilestore: lambda.IFunction;
}

/** AWS Backup's tag on whatever it has restored for a test, and on nothing else; as a condition of IAM. */
export const RESTORED_FOR_TEST = { Null: { 'aws:ResourceTag/awsbackup-restore-test': 'false' } };

/** Actions of EFS as IAM calls them. */
export function ofEfs(...actions: readonly string[]): string[] {
  return actions.map((action) => `elasticfilesystem:${action}`);
}

/** ARN of all `file-system` or `access-point` in the Region of a stack. */
export function anyOfEfs(scope: Construct, resource: 'file-system' | 'access-point'): string {
  return Stack.of(scope).formatArn({ service: 'elasticfilesystem', resource, resourceName: '*' });
}
