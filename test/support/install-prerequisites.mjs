// Run by `npm test` before the tests: the real programs that the tests start.
// Installs what is missing where it may (Debian and Ubuntu, as root or with passwordless sudo); elsewhere says what to do.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const runs = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const onPath = (program) => runs('sh', '-c', `PATH="$PATH:/usr/sbin:/sbin" command -v ${program}`);

// The python3 first in the PATH may be a private build that does not see the system's packages.
const imports = (module) =>
  ['python3', '/usr/bin/python3'].some((python) => runs(python, '-c', `import ${module}`));

// Debian keeps the server's programs out of the PATH, one folder per version.
const hasPostgresServer = () =>
  onPath('initdb') ||
  (existsSync('/usr/lib/postgresql') &&
    readdirSync('/usr/lib/postgresql').some((version) =>
      existsSync(`/usr/lib/postgresql/${version}/bin/initdb`),
    ));

const PREREQUISITES = [
  { name: 'nginx', present: () => onPath('nginx'), debian: ['nginx-light'], brew: 'nginx' },
  { name: 'PostgreSQL server', present: hasPostgresServer, debian: ['postgresql'], brew: 'postgresql@17' },
  { name: 'psycopg2', present: () => imports('psycopg2'), debian: ['python3-psycopg2'], brew: 'libpq' },
  { name: 'passlib', present: () => imports('passlib'), debian: ['python3-passlib'], brew: 'python' },
  { name: 'OpenSSL', present: () => onPath('openssl'), debian: ['openssl'], brew: 'openssl' },
  { name: 'shellcheck', present: () => onPath('shellcheck'), debian: ['shellcheck'], brew: 'shellcheck' },
  // Only Linux has it; elsewhere the tests of the units are skipped and say so.
  ...(process.platform === 'linux'
    ? [{ name: 'systemd', present: () => onPath('systemd-analyze'), debian: ['systemd'], brew: '' }]
    : []),
];

const missing = PREREQUISITES.filter((program) => !program.present());
if (missing.length > 0) {
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
    console.error(`Install them, then run the tests again:`);
    console.error(`  Debian, Ubuntu:  sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    console.error(`  macOS:           brew install ${missing.map((program) => program.brew).join(' ')}`);
    process.exit(1);
  }
}
