import {
  RemovalPolicy,
  type aws_ecs as ecs,
  aws_efs as efs,
  aws_iam as iam,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { Network } from '../network/network.ts';
import { encryptedFileSystem, mountedFileSystem } from './efs-file-system.ts';
import { ODOO_USER } from './odoo-user.ts';
import type { RecoveryRegion } from './recovery-region.ts';
import type { SharedDirectory } from './shared-directory.ts';

const CLIENT_ACTIONS = ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'];

export interface EfsDirectoryProps {
  readonly network: Network;
  readonly encryptionKey: kms.IKey;
  /** Directory on the file system that is Odoo's, made on the first mount, for example `/sessions`. */
  readonly path: string;
  /** Permissions of that directory, octal, for example `700`. */
  readonly permissions: string;
  /**
   * Where EFS makes a second file system and keeps it the same, a few minutes behind. It can only be read until the
   * replication ends.
   * @default - nowhere: the loss of the Region takes the files
   */
  readonly replica?: RecoveryRegion;
  /**
   * When files that nobody opens move to infrequent access; they return on the first read.
   * @default - never
   */
  readonly coldAfter?: efs.LifecyclePolicy;
  /**
   * A file system that is there already and is only mounted. Everything about the file system itself is then its owner's: key, policy,
   * throughput, replica and what becomes cold.
   * @default - one is made
   */
  readonly existing?: { readonly fileSystemId: string };
}

/**
 * A directory on Amazon EFS that every task sees as Odoo's own user, over TLS, with its task role.
 */
export class EfsDirectory extends Construct implements SharedDirectory {
  readonly readiness: IDependable;
  readonly fileSystem: efs.IFileSystem;

  private readonly accessPoint: efs.AccessPoint;

  constructor(scope: Construct, id: string, props: EfsDirectoryProps) {
    super(scope, id);
    const { existing } = props;
    const { fileSystem, mountTargets } =
      existing === undefined
        ? encryptedFileSystem(this, props)
        : mountedFileSystem(this, { ...props, fileSystemId: existing.fileSystemId });
    this.fileSystem = fileSystem;
    this.readiness = mountTargets;
    this.accessPoint = this.directoryOfOdoo(props);
  }

  addVolumeTo(task: ecs.FargateTaskDefinition, volumeName: string): void {
    task.addVolume({
      name: volumeName,
      efsVolumeConfiguration: {
        fileSystemId: this.fileSystem.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: this.accessPoint.accessPointId, iam: 'ENABLED' },
      },
    });
    task.addToTaskRolePolicy(
      new iam.PolicyStatement({
        actions: CLIENT_ACTIONS,
        resources: [this.fileSystem.fileSystemArn],
        conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': this.accessPoint.accessPointArn } },
      }),
    );
  }

  private directoryOfOdoo({ path, permissions }: EfsDirectoryProps): efs.AccessPoint {
    const { uid, gid } = ODOO_USER;
    const accessPoint = new efs.AccessPoint(this.fileSystem, 'AccessPoint', {
      fileSystem: this.fileSystem,
      path,
      posixUser: { uid, gid },
      createAcl: { ownerUid: uid, ownerGid: gid, permissions },
    });
    accessPoint.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return accessPoint;
  }
}
