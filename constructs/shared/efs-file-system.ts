import {
  RemovalPolicy,
  aws_ec2 as ec2,
  aws_efs as efs,
  aws_iam as iam,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { type Construct, DependencyGroup, type IDependable } from 'constructs';
import type { Network } from '../network/network.ts';
import type { RecoveryRegion } from './recovery-region.ts';

export interface EfsMountProps {
  readonly network: Network;
  /** What is on it, for example `/sessions`. */
  readonly path: string;
}

export interface EncryptedFileSystemProps extends EfsMountProps {
  readonly encryptionKey: kms.IKey;
  /** @default - not copied */
  readonly replica?: RecoveryRegion;
  /** @default - nothing becomes cold */
  readonly coldAfter?: efs.LifecyclePolicy;
}

export interface MountedFileSystem {
  readonly fileSystem: efs.IFileSystem;
  /** What has to be there before anything mounts it. */
  readonly mountTargets: IDependable;
}

/**
 * A new file system, with a mount target in each zone of the database.
 *
 * Throughput is elastic. Bursting is cheaper while its credits last, but what it guarantees follows the stored volume:
 * for the few MiB of sessions that is 1 MiB/s for all users together. The credits of a new file system hide that for
 * weeks, and then every request waits. Elastic costs a few cents per GB and has no such day.
 */
export function encryptedFileSystem(scope: Construct, props: EncryptedFileSystemProps): MountedFileSystem {
  const { network } = props;
  const fileSystem = new efs.FileSystem(scope, 'FileSystem', {
    vpc: network.vpc,
    vpcSubnets: network.databaseSubnets,
    securityGroup: mountTargetSecurityGroup(scope, props),
    encrypted: true,
    kmsKey: props.encryptionKey,
    throughputMode: efs.ThroughputMode.ELASTIC,
    // By our own plan of AWS Backup, or not at all.
    enableAutomaticBackups: false,
    replicationConfiguration: props.replica && replicationTo(props.replica),
    lifecyclePolicy: props.coldAfter,
    outOfInfrequentAccessPolicy: props.coldAfter && efs.OutOfInfrequentAccessPolicy.AFTER_1_ACCESS,
    fileSystemPolicy: onlyOverTlsAndMountTargets(),
    // Says to the CDK: add nothing to the policy above. It would let every client that can mount write as root. A
    // policy that allows nobody keeps anonymous clients out; roles get in by their own policies.
    allowAnonymousAccess: true,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
  admitOdoo(fileSystem, network);
  return { fileSystem, mountTargets: fileSystem.mountTargetsAvailable };
}

/** A file system that is there, with mount targets as a new one has them. */
export function mountedFileSystem(
  scope: Construct,
  { fileSystemId, ...props }: EfsMountProps & { readonly fileSystemId: string },
): MountedFileSystem {
  const { vpc, databaseSubnets } = props.network;
  const securityGroup = mountTargetSecurityGroup(scope, props);
  const targets = vpc.selectSubnets(databaseSubnets).subnets.map(
    ({ subnetId }, index) =>
      new efs.CfnMountTarget(scope, `MountTarget${index + 1}`, {
        fileSystemId,
        subnetId,
        securityGroups: [securityGroup.securityGroupId],
      }),
  );
  const fileSystem = efs.FileSystem.fromFileSystemAttributes(scope, 'FileSystem', {
    fileSystemId,
    securityGroup,
  });
  admitOdoo(fileSystem, props.network);
  return { fileSystem, mountTargets: new DependencyGroup(...targets) };
}

/** What EFS is told of who may mount. A file system that it has copied comes without. */
export function onlyOverTlsAndMountTargets(): iam.PolicyDocument {
  return new iam.PolicyDocument({
    statements: [
      denyUnless('NoPlainText', 'aws:SecureTransport'),
      denyUnless('NoWayAroundTheMountTargets', 'elasticfilesystem:AccessedViaMountTarget'),
    ],
  });
}

function denyUnless(sid: string, condition: string): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: ['elasticfilesystem:Client*'],
    conditions: { Bool: { [condition]: 'false' } },
  });
}

function mountTargetSecurityGroup(scope: Construct, { network, path }: EfsMountProps): ec2.SecurityGroup {
  return new ec2.SecurityGroup(scope, 'SecurityGroup', {
    vpc: network.vpc,
    description: `Mount targets of ${path}`,
    allowAllOutbound: false,
  });
}

function admitOdoo(fileSystem: efs.IFileSystem, network: Network): void {
  fileSystem.connections.allowDefaultPortFrom(network.odooSecurityGroup, 'NFS from Odoo');
  fileSystem.connections.allowDefaultPortFrom(network.databaseJobSecurityGroup, 'NFS from the database job');
}

function replicationTo({ region, encryptionKey }: RecoveryRegion): efs.ReplicationConfiguration {
  return efs.ReplicationConfiguration.regionalFileSystem(region, encryptionKey);
}
