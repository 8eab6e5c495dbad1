// Runs before `npm start`, `npm test` and `npm run plan`: installs the dependencies if they are missing or out of date.
// Plain JavaScript without imports from them, because it has to run before they are there.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const reason = whyInstall();

if (reason) {
  console.log(`Installing dependencies with npm ci, because ${reason} ...`);
  const begin = Date.now();
  const exitCode = npmCi();
  if (exitCode === 0) {
    console.log(`Installed in ${((Date.now() - begin) / 1000).toFixed(0)} s.`);
  } else {
    console.error(
      `npm ci failed with exit code ${exitCode}: see its message above, run it again by hand, then repeat the command.`,
    );
    process.exitCode = 1;
  }
}

/** Why an installation is needed; undefined if it is not. */
function whyInstall() {
  // npm writes this file at the end of every complete installation.
  const installed = modifiedAt('node_modules/.package-lock.json');
  if (installed === undefined) return 'node_modules is missing or incomplete';
  if (installed < (modifiedAt('package-lock.json') ?? 0))
    return 'package-lock.json is newer than node_modules';
  return undefined;
}

function modifiedAt(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
}

function npmCi() {
  // Inside `npm run` this is npm itself, which spares Windows its npm.cmd.
  const npm = process.env['npm_execpath'];
  const [command, args] = npm?.endsWith('.js') ? [process.execPath, [npm, 'ci']] : ['npm', ['ci']];
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(`npm could not be started: ${error.message}`);
  return status ?? 1;
}
