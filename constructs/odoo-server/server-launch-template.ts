import {
  type aws_iam as iam,
  aws_ec2 as ec2,
  type aws_kms as kms,
  aws_s3_assets as s3_assets,
  Stage,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CpuArchitecture } from '../../config/environment.ts';
import type { ServerPlan } from '../../config/sizing/plan.ts';
import { type BundleFile, packBundle } from './host-bundle.ts';
import { allowBundle } from './server-permissions.ts';
import { serverUserData } from './server-user-data.ts';

export interface ServerLaunchTemplateProps {
  readonly server: ServerPlan;
  readonly architecture: CpuArchitecture;
  readonly role: iam.Role;
  readonly securityGroup: ec2.ISecurityGroup;
  /** Key of the root volume. */
  readonly volumeKey: kms.IKey;
  /** Scripts and configuration of the host. */
  readonly files: readonly BundleFile[];
  /** Names and ARNs that exist only once deployed, for the scripts. */
  readonly settings: Readonly<Record<string, string>>;
  /** Logical id of the Auto Scaling group, which waits for the server's signal. */
  readonly groupLogicalId: string;
}

/** How a server is launched: image, disk, metadata, and the bundle that it provisions itself from. */
export class ServerLaunchTemplate extends Construct {
  readonly launchTemplate: ec2.LaunchTemplate;

  constructor(scope: Construct, id: string, props: ServerLaunchTemplateProps) {
    super(scope, id);
    this.launchTemplate = new ec2.LaunchTemplate(this, 'Resource', {
      // Resolved at each launch: a replacement starts with the newest security updates of the same Ubuntu release.
      machineImage: ec2.MachineImage.resolveSsmParameterAtLaunch(ubuntuParameter(props.architecture)),
      instanceType: new ec2.InstanceType(props.server.instanceType),
      role: props.role,
      securityGroup: props.securityGroup,
      // Until it has taken over the fixed address the server can fetch nothing without another one; EC2 then drops it.
      associatePublicIpAddress: true,
      requireImdsv2: true,
      // One hop is the host itself: code in Odoo's containers cannot ask for the server's credentials.
      httpPutResponseHopLimit: 1,
      blockDevices: [{ deviceName: '/dev/sda1', volume: rootVolume(props) }],
      userData: this.createUserData(props),
    });
  }

  private createUserData({ files, settings, groupLogicalId, role }: ServerLaunchTemplateProps): ec2.UserData {
    const bundle = packBundle(files);
    // Beside the other assets: a temporary directory would stay behind after every synthesis.
    const file = join(assetDirectory(this), `odoo-server-${bundle.sha256}.tar`);
    writeFileSync(file, bundle.archive);
    const asset = new s3_assets.Asset(this, 'Bundle', { path: file });
    allowBundle(role, asset);
    return serverUserData(this, {
      bundleUrl: asset.httpUrl,
      bundleSha256: bundle.sha256,
      groupLogicalId,
      settings,
    });
  }
}

function assetDirectory(scope: Construct): string {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path} is not part of an app`);
  return stage.assetOutdir;
}

/** Holds the files of the secrets while the server lives, hence the customer key. */
function rootVolume({ server, volumeKey }: ServerLaunchTemplateProps): ec2.BlockDeviceVolume {
  return ec2.BlockDeviceVolume.ebs(server.rootVolumeGiB, {
    volumeType: ec2.EbsDeviceVolumeType.GP3,
    encrypted: true,
    kmsKey: volumeKey,
  });
}

/** Public parameter in which Canonical publishes the newest image of Ubuntu 24.04 LTS. */
function ubuntuParameter(architecture: CpuArchitecture): string {
  const name = { arm64: 'arm64', x86_64: 'amd64' }[architecture];
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${name}/hvm/ebs-gp3/ami-id`;
}
