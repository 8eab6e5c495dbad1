import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the tests' apps are synthesized to. The CDK would leave each in the temporary directory for good. */
export const ASSEMBLIES = 'ODOO_AWS_TEST_ASSEMBLIES';

/** Run by vitest once around all tests; its workers inherit the environment. */
export default function setup(): () => void {
  const directory = mkdtempSync(join(tmpdir(), 'odoo-aws-test-'));
  process.env[ASSEMBLIES] = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
