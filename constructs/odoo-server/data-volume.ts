import { aws_ec2 as ec2, type aws_kms as kms, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { zoneOf } from '../network/zone-of.ts';

export interface DataVolumeProps {
  readonly sizeGiB: number;
  readonly iops: number;
  readonly throughputMiBps: number;
  /**
   * Another label makes another, blank volume.
   *
   * @default - the first volume
   */
  readonly label?: string;
  /** Subnet of the server, whose Availability Zone the volume never leaves. */
  readonly subnet: ec2.ISubnet;
  readonly dataKey: kms.IKey;
}

/** The gp3 volume with database, filestore and certificates. It is kept, whatever becomes of its stack. */
export function createDataVolume(scope: Construct, props: DataVolumeProps): ec2.Volume {
  // The one id that a setting is part of: another label is meant to make another volume.
  return new ec2.Volume(scope, `DataVolume${props.label ?? ''}`, {
    availabilityZone: zoneOf(props.subnet),
    volumeType: ec2.EbsDeviceVolumeType.GP3,
    size: Size.gibibytes(props.sizeGiB),
    iops: props.iops,
    throughput: props.throughputMiBps,
    encrypted: true,
    encryptionKey: props.dataKey,
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}

/** ARN of a volume, by which AWS Backup knows it. */
export function arnOf(volume: ec2.IVolume): string {
  return Stack.of(volume).formatArn({
    service: 'ec2',
    resource: 'volume',
    resourceName: volume.volumeId,
  });
}
