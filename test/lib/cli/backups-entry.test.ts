import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { serviceAccount } from '../backups/account.ts';
import { answerOf } from '../backups/region-wire.ts';
import { AwsWire } from '../../support/aws-wire.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** As the script of package.json starts it. */
const ENTRY = ['bin/run.mjs', 'bin/odoo-aws.ts', 'backups'];

let wire: AwsWire;
let account: ReturnType<typeof serviceAccount>;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  account = serviceAccount('prod', new Date());
  wire.otherwise = (call) =>
    answerOf(call.region === 'eu-central-1' ? account.primary : account.recovery, call);
});

async function backups(...args: readonly string[]) {
  const child = spawn(process.execPath, [...ENTRY, '--env', 'prod', ...args], { cwd: ROOT });
  const [out, exitCode] = await Promise.all([
    text(child.stdout),
    new Promise((resolve) => child.once('close', resolve)),
  ]);
  return { out, exitCode };
}

it('npm run backups asks both Regions, by AWS’s own clients, and each thing once', async () => {
  const { out, exitCode } = await backups();
  expect(exitCode).toBe(0);
  expect(out).toContain('arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-abcdefghijklmnop');
  const calls = wire.calls.map(({ region, service, operation, parameters }) =>
    [region, service, operation, ...Object.values(parameters).slice(0, 1)].join(' '),
  );
  expect(new Set(calls).size).toBe(calls.length);
  expect(wire.calls.filter(({ region }) => region === 'eu-central-1')).toHaveLength(7);
  // The note that counts is found among versions.
  expect(wire.calls.filter(({ region }) => region === 'eu-west-1')).toHaveLength(10);
}, 60_000);

it('npm run backups tells what a Region has whose neighbour is out of order', async () => {
  account.primary.refused.add('all');
  const { out, exitCode } = await backups('--json');
  expect(exitCode).toBe(1);
  const report = JSON.parse(out);
  expect(report.problems).toMatchObject([
    { region: 'eu-central-1', why: 'out of order' },
    { region: 'eu-central-1', why: 'out of order' },
  ]);
  expect(report.regions[1].coordination.point.source.kind).toBe('automated-backup');
}, 60_000);
