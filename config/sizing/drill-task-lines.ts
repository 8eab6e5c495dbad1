import type { Environment } from '../environment.ts';
import type { BillLine } from './bill-line.ts';

/** Disk that every task of Fargate has, in GiB. */
const INCLUDED_DISK_GIB = 20;

/** What the task of a drill is charged for. */
export function drillTaskLines(
  { architecture }: Pick<Environment, 'architecture'>,
  {
    vcpu,
    memoryMiB,
    diskGiB = INCLUDED_DISK_GIB,
    hours,
  }: { readonly vcpu: number; readonly memoryMiB: number; readonly diskGiB?: number; readonly hours: number },
): readonly BillLine[] {
  const family = architecture === 'arm64' ? 'fargate.arm64' : 'fargate.x86';
  const disk = Math.max(0, diskGiB - INCLUDED_DISK_GIB) * hours;
  return [
    {
      item: 'Fargate task: vCPU',
      key: `${family}.vcpu`,
      quantity: vcpu * hours,
      unit: 'vCPU-hours',
      estimated: true,
    },
    {
      item: 'Fargate task: memory',
      key: `${family}.memory`,
      quantity: (memoryMiB / 1024) * hours,
      unit: 'GB-hours',
      estimated: true,
    },
    ...(disk > 0
      ? [
          {
            item: 'Fargate task: disk beyond 20 GB',
            key: 'fargate.ephemeralAbove20GB',
            quantity: disk,
            unit: 'GB-hours',
            estimated: true,
          },
        ]
      : []),
    {
      item: 'Public IPv4 of the task',
      key: 'publicIpv4.hour',
      quantity: hours,
      unit: 'hours',
      estimated: true,
    },
  ];
}
