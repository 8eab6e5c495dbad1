import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const WORK = mkdtempSync(join(tmpdir(), 'odoo-aws-app-'));
afterAll(() => rmSync(WORK, { recursive: true, force: true }));

/** Each call is a whole command line; on a busy machine a few at once take their time. */
const SLOW = { timeout: 180_000 };

interface Outcome {
  readonly failed: boolean;
  readonly output: string;
  readonly stacks: readonly string[];
}

let calls = 0;

/** `cdk synth` with the project's `cdk.json`, without credentials. */
function synth(...context: readonly string[]): Promise<Outcome> {
  const assembly = join(WORK, `assembly-${calls++}`);
  const cli = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  const options = [
    'synth',
    '-q',
    '--no-notices',
    '--output',
    assembly,
    ...context.flatMap((each) => ['-c', each]),
  ];
  const env = { PATH: process.env['PATH'], HOME: WORK, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' };
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...options], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr, stacks: stacksIn(assembly) }),
    );
  });
}

function stacksIn(assembly: string): string[] {
  try {
    return readdirSync(assembly)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => file.replace('.template.json', ''));
  } catch {
    // An app that refuses makes none.
    return [];
  }
}

describe.concurrent('cdk synth -c recover=', SLOW, () => {
  it('has the same stacks in the recovery Region, beside the copies there, and none of the primary', async () => {
    const { failed, output, stacks } = await synth('env=prod', 'recover=latest');
    expect(failed, output).toBe(false);
    const purposes = ['Backup', 'Data', 'Edge', 'Network', 'Operations', 'Release', 'Service'];
    expect(stacks).toEqual(expect.arrayContaining(purposes.map((purpose) => `prod-Recovery-${purpose}`)));
    expect(stacks.filter((name) => !name.startsWith('prod-Recovery'))).toEqual([]);
  });

  it('takes a moment with its zone', async () => {
    const { failed, output } = await synth('env=prod', 'recover=2026-11-30T10:15:00+01:00');
    expect(failed, output).toBe(false);
  });

  it('refuses, with everything that is wrong, and makes no stack', async () => {
    const { failed, output, stacks } = await synth('env=dev', 'recover=yesterday');
    expect(failed).toBe(true);
    expect(output).toContain('The configuration has 2 problems');
    expect(output).toMatch(/1\. recover\n {3}given {4}'yesterday'\n {3}problem {2}is no moment/);
    expect(output).toMatch(/2\. dev\.recoveryRegion\n {3}given {4}nothing/);
    expect(stacks).toEqual([]);
  });

  it('refuses to recover every environment at once', async () => {
    const { failed, output } = await synth('recover=latest');
    expect(failed).toBe(true);
    expect(output).toContain('name the environment too, for example env=prod');
  });
});
