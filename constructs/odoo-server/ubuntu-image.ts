import type { CpuArchitecture } from '../../config/environment.ts';

/** Public parameter in which Canonical publishes the newest image of Ubuntu 24.04 LTS. */
export function ubuntuParameter(architecture: CpuArchitecture): string {
  const name = { arm64: 'arm64', x86_64: 'amd64' }[architecture];
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${name}/hvm/ebs-gp3/ami-id`;
}

/** Where the root volume is on Canonical's images. */
export const ROOT_DEVICE = '/dev/sda1';
