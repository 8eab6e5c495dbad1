import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

const host = new HostDirectory();
afterAll(() => host.remove());

const rules = join(host.path, 'nftables/odoo.nft');
const isRoot = process.getuid?.() === 0;

/** Runs commands in a network of their own, whose only interface is the loopback. */
function inNetwork(commands: string): { readonly status: number | null; readonly output: string } {
  const script = `set -euo pipefail; PATH+=:/usr/sbin; ip link set lo up; ${commands}`;
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [isRoot ? '--net' : '--map-root-user', '--net', 'bash', '-c', script],
    { encoding: 'utf8', cwd: host.path },
  );
  return { status, output: stdout + stderr };
}

/** Loading the rules needs Linux, and the user that PostgreSQL's package makes. */
const loads = inNetwork('nft list ruleset; getent passwd postgres').status === 0;

describe.skipIf(!loads)('the firewall', () => {
  it('is accepted by the kernel without a word', () => {
    expect(inNetwork(`nft --check --file '${rules}'`)).toEqual({ status: 0, output: '' });
  });

  it('is the same after every load, and leaves the tables of Docker and fail2ban alone', () => {
    const { status, output } = inNetwork(`
      nft 'table ip nat { chain DOCKER { return; }; }'
      nft -f '${rules}'; nft list ruleset >first
      nft -f '${rules}'; nft list ruleset | cmp - first
      nft list tables`);
    expect(output).toBe('table ip nat\ntable inet odoo\n');
    expect(status).toBe(0);
  });

  it.skipIf(!isRoot)('lets only root and pgBackRest ask for the credentials of the server', () => {
    const { output } = inNetwork(`
      ip address add 169.254.169.254/32 dev lo
      python3 -m http.server --bind 169.254.169.254 80 >/dev/null 2>&1 &
      trap 'kill %1' EXIT
      ask() { curl --silent --output /dev/null --max-time 5 http://169.254.169.254/; }
      until ask; do sleep 0.1; done
      as() { setpriv --reuid "$1" --clear-groups --regid nogroup -- bash -c "$(declare -f ask); ask" && echo "$1 yes" || echo "$1 no"; }
      as www-data
      nft -f '${rules}'
      for user in root postgres www-data nobody; do as $user; done`);
    expect(output).toBe('www-data yes\nroot yes\npostgres yes\nwww-data no\nnobody no\n');
  });

  it('lets in the two ports of nginx and nothing else', () => {
    const { output } = inNetwork(`nft -f '${rules}'; nft --numeric list chain inet odoo input`);
    expect(output).toContain('policy drop');
    expect(output.match(/^\s+tcp dport.*$/gm)).toEqual(['\t\ttcp dport { 80, 443 } accept']);
  });
});
