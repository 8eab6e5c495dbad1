import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate {
  readonly key: string;
  readonly cert: string;
  /** Who has signed it, PEM. */
  readonly authority: string;
}

const DAY = 24 * 60 * 60 * 1000;
const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';

/**
 * A certificate that an authority has signed for the occasion.
 *
 * @param address - for which it holds.
 * @param days - for which it is valid yet; below zero it was.
 */
export function certificateFor(address: string, { days }: { readonly days: number }): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'odoo-canary-'));
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const openssl = (command: string) => run(folder, command);
  try {
    writeFileSync(join(folder, 'index'), '');
    writeFileSync(join(folder, 'authority.cnf'), authorityFor(address));
    openssl(`req -x509 ${NEW_KEY} -days 90 -subj /CN=Test -keyout ca.key -out ca.crt`);
    openssl(`req ${NEW_KEY} -subj /CN=Odoo -keyout key -out request`);
    // The only command that takes a date in the past, in every release that is in use.
    openssl(
      `ca -batch -notext -config authority.cnf -in request -out crt -startdate ${stamp(-10)} -enddate ${stamp(days)}`,
    );
    return { key: read('key'), cert: read('crt'), authority: read('ca.crt') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function authorityFor(address: string): string {
  return `[ca]
default_ca = test
[test]
database = index
new_certs_dir = .
rand_serial = yes
certificate = ca.crt
private_key = ca.key
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:${address}
`;
}

function run(folder: string, command: string): void {
  const { status, stderr } = spawnSync('openssl', command.split(' '), { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${command}\n${stderr}`);
}

function stamp(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().replace(/[-:T]|\.\d+/g, '');
}
