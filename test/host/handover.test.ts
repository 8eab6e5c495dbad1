import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

// The handover itself runs with real databases in test/releases. Here: what a server does that finds the mark of one.
const host = new HostDirectory();
afterAll(() => host.remove());
const mark = () => {
  mkdirSync(join(host.path, 'data'), { recursive: true });
  writeFileSync(join(host.path, 'data/handed-over'), '{}');
};
beforeEach(() => host.run('rm -f "$DATA/handed-over"'));

describe('a server whose service was handed over', () => {
  it.each(['odoo-web.service', 'odoo-cron.service'])('has systemd refuse to start %s', (unit) => {
    const text = readFileSync(join(host.path, 'systemd', unit), 'utf8');
    const section = text.slice(text.indexOf('[Unit]'), text.indexOf('[Service]'));
    expect(section).toContain('ConditionPathExists=!/srv/data/handed-over\n');
    // Otherwise it would look before the volume is there.
    expect(section).toContain('RequiresMountsFor=/srv/data\n');
  });

  it('does not run the database job when it is provisioned, nor wait for an Odoo', () => {
    const commands =
      'docker() { echo docker; }; systemctl() { echo systemctl; }; curl() { echo curl; return 1; };';
    mark();
    const { code, output } = host.run(`${commands} run_database_job && wait_until_serving`);
    expect(code).toBe(0);
    expect(output).toContain('the database is left alone, and Odoo is not started');
    expect(output).not.toMatch(/docker|systemctl|curl/);
  });

  it('is an ordinary one without the mark', () => {
    const { output } = host.run(
      'systemctl() { echo systemctl; }; aws() { return 1; }; setting() { :; }; run_database_job',
    );
    expect(output).toContain('systemctl');
  });

  it('has the program for the way back where root finds it', () => {
    expect(readFileSync(join(host.path, 'backup.sh'), 'utf8')).toContain('/usr/local/sbin/odoo-hand-over');
  });
});
