import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They boot a machine, load real programs for minutes or run whole releases, and have configurations of their own: npm
    // run test:host, npm run test:services, npm run test:releases, npm run test:restore.
    exclude: ['test/host/machine/**', 'test/services/**', 'test/releases/**', 'test/restore/**'],
    globalSetup: 'test/support/assemblies.ts',
    // Loading aws-cdk-lib once per worker instead of once per file halves the CPU of the suite.
    isolate: false,
    // By default one core stays idle; on a machine of two that is half of it.
    maxWorkers: '100%',
    // The CDK's built-in CloudFormation validation costs several times the synthesis; CI runs it once per environment.
    env: { CDK_VALIDATION: 'false' },
    testTimeout: 30_000,
    // How long to wait for a real program, which a busy machine may keep waiting itself.
    expect: { poll: { timeout: 10_000 } },
  },
});
