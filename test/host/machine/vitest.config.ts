import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/host/machine/**/*.test.ts'],
    globalSetup: 'test/support/assemblies.ts',
    // One machine at a time, and no second copy of the CDK.
    fileParallelism: false,
    env: { CDK_VALIDATION: 'false' },
    // A case boots and provisions a machine, some of them twice.
    testTimeout: 300_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 30_000, interval: 250 } },
  },
});
