import { spawnSync } from 'node:child_process';

/**
 * A Python that can import the given modules. The one first in the PATH may be a private build that does not see the
 * system's packages.
 */
export function findPython(modules: readonly string[], packages: readonly string[]): string {
  const imports = modules.map((name) => `import ${name}`).join('; ');
  const found = ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', imports]).status === 0,
  );
  if (found === undefined) {
    throw new Error(
      `no python3 with ${modules.join(' and ')} found: install them (Debian, Ubuntu: apt-get install ${packages.join(' ')};` +
        ` elsewhere: pip install ${modules.join(' ')})`,
    );
  }
  return found;
}
