import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { EfsFilestore } from '../../constructs/filestore/efs-filestore.ts';
import type { FilestoreTest } from '../../constructs/restore-testing/filestore-test.ts';
import type { RestoreTesting } from '../../constructs/restore-testing/restore-testing.ts';
import type { NetworkStack } from './network-stack.ts';
import type { ServiceDataStack } from './service-data-stack.ts';

const NFS = ec2.Port.tcp(2049);

/** Tests the recovery points of the filestore, where it is on EFS: as a new file system, which AWS would encrypt with its own key. */
export function testFilestore(testing: RestoreTesting, { filestore, key }: ServiceDataStack): void {
  if (!(filestore instanceof EfsFilestore)) return;
  testing.test('Filestore', {
    name: 'filestore',
    type: 'EFS',
    arn: filestore.fileSystem.fileSystemArn,
    overrides: { kmsKeyId: key.keyArn },
  });
}

/** Where restored file systems are validated; undefined where the filestore is not on EFS. */
export function filestoreTestOf(
  scope: Construct,
  { networkStack, dataStack }: { readonly networkStack: NetworkStack; readonly dataStack: ServiceDataStack },
): FilestoreTest | undefined {
  const { filestore } = dataStack;
  if (!(filestore instanceof EfsFilestore)) return undefined;
  const { vpc, databaseSubnets } = networkStack.network;
  const [subnet] = vpc.selectSubnets(databaseSubnets).subnets;
  if (subnet === undefined)
    throw new Error('a restored file system is mounted in an isolated subnet, got none');
  const group = (id: string, description: string) =>
    new ec2.SecurityGroup(scope, id, { vpc, description, allowAllOutbound: false });
  const validationSecurityGroup = group(
    'FilestoreValidation',
    'Function that validates a restored file system',
  );
  const mountTargetSecurityGroup = group('RestoredFilestore', 'File system that a restore test has restored');
  mountTargetSecurityGroup.connections.allowFrom(validationSecurityGroup, NFS, 'NFS');
  // These subnets have no other route out.
  validationSecurityGroup.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'S3, by its gateway endpoint');
  return {
    subnet,
    validationSecurityGroup,
    mountTargetSecurityGroup,
    fileSystemArn: filestore.fileSystem.fileSystemArn,
  };
}
