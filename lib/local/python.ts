import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { localFolder } from './workspace.ts';

const run = promisify(execFile);

const requirements = fileURLToPath(new URL('emulator/requirements.txt', import.meta.url));

/** Newest first: a distribution's plain `python3` may be older than what is installed beside it. */
const CANDIDATES = [
  'python3.14',
  'python3.13',
  'python3.12',
  'python3.11',
  'python3.10',
  'python3',
  'python',
];

/** Fails unless the interpreter is recent enough for the emulator and can make a virtual environment with pip. */
const PROBE = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)';

/** Name of a Python on the path that can run the emulator; undefined if there is none. */
export async function findPython(): Promise<string | undefined> {
  for (const candidate of CANDIDATES) {
    const works = await run(candidate, ['-c', PROBE]).then(
      () => true,
      () => false,
    );
    if (works) return candidate;
  }
  return undefined;
}

/** What to do where {@link findPython} finds nothing. */
export const PYTHON_MISSING =
  'Python 3.10 or newer with the modules venv and ensurepip was not found on the path; install it ' +
  '(Debian and Ubuntu: apt install python3-venv, macOS: brew install python) and run the command again';

/**
 * Path of the interpreter of a virtual environment that has exactly the packages of `requirements.txt`; made on the
 * first run and again whenever that file changes.
 */
export async function emulatorPython(python: string): Promise<string> {
  const folder = join(localFolder('.'), 'venv');
  const interpreter = join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const installed = join(folder, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(interpreter) && existsSync(installed) && readFileSync(installed, 'utf8') === wanted) {
    return interpreter;
  }
  rmSync(folder, { recursive: true, force: true });
  await run(python, ['-m', 'venv', folder]);
  // Every package is pinned, so resolving dependencies could only add what nobody looked at.
  const pip = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '-r',
    requirements,
  ];
  await run(interpreter, pip);
  writeFileSync(installed, wanted);
  return interpreter;
}
