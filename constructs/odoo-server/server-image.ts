import { aws_ec2 as ec2, type aws_kms as kms } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Plan, ServerPlan } from '../../config/sizing/plan.ts';
import { GoldenImage } from './golden-image.ts';
import { installFiles } from './golden-image-component.ts';
import type { BundleFile } from './host-bundle.ts';
import { ubuntuParameter } from './ubuntu-image.ts';

export interface ServerImageProps {
  readonly plan: Plan;
  readonly server: ServerPlan;
  /** Scripts and configuration of the host. */
  readonly files: readonly BundleFile[];
  /**
   * Label of an image with the packages on board.
   *
   * @default - Canonical's newest image
   */
  readonly goldenImage?: string;
  readonly vpc: ec2.IVpc;
  readonly subnet: ec2.ISubnet;
  readonly dataKey: kms.IKey;
  readonly logKey: kms.IKey;
  readonly logRetentionDays: number;
}

/** What the server is launched from. */
export function serverImage(scope: Construct, props: ServerImageProps): ec2.IMachineImage {
  const { architecture, environment } = props.plan;
  if (props.goldenImage === undefined) {
    // Resolved at each launch: a replacement starts with the newest security updates of the same Ubuntu release.
    return ec2.MachineImage.resolveSsmParameterAtLaunch(ubuntuParameter(architecture));
  }
  return new GoldenImage(scope, 'GoldenImage', {
    environmentName: environment,
    label: props.goldenImage,
    files: installFiles(props.files),
    architecture,
    instanceType: props.server.instanceType,
    rootVolumeGiB: props.server.rootVolumeGiB,
    vpc: props.vpc,
    subnet: props.subnet,
    imageKey: props.dataKey,
    logKey: props.logKey,
    logRetentionDays: props.logRetentionDays,
  });
}
