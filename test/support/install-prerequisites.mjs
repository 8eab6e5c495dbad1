// Run by `npm test` before the tests: the real programs that the tests start.
import { existsSync, readdirSync } from 'node:fs';
import { ensurePrograms, onPath, runs } from './ensure-programs.mjs';

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

const loadsModSecurity = () =>
  ['libmodsecurity.so.3', 'libmodsecurity.dylib', '/opt/homebrew/lib/libmodsecurity.dylib'].some((library) =>
    runs('python3', '-c', `import ctypes; ctypes.CDLL('${library}')`),
  );

const hasChromium = () =>
  ['chromium', 'chromium-browser', 'google-chrome'].some(onPath) ||
  ['Chromium', 'Google Chrome'].some((name) => existsSync(`/Applications/${name}.app`));

const PREREQUISITES = [
  { name: 'nginx', present: () => onPath('nginx'), debian: ['nginx-light'], brew: 'nginx' },
  { name: 'PostgreSQL server', present: hasPostgresServer, debian: ['postgresql'], brew: 'postgresql@17' },
  { name: 'psycopg2', present: () => imports('psycopg2'), debian: ['python3-psycopg2'], brew: 'libpq' },
  { name: 'passlib', present: () => imports('passlib'), debian: ['python3-passlib'], brew: 'python' },
  // The engine of its detection of SQL injection and scripting stands in for that of AWS WAF.
  { name: 'libmodsecurity', present: loadsModSecurity, debian: ['libmodsecurity3'], brew: 'modsecurity' },
  { name: 'OpenSSL', present: () => onPath('openssl'), debian: ['openssl'], brew: 'openssl' },
  { name: 'shellcheck', present: () => onPath('shellcheck'), debian: ['shellcheck'], brew: 'shellcheck' },
  // The browser of the canary.
  { name: 'Chromium', present: hasChromium, debian: ['chromium'], brew: 'chromium' },
  { name: 'GnuPG', present: () => onPath('gpg'), debian: ['gpg', 'gpg-agent'], brew: 'gnupg' },
  // Only Linux has these; elsewhere their tests are skipped and say so.
  ...(process.platform === 'linux'
    ? [
        { name: 'systemd', present: () => onPath('systemd-analyze'), debian: ['systemd'], brew: '' },
        { name: 'iproute2', present: () => onPath('ip'), debian: ['iproute2'], brew: '' },
        { name: 'nftables', present: () => onPath('nft'), debian: ['nftables'], brew: '' },
        { name: 'fail2ban', present: () => onPath('fail2ban-regex'), debian: ['fail2ban'], brew: '' },
      ]
    : []),
];

ensurePrograms(PREREQUISITES);
