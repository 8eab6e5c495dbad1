import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    // Most of their time is spent waiting, so that more of them than cores run beside each other.
    maxWorkers: 4,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // How long to wait for a real program, which a busy machine may keep waiting itself.
    expect: { poll: { timeout: 10_000 } },
  },
});
