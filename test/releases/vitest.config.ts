import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/releases/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    globalSetup: ['test/support/assemblies.ts', 'test/releases/interpreter/install.ts'],
    env: { CDK_VALIDATION: 'false' },
    // Most of their time is spent waiting for real programs, so that more of them than cores run beside each other.
    maxWorkers: 4,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // How long to wait for a real program, which a busy machine may keep waiting itself.
    expect: { poll: { timeout: 20_000 } },
  },
});
