import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledge.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { TEMPORARY } from './filestore-states.ts';
import { anyOfEfs, type FilestoreFunctions, ofEfs, RESTORED_FOR_TEST } from './filestore-test.ts';

const CHANGES = ofEfs('CreateMountTarget', 'DeleteMountTarget', 'CreateAccessPoint');

/** What a state machine may do to make what was restored reachable for one function, and to take that away again. */
export class MountingPolicy extends iam.Policy {
  constructor(scope: Construct, id: string, { noteManifest, validateFilestore, test }: FilestoreFunctions) {
    super(scope, id);
    this.allow(['lambda:InvokeFunction'], [noteManifest.functionArn, validateFilestore.functionArn]);
    this.allow(
      ['lambda:UpdateFunctionConfiguration', 'lambda:GetFunctionConfiguration'],
      [validateFilestore.functionArn],
    );
    this.allowFileSystems(test.fileSystemArn);
    this.allowAccessPoints();
    this.allowNetworkInterface(test.subnet.subnetId, test.mountTargetSecurityGroup.securityGroupId);
  }

  private allowFileSystems(productionArn: string): void {
    const fileSystems = anyOfEfs(this, 'file-system');
    this.allow(CHANGES, [fileSystems], RESTORED_FOR_TEST);
    this.allow(ofEfs('DescribeMountTargets', 'DescribeAccessPoints'), [fileSystems]);
    this.addStatements(
      new iam.PolicyStatement({ effect: iam.Effect.DENY, actions: CHANGES, resources: [productionArn] }),
    );
    acknowledgeWildcard(
      this,
      fileSystems,
      'The id of a restored file system is not known before it is restored. Changes are limited to those that AWS Backup has tagged as restored for a test, and that of production is denied by name; any other can be looked at.',
    );
  }

  private allowAccessPoints(): void {
    const accessPoints = anyOfEfs(this, 'access-point');
    const { Key, Value } = TEMPORARY;
    this.allow(ofEfs('TagResource'), [accessPoints, anyOfEfs(this, 'file-system')], {
      StringEquals: {
        'elasticfilesystem:CreateAction': 'CreateAccessPoint',
        [`aws:RequestTag/${Key}`]: Value,
      },
    });
    this.allow(ofEfs('DeleteAccessPoint'), [accessPoints], {
      StringEquals: { [`aws:ResourceTag/${Key}`]: Value },
    });
    acknowledgeWildcard(
      this,
      accessPoints,
      'EFS names an access point when it makes it. Tags can be set while that happens and at no other time, and only what has the tag of these tests can be deleted: the access points of the environment do not have it.',
    );
  }

  /** EFS makes the network interface of a mount target with the permissions of whoever asks for one. */
  private allowNetworkInterface(subnetId: string, securityGroupId: string): void {
    const subnet = this.arnOfEc2('subnet', subnetId);
    const interfaces = this.arnOfEc2('network-interface', '*');
    const inSubnet = { ArnEquals: { 'ec2:Subnet': subnet } };
    this.allow(['ec2:CreateNetworkInterface'], [subnet, this.arnOfEc2('security-group', securityGroupId)]);
    this.allow(['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface'], [interfaces], inSubnet);
    this.allow(['ec2:DescribeSubnets', 'ec2:DescribeNetworkInterfaces'], ['*']);
    acknowledgeWildcard(
      this,
      interfaces,
      'EC2 names a network interface when it makes it. Those of the one subnet of these tests can be made and removed, and no service there gives up an interface that it uses.',
    );
    acknowledge(
      this,
      'AwsSolutions-IAM5[Resource::*]',
      'EC2 takes no narrower resource for the two actions that describe subnets and network interfaces. They change nothing, and EFS asks for them when it makes a mount target.',
    );
  }

  private arnOfEc2(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ec2', resource, resourceName });
  }

  private allow(
    actions: string[],
    resources: string[],
    conditions?: iam.PolicyStatementProps['conditions'],
  ): void {
    this.addStatements(new iam.PolicyStatement({ actions, resources, conditions }));
  }
}
