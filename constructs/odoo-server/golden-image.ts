import {
  aws_ec2 as ec2,
  aws_iam as iam,
  aws_imagebuilder as imagebuilder,
  type aws_kms as kms,
  aws_logs as logs,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { createHash } from 'node:crypto';
import type { CpuArchitecture } from '../../config/environment.ts';
import { acknowledge } from '../shared/acknowledge.ts';
import { logRetention } from '../shared/log-retention.ts';
import { BundleAsset } from './bundle-asset.ts';
import { componentDocument } from './golden-image-component.ts';
import type { BundleFile } from './host-bundle.ts';
import { SSM_AGENT_ACTIONS } from './server-permissions.ts';
import { ROOT_DEVICE, ubuntuParameter } from './ubuntu-image.ts';

export interface GoldenImageProps {
  readonly environmentName: string;
  /** What the environment file calls the image; another label makes another image. */
  readonly label: string;
  /** The part of the host's bundle that installs packages: `packages.sh` and what it needs. */
  readonly files: readonly BundleFile[];
  readonly architecture: CpuArchitecture;
  /** EC2 instance type that builds the image. */
  readonly instanceType: string;
  readonly rootVolumeGiB: number;
  readonly vpc: ec2.IVpc;
  /** Public subnet that gives addresses to what is launched in it: Image Builder cannot ask for one. */
  readonly subnet: ec2.ISubnet;
  /** Key of the image's snapshot. Auto Scaling must be allowed to use it. */
  readonly imageKey: kms.IKey;
  readonly logKey: kms.IKey;
  /** Days for which the logs of a build are kept; one of CloudWatch Logs' retention values. */
  readonly logRetentionDays: number;
}

/**
 * An Ubuntu with the server's packages on board, so that a new server starts without package mirrors.
 *
 * EC2 Image Builder runs the host's own install script on Canonical's newest image while the stack is deployed, which
 * takes a quarter of an hour. A component and a recipe are for good once made, so their version is a hash of what is in
 * them: a change of the script or of the label makes a new image, the launch template takes its id, the server is
 * replaced, and only then is the old image let go of. Its AMI and snapshot stay in the account until somebody
 * deregisters them, at about 0.20 USD a month each: a deployment that fails later can still return to it.
 *
 * Security considerations: nothing can reach the machine that builds; it may read the install script and nothing else
 * of the account. The image holds no secret and no configuration of the environment.
 */
export class GoldenImage extends Construct implements ec2.IMachineImage {
  private readonly imageId: string;

  constructor(scope: Construct, id: string, props: GoldenImageProps) {
    super(scope, id);
    const name = `${props.environmentName}-odoo-server`;
    const bundle = new BundleAsset(this, 'Bundle', { files: props.files });
    const role = this.createRole(bundle);
    const logGroup = this.createLogGroup(name, props);
    const recipe = this.createRecipe(name, componentDocument(bundle), props);
    const image = new imagebuilder.CfnImage(this, 'Image', {
      imageRecipeArn: recipe.attrArn,
      infrastructureConfigurationArn: this.createInfrastructure(name, role, props).attrArn,
      // The component validates what it installed; a second machine to look at it again takes minutes more.
      imageTestsConfiguration: { imageTestsEnabled: false },
      // Would list the packages by an inventory of Systems Manager, which the machine would have to be allowed.
      enhancedImageMetadataEnabled: false,
    });
    image.node.addDependency(role, logGroup);
    withoutTags(image);
    this.imageId = image.attrImageId;
  }

  getImage(): ec2.MachineImageConfig {
    return {
      imageId: this.imageId,
      osType: ec2.OperatingSystemType.LINUX,
      userData: ec2.UserData.forLinux(),
    };
  }

  /** Image Builder logs to a group of this name, and would make it without key and for ever. */
  private createLogGroup(name: string, { logKey, logRetentionDays }: GoldenImageProps): logs.LogGroup {
    return new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/imagebuilder/${name}`,
      encryptionKey: logKey,
      retention: logRetention(logRetentionDays),
      // A kept group would stand in the way of the next one of its name.
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  private createRole(bundle: BundleAsset): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
      description: 'Builds the image of the Odoo server',
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('EC2InstanceProfileForImageBuilder')],
    });
    acknowledge(
      role,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/EC2InstanceProfileForImageBuilder]',
      "AWS's own list of what Image Builder's program on the building machine calls: it reads components and AWS's tools and writes build logs; AWS extends it with the program.",
    );
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: [
          ...SSM_AGENT_ACTIONS,
          'ec2messages:AcknowledgeMessage',
          'ec2messages:DeleteMessage',
          'ec2messages:FailMessage',
          'ec2messages:GetEndpoint',
          'ec2messages:GetMessages',
          'ec2messages:SendReply',
        ],
        resources: ['*'],
      }),
    );
    acknowledge(
      role,
      'AwsSolutions-IAM5[Resource::*]',
      'Image Builder steers the machine by Systems Manager: its agent registers itself and takes its own commands, actions for which AWS offers no resource to name.',
    );
    bundle.grantRead(role);
    return role;
  }

  private createInfrastructure(
    name: string,
    role: iam.Role,
    { vpc, subnet, instanceType }: GoldenImageProps,
  ): imagebuilder.CfnInfrastructureConfiguration {
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Machine that builds the image of the Odoo server; nothing reaches it',
    });
    return new imagebuilder.CfnInfrastructureConfiguration(this, 'Infrastructure', {
      name,
      instanceProfileName: new iam.InstanceProfile(this, 'Profile', { role }).instanceProfileName,
      instanceTypes: [instanceType],
      instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
      subnetId: subnet.subnetId,
      securityGroupIds: [securityGroup.securityGroupId],
      terminateInstanceOnFailure: true,
    });
  }

  private createRecipe(name: string, document: string, props: GoldenImageProps): imagebuilder.CfnImageRecipe {
    const { environmentName, label, architecture, rootVolumeGiB, imageKey } = props;
    const parentImage = `ssm:${ubuntuParameter(architecture)}`;
    const blockDeviceMappings = [
      {
        deviceName: ROOT_DEVICE,
        ebs: {
          volumeType: 'gp3',
          volumeSize: rootVolumeGiB,
          encrypted: true,
          kmsKeyId: imageKey.keyArn,
          deleteOnTermination: true,
        },
      },
    ];
    const amiTags = { 'odoo-aws:environment': environmentName, 'odoo-aws:golden-image': label };
    const version = this.versionOf({ document, parentImage, blockDeviceMappings, amiTags });
    const component = new imagebuilder.CfnComponent(this, 'Component', {
      name,
      version,
      platform: 'Linux',
      data: document,
    });
    const recipe = new imagebuilder.CfnImageRecipe(this, 'Recipe', {
      name,
      version,
      parentImage,
      components: [{ componentArn: component.attrArn }],
      blockDeviceMappings,
      amiTags,
    });
    withoutTags(component);
    withoutTags(recipe);
    return recipe;
  }

  /** A version is for good: AWS refuses other content under the same one. Each number has room for 30 bits. */
  private versionOf(content: unknown): string {
    const text = JSON.stringify(Stack.of(this).resolve(content));
    const hash = createHash('sha256').update(text).digest('hex');
    return `1.${Number.parseInt(hash.slice(0, 7), 16)}.${Number.parseInt(hash.slice(7, 14), 16)}`;
  }
}

/** Tags are create-only here: a tag for the accounting would build another image and replace the server. */
function withoutTags(
  resource: imagebuilder.CfnComponent | imagebuilder.CfnImageRecipe | imagebuilder.CfnImage,
): void {
  resource.addPropertyDeletionOverride('Tags');
}
