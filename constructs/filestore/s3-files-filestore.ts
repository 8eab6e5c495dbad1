import {
  type CfnResource,
  RemovalPolicy,
  Stack,
  aws_ec2 as ec2,
  aws_ecs as ecs,
  aws_iam as iam,
  type aws_kms as kms,
  type aws_s3 as s3,
  aws_s3files as s3files,
} from 'aws-cdk-lib';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import type { Network } from '../network/network.ts';
import { ODOO_USER } from '../shared/odoo-user.ts';
import type { SharedDirectory } from '../shared/shared-directory.ts';
import { acknowledgeWildcard } from '../shared/acknowledge-wildcard.ts';
import { FILESTORE_DIRECTORY } from './filestore-bucket.ts';
import { S3FilesRole } from './s3-files-role.ts';

const NFS = ec2.Port.tcp(2049);

/**
 * Logical ids that must never change: bucket, role and key of a file system are create-only, so that a renamed role
 * would replace it, and with it the address that every task mounts, while writes of the last minute may be lost.
 */
const LOGICAL_IDS = {
  role: 'FilestoreSynchronizationRole',
  fileSystem: 'FilestoreFileSystem',
  accessPoint: 'FilestoreAccessPoint',
} as const;

export interface S3FilesFilestoreProps {
  readonly network: Network;
  readonly bucket: s3.IBucket;
  /** Key of the bucket and of the layer in front of it. */
  readonly encryptionKey: kms.IKey;
}

/**
 * The filestore bucket as a directory that every task mounts: Amazon S3 Files.
 *
 * What Odoo writes is durable at once and reaches the bucket after it has rested for a minute. Two rules follow.
 * Nothing else may write keys that Odoo writes: where both changed a file, the bucket wins and the mount's version
 * goes where Odoo cannot see it. And an object that is put there by another way needs the owner in its metadata, or
 * the mount shows its directory as root's and Odoo cannot add to it.
 *
 * One per stack: its logical ids are fixed.
 */
export class S3FilesFilestore extends Construct implements SharedDirectory {
  readonly readiness: IDependable;
  readonly fileSystem: s3files.CfnFileSystem;

  private readonly props: S3FilesFilestoreProps;
  private readonly accessPoint: s3files.CfnAccessPoint;
  private readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, props: S3FilesFilestoreProps) {
    super(scope, id);
    this.props = props;
    this.fileSystem = this.fileSystemOverBucket();
    this.accessPoint = this.directoryOfOdoo();
    this.policy = this.useOfMount();
    this.readiness = new DependencyGroup(...this.mountTargets(), this.accessPoint);
  }

  addVolumeTo(task: ecs.FargateTaskDefinition, volumeName: string): void {
    task.addVolume({ name: volumeName });
    this.turnIntoS3Files(task, volumeName);
    task.taskRole.addManagedPolicy(this.policy);
  }

  private fileSystemOverBucket(): s3files.CfnFileSystem {
    const { bucket, encryptionKey } = this.props;
    const role = new S3FilesRole(this, 'Role', { bucket, encryptionKey, logicalId: LOGICAL_IDS.role });
    const fileSystem = new s3files.CfnFileSystem(this, 'FileSystem', {
      bucket: bucket.bucketArn,
      roleArn: role.roleArn,
      kmsKeyId: encryptionKey.keyArn,
      tags: [{ key: 'Name', value: this.node.path }],
    });
    // Deletion fails while changes are not yet in the bucket; a retained file system goes on exporting them.
    return pinned(fileSystem, LOGICAL_IDS.fileSystem);
  }

  private directoryOfOdoo(): s3files.CfnAccessPoint {
    const { uid, gid } = ODOO_USER;
    const accessPoint = new s3files.CfnAccessPoint(this, 'AccessPoint', {
      fileSystemId: this.fileSystem.attrFileSystemId,
      posixUser: { uid, gid },
      rootDirectory: {
        path: `/${FILESTORE_DIRECTORY}`,
        // Without these, mounting a directory that is not there yet fails. nginx, another user, reads what Odoo wrote.
        creationPermissions: { ownerUid: uid, ownerGid: gid, permissions: '0755' },
      },
    });
    return pinned(accessPoint, LOGICAL_IDS.accessPoint);
  }

  /** One in every zone; CloudFormation makes none by itself, and a task in a zone without one hangs. */
  private mountTargets(): s3files.CfnMountTarget[] {
    const { network } = this.props;
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Mount targets of the filestore',
      allowAllOutbound: false,
    });
    securityGroup.connections.allowFrom(network.odooSecurityGroup, NFS, 'NFS from Odoo');
    securityGroup.connections.allowFrom(network.databaseJobSecurityGroup, NFS, 'NFS from the database job');
    return network.vpc.selectSubnets(network.databaseSubnets).subnets.map(
      (subnet, index) =>
        new s3files.CfnMountTarget(this, `MountTarget${index + 1}`, {
          fileSystemId: this.fileSystem.attrFileSystemId,
          subnetId: subnet.subnetId,
          securityGroups: [securityGroup.securityGroupId],
        }),
    );
  }

  /** The L2 task definition knows no such volume yet. */
  private turnIntoS3Files(task: ecs.FargateTaskDefinition, volumeName: string): void {
    const { defaultChild } = task.node;
    if (!(defaultChild instanceof ecs.CfnTaskDefinition)) {
      throw new Error(`${task.node.path} has no task definition resource`);
    }
    const volumes: readonly { name: string }[] = Stack.of(task).resolve(defaultChild.volumes);
    const index = volumes.findIndex((volume) => volume.name === volumeName);
    defaultChild.addPropertyOverride(`Volumes.${index}.S3FilesVolumeConfiguration`, {
      FileSystemArn: this.fileSystem.attrFileSystemArn,
      AccessPointArn: this.accessPoint.attrAccessPointArn,
    });
  }

  /**
   * What a task needs to use the mount. A managed policy beside the resources rather than statements in each task's
   * role, so that whoever asks what may read the attachments finds one answer here.
   */
  private useOfMount(): iam.ManagedPolicy {
    const { bucket, encryptionKey } = this.props;
    const attachments = bucket.arnForObjects(`${FILESTORE_DIRECTORY}/*`);
    const policy = new iam.ManagedPolicy(this, 'UseOfMount', {
      description: 'Odoo: mount the filestore and read large attachments from its bucket',
      statements: [
        new iam.PolicyStatement({
          actions: ['s3files:ClientMount', 's3files:ClientWrite'],
          resources: [this.fileSystem.attrFileSystemArn],
          conditions: { ArnEquals: { 's3files:AccessPointArn': this.accessPoint.attrAccessPointArn } },
        }),
        // The mount's client streams large files from the bucket itself; without these all goes through the file system.
        new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
        new iam.PolicyStatement({
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: [attachments],
        }),
        new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] }),
      ],
    });
    acknowledgeWildcard(
      policy,
      attachments,
      'Odoo reads every attachment, each an object of its own under this one prefix; the permission is to read only.',
    );
    return policy;
  }
}

function pinned<T extends CfnResource>(resource: T, logicalId: string): T {
  resource.overrideLogicalId(logicalId);
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  return resource;
}
