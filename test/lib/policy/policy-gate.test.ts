import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const WORK = mkdtempSync(join(tmpdir(), 'odoo-aws-gate-'));
afterAll(() => rmSync(WORK, { recursive: true, force: true }));

const DEFECTIVE = 'test/lib/policy/defective-app.ts';

// Every way in which people and CI start the app. None of them may succeed with an open finding.
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'cdk synth': ['synth'],
  'cdk synth -q': ['synth', '-q'],
  'cdk synth --all': ['synth', '--all'],
  'cdk synth of a pattern': ['synth', 'dev-*'],
  'cdk diff': ['diff'],
  'cdk deploy of a pattern': ['deploy', 'dev-*', '--require-approval', 'never'],
  'cdk deploy --all': ['deploy', '--all', '--require-approval', 'never'],
};

interface Outcome {
  readonly failed: boolean;
  readonly output: string;
}

/** Each call is a whole command line; on a busy machine a few at once take their time. */
const SLOW = { timeout: 180_000 };

let calls = 0;

function cdk(app: string, args: readonly string[]): Promise<Outcome> {
  const cli = join(ROOT, 'node_modules/aws-cdk/bin/cdk');
  // An assembly of its own per call: the command line locks it.
  const output = join(WORK, `assembly-${calls++}`);
  return node([cli, ...args, '--no-notices', '--output', output, '--app', `node bin/run.mjs ${app}`]);
}

function node(args: readonly string[]): Promise<Outcome> {
  // No credentials, no instance metadata: a call that gets past the gate fails for another reason, and the test sees it.
  const env = { PATH: process.env['PATH'], HOME: WORK, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: stdout + stderr }),
    );
  });
}

describe.concurrent('the policy gate, with a planted defect', SLOW, () => {
  it.each(Object.entries(CALLS))('fires for %s', async (_name, args) => {
    const { failed, output } = await cdk(DEFECTIVE, args);
    expect(output).toContain('dev-Network/PlantedBucket');
    expect(output).toContain('AwsSolutions-S1');
    expect(failed).toBe(true);
  });

  it('fires when the app is run directly', async () => {
    const { failed, output } = await node(['bin/run.mjs', DEFECTIVE]);
    expect(output).toContain('AwsSolutions-S1');
    expect(failed).toBe(true);
  });
});

describe.concurrent('the app as shipped', SLOW, () => {
  it('passes the gate', async () => {
    const { failed, output } = await cdk('bin/app.ts', ['synth', '-q']);
    expect(failed, output).toBe(false);
  });

  it('refuses a deployment that names no environment and no stack', async () => {
    const { failed, output } = await cdk('bin/app.ts', ['deploy']);
    expect(output).toContain('specify which stacks to use');
    expect(failed).toBe(true);
  });
});
