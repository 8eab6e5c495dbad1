import { defineConfig } from 'vitest/config';

/** In the path of every test of it, wherever it stands. */
const WORDS = ['drill', 'failback', 'failover', 'fence', 'foreign-references', 'recover', 'restore-point'];

export default defineConfig({
  test: {
    include: WORDS.flatMap((word) => [`test/**/*${word}*/**/*.test.ts`, `test/**/*${word}*.test.ts`]),
    // The one needs root: npm run test:host -- recovered. The other one is about a host that fails, not a Region.
    exclude: ['test/host/machine/**', 'test/services/**', '**/node_modules/**'],
    globalSetup: ['test/support/assemblies.ts', 'test/releases/interpreter/install.ts'],
    env: { CDK_VALIDATION: 'false' },
    maxWorkers: 4,
    // As long as the slowest of the suites that they are of.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
