import {
  RemovalPolicy,
  aws_ec2 as ec2,
  type aws_ecs as ecs,
  aws_efs as efs,
  aws_iam as iam,
  type aws_kms as kms,
} from 'aws-cdk-lib';
import { Construct, type IDependable } from 'constructs';
import type { Network } from '../network/network.ts';
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
}

/**
 * A directory on Amazon EFS that every task sees as Odoo's own user, over TLS, with its task role.
 *
 * Throughput is elastic. Bursting is cheaper while its credits last, but what it guarantees follows the stored volume:
 * for the few MiB of sessions that is 1 MiB/s for all users together. The credits of a new file system hide that for
 * weeks, and then every request waits. Elastic costs a few cents per GB and has no such day.
 */
export class EfsDirectory extends Construct implements SharedDirectory {
  readonly readiness: IDependable;
  readonly fileSystem: efs.FileSystem;

  private readonly accessPoint: efs.AccessPoint;

  constructor(scope: Construct, id: string, props: EfsDirectoryProps) {
    super(scope, id);
    this.fileSystem = this.encryptedFileSystem(props);
    this.accessPoint = this.directoryOfOdoo(props);
    this.readiness = this.fileSystem.mountTargetsAvailable;
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

  private encryptedFileSystem(props: EfsDirectoryProps): efs.FileSystem {
    const { network } = props;
    const fileSystem = new efs.FileSystem(this, 'FileSystem', {
      vpc: network.vpc,
      vpcSubnets: network.databaseSubnets,
      securityGroup: new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: network.vpc,
        description: `Mount targets of ${props.path}`,
        allowAllOutbound: false,
      }),
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
    fileSystem.connections.allowDefaultPortFrom(network.odooSecurityGroup, 'NFS from Odoo');
    fileSystem.connections.allowDefaultPortFrom(
      network.databaseJobSecurityGroup,
      'NFS from the database job',
    );
    return fileSystem;
  }

  private directoryOfOdoo({ path, permissions }: EfsDirectoryProps): efs.AccessPoint {
    const { uid, gid } = ODOO_USER;
    const accessPoint = this.fileSystem.addAccessPoint('AccessPoint', {
      path,
      posixUser: { uid, gid },
      createAcl: { ownerUid: uid, ownerGid: gid, permissions },
    });
    accessPoint.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
    return accessPoint;
  }
}

function replicationTo({ region, encryptionKey }: RecoveryRegion): efs.ReplicationConfiguration {
  return efs.ReplicationConfiguration.regionalFileSystem(region, encryptionKey);
}

function onlyOverTlsAndMountTargets(): iam.PolicyDocument {
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
