import { ArnFormat, Stack, aws_iam as iam, type aws_lambda as lambda } from 'aws-cdk-lib';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { TEMPORARY } from './filestore-states.ts';
import type { FilestoreTest } from './filestore-test.ts';

/** AWS Backup's tag on whatever it has restored for a test, and nothing else. */
const RESTORED = { Null: { 'aws:ResourceTag/awsbackup-restore-test': 'false' } };

const MAKE = ['CreateMountTarget', 'DeleteMountTarget', 'CreateAccessPoint'].map(ofEfs);
const CLIENT = ['ClientMount', 'ClientWrite', 'ClientRootAccess'].map(ofEfs);

/** Mounts what was restored, and never production's. */
export function allowMount(role: iam.Role, { fileSystemArn }: FilestoreTest): void {
  const restored = efsArn(role, 'file-system');
  allow(role, [ofEfs('ClientMount')], [restored], RESTORED);
  deny(role, CLIENT, fileSystemArn);
  acknowledgeWildcard(
    role,
    restored,
    'The id of a restored file system is not known before it is restored. Only those that AWS Backup has tagged as restored for a test are allowed, and that of production is denied by name.',
  );
}

/** Makes what was restored reachable for one function, and takes that away again. */
export function allowMounting(role: iam.Role, test: FilestoreTest, mountedTo: lambda.IFunction): void {
  allow(
    role,
    ['lambda:UpdateFunctionConfiguration', 'lambda:GetFunctionConfiguration'],
    [mountedTo.functionArn],
  );
  allowOnFileSystems(role, test);
  allowOnAccessPoints(role);
  allowNetworkInterface(role, test);
}

function allowOnFileSystems(role: iam.Role, { fileSystemArn }: FilestoreTest): void {
  const restored = efsArn(role, 'file-system');
  allow(role, MAKE, [restored], RESTORED);
  allow(role, ['DescribeMountTargets', 'DescribeAccessPoints'].map(ofEfs), [restored]);
  deny(role, MAKE, fileSystemArn);
  acknowledgeWildcard(
    role,
    restored,
    'The id of a restored file system is not known before it is restored. Changes are limited to those that AWS Backup has tagged as restored for a test, and that of production is denied by name; any other can be looked at.',
  );
}

/** Those alone that have the tag with which they were made. */
function allowOnAccessPoints(role: iam.Role): void {
  const accessPoints = efsArn(role, 'access-point');
  const { Key, Value } = TEMPORARY;
  allow(role, [ofEfs('TagResource')], [accessPoints, efsArn(role, 'file-system')], {
    StringEquals: { 'elasticfilesystem:CreateAction': 'CreateAccessPoint', [`aws:RequestTag/${Key}`]: Value },
  });
  allow(role, [ofEfs('DeleteAccessPoint')], [accessPoints], {
    StringEquals: { [`aws:ResourceTag/${Key}`]: Value },
  });
  acknowledgeWildcard(
    role,
    accessPoints,
    'EFS names an access point when it makes it. Tags can be set while that happens and at no other time, and only what has the tag of these tests can be deleted: the access points of the environment do not have it.',
  );
}

/** EFS makes the network interface of a mount target with the permissions of whoever asks for one. */
function allowNetworkInterface(role: iam.Role, { subnet, mountTargetSecurityGroup }: FilestoreTest): void {
  const ec2Arn = (resource: string, resourceName: string) =>
    Stack.of(role).formatArn({ service: 'ec2', resource, resourceName });
  const subnetArn = ec2Arn('subnet', subnet.subnetId);
  const interfaces = ec2Arn('network-interface', '*');
  const groupArn = ec2Arn('security-group', mountTargetSecurityGroup.securityGroupId);
  allow(role, ['ec2:CreateNetworkInterface'], [subnetArn, groupArn]);
  const inSubnet = { ArnEquals: { 'ec2:Subnet': subnetArn } };
  allow(role, ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'], [interfaces], inSubnet);
  allow(role, ['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces'], ['*']);
  acknowledgeWildcard(
    role,
    interfaces,
    'EC2 names a network interface when it makes it. Those of the one subnet of these tests can be made and removed, and there no service gives up an interface that it uses.',
  );
}

function ofEfs(action: string): string {
  return `elasticfilesystem:${action}`;
}

function efsArn(role: iam.Role, resource: string): string {
  return Stack.of(role).formatArn({
    service: 'elasticfilesystem',
    resource,
    resourceName: '*',
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });
}

function allow(
  role: iam.Role,
  actions: string[],
  resources: string[],
  conditions?: iam.PolicyStatementProps['conditions'],
): void {
  role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
}

function deny(role: iam.Role, actions: string[], resource: string): void {
  role.addToPolicy(new iam.PolicyStatement({ effect: iam.Effect.DENY, actions, resources: [resource] }));
}
