import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasProgram, HostDirectory } from './host.ts';

/**
 * What systemd may find exposed about a unit, from 0 to 10, and why it may be more than the ordinary 5.
 *
 * A client of Docker commands a daemon that is root: a sandbox around it would protect nothing. A package's scripts do
 * what they like.
 */
const EXPOSURE = new Map([
  ['odoo-web.service', 7.5],
  ['odoo-cron.service', 7.5],
  ['odoo-cloudwatch-agent.service', 7],
]);
const ORDINARY_EXPOSURE = 5;

const host = new HostDirectory({ name: 'erp.example.com' });
const folder = mkdtempSync(join(tmpdir(), 'odoo-units-'));
cpSync(join(host.path, 'systemd'), folder, { recursive: true });
afterAll(() => {
  host.remove();
  rmSync(folder, { recursive: true });
});

const services = readdirSync(folder).filter((name) => /^odoo-.*\.service$/.test(name));

describe.skipIf(!hasProgram('systemd-analyze'))('the units of the host', () => {
  it.each(services)('give away no more than they need: %s', (name) => {
    const threshold = String((EXPOSURE.get(name) ?? ORDINARY_EXPOSURE) * 10);
    const { status, stdout, stderr } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', `--threshold=${threshold}`, `./${name}`],
      { cwd: folder, env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` }, encoding: 'utf8' },
    );
    expect(status, stdout.trimEnd().split('\n').at(-1)).toBe(0);
    expect(stderr).toBe('');
  });

  it('count as exposed without what all of them give up', () => {
    const bare = mkdtempSync(join(tmpdir(), 'odoo-units-'));
    cpSync(join(folder, 'odoo-web.service'), join(bare, 'odoo-web.service'));
    const { status } = spawnSync(
      'systemd-analyze',
      ['security', '--offline=true', '--no-pager', '--threshold=75', './odoo-web.service'],
      { cwd: bare },
    );
    rmSync(bare, { recursive: true });
    expect(status).toBe(1);
  });
});

describe('security updates', () => {
  it('come when the maintenance window begins, and at no other time', () => {
    const drop = host.run(`cat '${folder}/apt-daily-upgrade.timer.d/odoo.conf'`).output;
    const [expression] = /(?<=^OnCalendar=).+/m.exec(drop) ?? [];
    const { status, stdout } = spawnSync(
      'systemd-analyze',
      ['calendar', '--base-time=2026-11-24 12:00:00 UTC', expression ?? ''],
      { encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } },
    );
    expect(status).toBe(0);
    expect(stdout).toContain('Next elapse: Sun 2026-11-29 03:00:00 UTC');
    expect(drop).toMatch(/^OnCalendar=$/m);
    expect(drop).toMatch(/^Persistent=false$/m);
  });
});
