import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const OUT = mkdtempSync(join(tmpdir(), 'odoo-aws-gate-'));
const CLI = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

// Every way in which people and CI start the app. None of them may succeed with an open finding.
const CALLS: Readonly<Record<string, readonly string[]>> = {
  'cdk synth': ['synth'],
  'cdk synth -q': ['synth', '-q'],
  'cdk synth --all': ['synth', '--all'],
  'cdk synth of one stack': ['synth', 'dev-Network'],
  'cdk synth of a pattern': ['synth', 'dev-*'],
  'cdk diff': ['diff'],
  'cdk diff of a pattern': ['diff', 'dev-*'],
  'cdk deploy of a pattern': ['deploy', 'dev-*', '--require-approval', 'never'],
  'cdk deploy --all': ['deploy', '--all', '--require-approval', 'never'],
};

function cdk(app: string, args: readonly string[]): { status: number | null; output: string } {
  const options = ['--no-notices', '--output', join(OUT, 'assembly'), '--app', `node --import tsx ${app}`];
  return run(CLI, [...args, ...options]);
}

function run(script: string, args: readonly string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    // No credentials, no instance metadata: a call that gets past the gate fails for another reason, and the test sees it.
    env: { PATH: process.env['PATH'], HOME: OUT, AWS_EC2_METADATA_DISABLED: 'true', CI: 'true' },
  });
  return { status, output: stdout + stderr };
}

afterAll(() => rmSync(OUT, { recursive: true, force: true }));

describe('the policy gate, with a planted defect', () => {
  it.concurrent.each(Object.entries(CALLS))('fires for %s', (_name, args) => {
    const { status, output } = cdk('test/lib/policy/defective-app.ts', args);
    expect(output).toContain('dev-Network/PlantedBucket');
    expect(output).toContain('AwsSolutions-S1');
    expect(status).not.toBe(0);
  });

  it('fires when the app is run directly', () => {
    const tsx = join(ROOT, 'node_modules/tsx/dist/cli.mjs');
    const { status, output } = run(tsx, [join(ROOT, 'test/lib/policy/defective-app.ts')]);
    expect(output).toContain('AwsSolutions-S1');
    expect(status).not.toBe(0);
  });
});

describe('the app as shipped', () => {
  it('passes the gate', () => {
    expect(cdk('bin/app.ts', ['synth', '-q'])).toMatchObject({ status: 0 });
  });

  it('refuses a deployment that names no environment and no stack', () => {
    const { status, output } = cdk('bin/app.ts', ['deploy']);
    expect(output).toContain('specify which stacks to use');
    expect(status).not.toBe(0);
  });
});
