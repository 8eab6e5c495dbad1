// The real programs that tests start.
// Installs what is missing where it may (Debian and Ubuntu, as root or with passwordless sudo); elsewhere says what to do.
import { spawnSync } from 'node:child_process';

export const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
export const onPath = (program) => runs('sh', '-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`);

/**
 * Installs the programs that are missing, or ends this process with what to do.
 *
 * @param {{ name: string, present: () => boolean, debian: string[], brew?: string }[]} programs `brew` is absent where
 *   macOS has no such program.
 */
export function ensurePrograms(programs) {
  const missing = programs.filter((program) => !program.present());
  if (missing.length === 0) return;
  const packages = missing.flatMap((program) => program.debian);
  console.error(`Missing for the tests: ${missing.map((program) => program.name).join(', ')}.`);
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  if (onPath('apt-get') && runs(...asRoot, 'true')) {
    console.error(`Installing ${packages.join(' ')} with apt-get ...`);
    const apt = (...args) => {
      const [command, ...rest] = [
        ...asRoot,
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-qq',
        ...args,
      ];
      const { status } = spawnSync(command, rest, { stdio: ['ignore', 'ignore', 'inherit'] });
      if (status !== 0) process.exit(1);
    };
    apt('update');
    apt('install', '-y', '--no-install-recommends', ...packages);
  } else {
    const formulas = missing.map((program) => program.brew).filter(Boolean);
    console.error(`Install them, then run the tests again:`);
    console.error(`  Debian, Ubuntu:  sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    if (formulas.length > 0) console.error(`  macOS:           brew install ${formulas.join(' ')}`);
    process.exit(1);
  }
}
