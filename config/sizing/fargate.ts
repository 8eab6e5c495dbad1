import type { Plan } from './plan.ts';

/** Memory that Fargate offers for a number of vCPU: from, to and step in GiB. Nothing else is accepted. */
const memoryRanges: ReadonlyMap<
  number,
  { readonly from: number; readonly to: number; readonly step: number }
> = new Map([
  [1, { from: 2, to: 8, step: 1 }],
  [2, { from: 4, to: 16, step: 1 }],
  [4, { from: 8, to: 30, step: 1 }],
  [8, { from: 16, to: 60, step: 4 }],
  [16, { from: 32, to: 120, step: 8 }],
]);

/** vCPU of the Fargate tasks in use here, ascending. A quarter and a half vCPU are too little for Odoo. */
export const FARGATE_VCPUS: readonly number[] = [...memoryRanges.keys()];

/** Tells whether Fargate runs a task of this size. */
export function isFargateSize(vcpu: number, memoryMiB: number): boolean {
  const range = memoryRanges.get(vcpu);
  const memoryGiB = memoryMiB / 1024;
  return (
    range !== undefined &&
    memoryGiB >= range.from &&
    memoryGiB <= range.to &&
    (memoryGiB - range.from) % range.step === 0
  );
}

/** Smallest memory in MiB that Fargate offers for this vCPU and is enough; `undefined` if there is none. */
export function fargateMemoryMiB(vcpu: number, neededMiB: number): number | undefined {
  const range = memoryRanges.get(vcpu);
  if (range === undefined) {
    return undefined;
  }
  const steps = Math.max(0, Math.ceil((neededMiB / 1024 - range.from) / range.step));
  const memoryGiB = range.from + steps * range.step;
  return memoryGiB <= range.to ? memoryGiB * 1024 : undefined;
}

/** What Fargate allows, in words, for messages. */
export function fargateSizesInWords(vcpu: number): string {
  const range = memoryRanges.get(vcpu);
  return range === undefined
    ? `${FARGATE_VCPUS.join(', ')} vCPU`
    : `${range.from * 1024} to ${range.to * 1024} MiB in steps of ${range.step * 1024} with ${vcpu} vCPU`;
}

/** vCPU that the services take of the account's quota: always, more during a deployment, and scaled out. */
export function fargateVcpu({ app, cron }: Pick<Plan, 'app' | 'cron'>) {
  const steady = app.nodesMin * app.vcpu + cron.vcpu;
  // A rolling deployment starts as many new nodes as there are before it stops the old ones.
  const surge = app.nodesMin * app.vcpu;
  const scaledOut = app.nodesMax * app.vcpu + cron.vcpu;
  return { steady, surge, scaledOut, most: Math.max(steady + surge, scaledOut) };
}
