import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const LOCK = `${FOLDER}package-lock.json`;
const INSTALLED = `${FOLDER}node_modules/installed-lock.json`;

/**
 * Run by vitest once around all tests: installs what executes the state machine, once and again when its lock changes.
 *
 * It has a manifest of its own, because it asks for Node 22, while the project runs on 20 and refuses such a package. It
 * does run on 20: these tests show it. Once the project asks for 22 itself, it is an ordinary development dependency.
 */
export default function setup(): void {
  const wanted = readFileSync(LOCK, 'utf8');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return;
  // What runs these tests may be npm, whose settings its children inherit; an argument counts more.
  const args = ['ci', '--engine-strict=false', '--ignore-scripts', '--loglevel=error'];
  const { status, error } = spawnSync('npm', args, {
    cwd: FOLDER,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ci in ${FOLDER} failed: ${error?.message ?? `exit code ${status}`}`);
  writeFileSync(INSTALLED, wanted);
}
