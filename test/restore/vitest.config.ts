import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/restore/**/*.test.ts'],
    globalSetup: ['test/support/assemblies.ts', 'test/releases/interpreter/install.ts'],
    env: { CDK_VALIDATION: 'false' },
    maxWorkers: 4,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
