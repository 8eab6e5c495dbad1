import { describe, expect, it } from 'vitest';
import { FARGATE_VCPUS, fargateMemoryMiB, isFargateSize } from '../../../config/sizing/fargate.ts';
import { planOf } from '../../support/environments.ts';

describe('Fargate', () => {
  it.each([
    [1, 2048, true],
    [1, 9216, false],
    [2, 4096, true],
    [4, 30_720, true],
    [4, 31_744, false],
    [8, 20_480, true],
    [8, 18_432, false],
    [16, 40_960, true],
    [16, 36_864, false],
    [3, 8192, false],
    [4, 8193, false],
  ])('runs %i vCPU with %i MiB: %s', (vcpu, memoryMiB, runs) => {
    expect(isFargateSize(vcpu, memoryMiB)).toBe(runs);
  });

  it('offers the next larger memory, or none', () => {
    expect(fargateMemoryMiB(8, 16_385)).toBe(20_480);
    expect(fargateMemoryMiB(4, 1)).toBe(8192);
    expect(fargateMemoryMiB(1, 8193)).toBeUndefined();
    expect(fargateMemoryMiB(3, 1)).toBeUndefined();
  });

  it('has each of its sizes recognized as one', () => {
    for (const vcpu of FARGATE_VCPUS) {
      for (const neededMiB of [1, 5000, 20_000, 50_000]) {
        const memoryMiB = fargateMemoryMiB(vcpu, neededMiB);
        expect(memoryMiB === undefined || isFargateSize(vcpu, memoryMiB)).toBe(true);
      }
    }
  });

  it('runs the nodes of every plan', () => {
    for (const users of [26, 60, 99, 100, 300, 500, 1000, 3000, 5000]) {
      for (const sizing of ['reference', 'measured'] as const) {
        const { app, cron } = planOf(users, { sizing });
        expect(isFargateSize(app.vcpu, app.memoryMiB), `${users} users, ${sizing}`).toBe(true);
        expect(isFargateSize(cron.vcpu, cron.memoryMiB), `cron, ${users} users, ${sizing}`).toBe(true);
      }
    }
  });
});
