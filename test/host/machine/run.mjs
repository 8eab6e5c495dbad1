// Run by `npm run test:host`: a whole server in a machine of its own, provisioned, killed and replaced.
// Needs Linux and root, which it asks sudo for. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePrograms, onPath } from '../../support/ensure-programs.mjs';

const config = 'test/host/machine/vitest.config.ts';
const vitest = (...args) => [join('node_modules', 'vitest', 'vitest.mjs'), ...args, '--config', config];

/** What the bench starts outside of the machine. */
const PROGRAMS = [
  { name: 'debootstrap', debian: ['debootstrap'] },
  { name: 'systemd-nspawn', debian: ['systemd-container'] },
  { name: 'ip', debian: ['iproute2'] },
  { name: 'socat', debian: ['socat'] },
  { name: 'dnsmasq', debian: ['dnsmasq-base'] },
  { name: 'pebble', debian: ['pebble'] },
  { name: 'curl', debian: ['curl'] },
  { name: 'openssl', debian: ['openssl'] },
  { name: 'losetup', debian: ['mount'] },
  { name: 'nsenter', debian: ['util-linux'] },
].map((program) => ({ ...program, present: () => onPath(program.name) }));

if (process.platform !== 'linux') skip('only Linux can run the machine');
if (process.getuid() !== 0) process.exit(asRoot());
ensurePrograms(PROGRAMS);
const missing = missingFromKernel();
if (missing) skip(`this kernel allows no ${missing}`);
process.exit(run(process.execPath, vitest('run', ...process.argv.slice(2))));

/** The same again as root. What it leaves in folders that other commands use, too, is given back. */
function asRoot() {
  const keep = ['-n', '--preserve-env', 'env', `PATH=${process.env.PATH}`];
  const code = run('sudo', [
    ...keep,
    process.execPath,
    fileURLToPath(import.meta.url),
    ...process.argv.slice(2),
  ]);
  const shared = ['venv', 'logs', 'tmp'].map((folder) => join('.local', folder));
  spawnSync(
    'sudo',
    ['-n', 'chown', '-R', `${process.getuid()}:${process.getgid()}`, '.local/assemblies', ...shared],
    { stdio: 'ignore' },
  );
  return code;
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) console.error(`${command} could not be started: ${error.message}`);
  return status ?? 1;
}

/** What a sandbox may forbid even root. */
function missingFromKernel() {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-host-probe-'));
  const works = (script) =>
    spawnSync('unshare', ['--mount', '--', 'sh', '-ec', script], { cwd: folder, stdio: 'ignore' }).status ===
    0;
  const probes = {
    namespaces: 'unshare --net --pid --fork true',
    'overlay file systems': 'mkdir a b c d; mount -t overlay overlay -o lowerdir=a,upperdir=b,workdir=c d',
    'loop devices': 'truncate -s 1M file; losetup --detach "$(losetup --find --show file)"',
  };
  const failed = Object.entries(probes).find(([, script]) => !works(script))?.[0];
  rmSync(folder, { recursive: true });
  return failed;
}

/** Says loudly what is not proven here. */
function skip(reason) {
  const { stdout } = spawnSync(process.execPath, vitest('list', '--json'), { encoding: 'utf8' });
  const count = JSON.parse(stdout.slice(stdout.indexOf('['))).length;
  // Who asked for a report gets one that counts them.
  const report = process.argv.find((argument) => argument.startsWith('--outputFile.json='))?.split('=')[1];
  const counts = { numPassedTests: 0, numFailedTests: 0, numPendingTests: count };
  if (report) writeFileSync(report, JSON.stringify(counts));
  const line = '!'.repeat(80);
  console.error(
    `${line}\nSKIPPED: ${count} host tests, because ${reason}.\nThe server's provisioning is NOT tested here.\n${line}`,
  );
  console.log(`0 passed, 0 failed, ${count} skipped`);
  process.exit(0);
}
