import {
  DescribeAddressesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import type { Comparison, Deployed } from '../comparison.ts';

/** The single server's launch template, data volume and address; nothing outside the small architecture. */
export async function readServer({ plan, account, resources }: Deployed): Promise<readonly Comparison[]> {
  const { server } = plan;
  if (!server) {
    const servers = resources.idsOf('AWS::AutoScaling::AutoScalingGroup').length;
    return [{ what: 'single servers', expected: 0, actual: servers }];
  }
  const launchTemplate = resources.idOf('AWS::EC2::LaunchTemplate');
  const address = resources.idOf('AWS::EC2::EIP');
  const [versions, volumes, addresses] = await Promise.all([
    account.ec2.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: launchTemplate, Versions: ['$Latest'] }),
    ),
    account.ec2.send(new DescribeVolumesCommand({ VolumeIds: [resources.idOf('AWS::EC2::Volume')] })),
    account.ec2.send(new DescribeAddressesCommand()),
  ]);
  const data = versions.LaunchTemplateVersions?.[0]?.LaunchTemplateData;
  const volume = volumes.Volumes?.[0];
  return [
    { what: 'instance type', expected: server.instanceType, actual: data?.InstanceType },
    {
      what: 'metadata needs a token (IMDSv2)',
      expected: 'required',
      actual: data?.MetadataOptions?.HttpTokens,
    },
    {
      what: 'root volume',
      expected: `${server.rootVolumeGiB} GiB, encrypted true`,
      actual: describeVolume(
        data?.BlockDeviceMappings?.[0]?.Ebs?.VolumeSize,
        data?.BlockDeviceMappings?.[0]?.Ebs?.Encrypted,
      ),
    },
    {
      what: 'data volume',
      expected: `${server.dataVolume.sizeGiB} GiB, encrypted true`,
      actual: describeVolume(volume?.Size, volume?.Encrypted),
    },
    {
      what: 'fixed address belongs to the account',
      expected: true,
      actual: addresses.Addresses?.some(({ PublicIp }) => PublicIp === address),
    },
  ];
}

function describeVolume(sizeGiB: number | undefined, encrypted: boolean | undefined): string {
  return `${sizeGiB} GiB, encrypted ${encrypted}`;
}
