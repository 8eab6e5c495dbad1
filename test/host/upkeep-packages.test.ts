import { spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { hasProgram, HostDirectory } from './host.ts';

const host = new HostDirectory();
afterAll(() => host.remove());

/** Installs the packages where `installed` are there, and tells what the package tools were asked. */
function install(installed: string): string[] {
  const { output } = host.run(`
    install() { cat >/dev/null; }
    dpkg-query() { ${installed}; }
    dpkg() { echo "dpkg $*"; }
    apt-get() { echo "\${*: -1} frontend=$DEBIAN_FRONTEND needrestart=$NEEDRESTART_SUSPEND \${*}"; }
    install_packages`);
  return output.split('\n').filter(Boolean);
}

describe('the packages of the host', () => {
  it('are left alone where all of them are there: no mirror is asked', () => {
    expect(install(`printf '%s installed\\n' "\${PACKAGES[@]}" another`)).toEqual([]);
  });

  it('are installed where they are missing, and no others', () => {
    const asked = install(
      `printf '%s installed\\n' "\${PACKAGES[@]}" | grep -v ^nginx; echo chrony config-files`,
    );
    expect(asked).toHaveLength(3);
    expect(asked[0]).toBe('dpkg --configure -a');
    expect(asked[1]).toMatch(/^update frontend=noninteractive needrestart=1 /);
    expect(asked[2]).toMatch(/^nginx frontend=noninteractive .* install -y --no-install-recommends nginx$/);
  });

  it('count as missing when only their configuration is left', () => {
    const asked = install(
      `printf '%s installed\\n' "\${PACKAGES[@]}" | sed 's/^chrony installed/chrony config-files/'`,
    );
    expect(asked.at(-1)).toMatch(/ chrony$/);
  });
});

/** The configuration as apt reads it after that of a distribution. */
function aptConfiguration(): string {
  const distribution = host.write(
    'apt.conf.d/50unattended-upgrades',
    'Unattended-Upgrade::Allowed-Origins { "Ubuntu:noble"; };\nUnattended-Upgrade::Origins-Pattern { "origin=Debian"; };\n',
  );
  const own = `${host.path}/etc/apt/apt.conf.d/90odoo`;
  const { stdout, stderr } = spawnSync('apt-config', ['dump', '--no-empty'], {
    encoding: 'utf8',
    env: {
      ...process.env,
      APT_CONFIG: host.write('apt.conf', `#include "${distribution}";\n#include "${own}";\n`),
    },
  });
  expect(stderr).toBe('');
  return stdout;
}

describe.skipIf(!hasProgram('apt-config'))('updates', () => {
  it('are those for security only', () => {
    const origins = aptConfiguration().match(/^Unattended-Upgrade::(Allowed-Origins|Origins-Pattern)::.*$/gm);
    expect(origins?.length).toBeGreaterThan(0);
    for (const origin of origins ?? []) expect(origin).toMatch(/-security[",]/);
  });

  it('restart the server if they must, without waiting for another day', () => {
    expect(aptConfiguration()).toContain('Unattended-Upgrade::Automatic-Reboot "true"');
    expect(aptConfiguration()).toContain('Unattended-Upgrade::Automatic-Reboot-Time "now"');
  });

  it("are not held back by files of ours that took the place of the distribution's", () => {
    expect(aptConfiguration()).toContain('--force-confold');
  });
});
