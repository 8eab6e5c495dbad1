import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/releases/**/*.test.ts'],
    // Each of them runs PostgreSQL servers of its own.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // How long to wait for a real program, which a busy machine may keep waiting itself.
    expect: { poll: { timeout: 20_000 } },
  },
});
