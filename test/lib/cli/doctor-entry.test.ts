import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AwsWire } from '../../support/aws-wire.ts';
import { actionOf, notAllowed } from '../doctor/world-wire.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** As the script of package.json starts it. */
const ENTRY = ['bin/run.mjs', 'bin/odoo-aws.ts', 'doctor'];

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());

it('npm run doctor passes nothing where nothing may be read, and says which actions that takes', async () => {
  wire.otherwise = (call) => notAllowed(actionOf(call));
  const child = spawn(process.execPath, [...ENTRY, '--env', 'dev', '--json'], { cwd: ROOT });
  const [out, exitCode] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  expect(exitCode).toBe(3);
  const report = JSON.parse(out);
  const verdicts = report.checks.map(({ name, verdict }: { name: string; verdict: string }) => [
    name,
    verdict,
  ]);
  expect(verdicts.filter(([, verdict]: string[]) => verdict !== 'not checkable')).toEqual([]);
  expect(report.missingPermissions).toEqual(
    expect.arrayContaining(['cloudformation:ListStackResources', 'servicequotas:GetServiceQuota']),
  );
  // The environment has no other Region.
  expect([...new Set(wire.calls.map(({ region }) => region))]).toEqual(['eu-central-1']);
}, 120_000);
