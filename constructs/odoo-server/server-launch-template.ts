import { type aws_iam as iam, aws_ec2 as ec2, type aws_kms as kms, aws_ssm as ssm, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ServerPlan } from '../../config/sizing/plan.ts';
import { BundleAsset } from './bundle-asset.ts';
import type { BundleFile } from './host-bundle.ts';
import { allowParameter } from './server-permissions.ts';
import { serverUserData } from './server-user-data.ts';
import { ROOT_DEVICE } from './ubuntu-image.ts';

export interface ServerLaunchTemplateProps {
  readonly server: ServerPlan;
  /** What the server starts from: Ubuntu, or an image of it with the packages on board. */
  readonly machineImage: ec2.IMachineImage;
  readonly role: iam.Role;
  readonly securityGroup: ec2.ISecurityGroup;
  /** Key of the root volume. */
  readonly volumeKey: kms.IKey;
  /** Scripts and configuration of the host. */
  readonly files: readonly BundleFile[];
  /**
   * Names and ARNs that exist only once deployed, for the scripts. Never a secret's value: they are readable to whoever
   * may look at the stack.
   */
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
      machineImage: props.machineImage,
      instanceType: new ec2.InstanceType(props.server.instanceType),
      role: props.role,
      securityGroup: props.securityGroup,
      // Until it has taken over the fixed address the server can fetch nothing without another one; EC2 then drops it.
      associatePublicIpAddress: true,
      requireImdsv2: true,
      // One hop is the host itself: code in Odoo's containers cannot ask for the server's credentials.
      httpPutResponseHopLimit: 1,
      blockDevices: [{ deviceName: ROOT_DEVICE, volume: rootVolume(props) }],
      userData: this.createUserData(props),
    });
  }

  private createUserData({ files, settings, groupLogicalId, role }: ServerLaunchTemplateProps): ec2.UserData {
    const bundle = new BundleAsset(this, 'Bundle', { files });
    bundle.grantRead(role);
    return serverUserData(this, {
      bundleUrl: bundle.httpUrl,
      bundleSha256: bundle.sha256,
      groupLogicalId,
      settingsParameter: this.createSettings(settings, role).parameterName,
    });
  }

  /**
   * Beside the user data instead of in it: a dozen names and ARNs would be half of its text. Another value here launches no
   * new server; what has to, such as another Odoo, is in the bundle as well.
   */
  private createSettings(settings: Readonly<Record<string, string>>, role: iam.Role): ssm.StringParameter {
    const parameter = new ssm.StringParameter(this, 'Settings', {
      description: 'Names and ARNs that the Odoo server reads when it starts',
      stringValue: Stack.of(this).toJsonString(settings),
    });
    allowParameter(role, parameter);
    return parameter;
  }
}

/** Holds the files of the secrets while the server lives, hence the customer key. */
function rootVolume({ server, volumeKey }: ServerLaunchTemplateProps): ec2.BlockDeviceVolume {
  return ec2.BlockDeviceVolume.ebs(server.rootVolumeGiB, {
    volumeType: ec2.EbsDeviceVolumeType.GP3,
    encrypted: true,
    kmsKey: volumeKey,
  });
}
