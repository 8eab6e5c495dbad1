import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failedLogins } from '../../config/sizing/login-limits.ts';
import { RunningNode } from '../services/harness/running-node.ts';
import { HostDirectory } from './host.ts';

const host = new HostDirectory();
const filter = join(host.path, 'etc/fail2ban/filter.d/odoo-login.conf');
const jails = join(host.path, 'etc/fail2ban/jail.d/odoo.local');
/** The distribution's configuration with ours, as on the host. */
const configuration = join(host.path, 'fail2ban');

/** fail2ban runs on Linux only. */
const hasFail2ban = existsSync('/etc/fail2ban/jail.conf');
if (hasFail2ban) {
  cpSync('/etc/fail2ban', configuration, { recursive: true });
  copyFileSync(filter, join(configuration, 'filter.d/odoo-login.conf'));
  copyFileSync(jails, join(configuration, 'jail.d/odoo.local'));
}
afterAll(() => host.remove());

/** The lines of a log that fail2ban takes for a failed login. */
function failures(log: string): string[] {
  const { stdout } = spawnSync('fail2ban-regex', ['--config', configuration, '--out', 'row', log, filter], {
    encoding: 'utf8',
  });
  return stdout.trim().split('\n').filter(Boolean);
}

describe.skipIf(!hasFail2ban)('fail2ban, reading what nginx writes', () => {
  const node = new RunningNode();
  const log = join(node.directory, 'access.log');
  beforeAll(() => node.start());
  afterAll(() => node.stop());

  const attempt = (client: string, path: string, method = 'POST') =>
    node.ask(path, {
      method,
      headers: {
        'x-forwarded-for': client,
        'user-agent': '","client":"192.0.2.99","method":"POST","path":"/web/login","status":200,',
      },
    });

  it('counts each password that the login page refused, in every language and for IPv6 too', async () => {
    for (const path of ['/web/login', '/web/login/', '/fr/web/login', '/pt_BR/web/login/totp']) {
      await attempt('192.0.2.1', path);
    }
    await attempt('2001:db8::1', '/web/login?redirect=/odoo');
    await expect.poll(() => failures(log)).toHaveLength(5);
    expect(failures(log).join('\n')).toContain("'2001:db8::1'");
  });

  it('counts nothing else', async () => {
    const before = failures(log).length;
    await attempt('192.0.2.2', '/web/login', 'GET');
    await attempt('192.0.2.2', '/web/dataset/call_kw');
    await attempt('192.0.2.2', '/a/b/web/login');
    await attempt('192.0.2.2', '/xmlrpc/2/common');
    const lines = () => readFileSync(log, 'utf8').trim().split('\n');
    await expect.poll(() => lines().at(-1)).toContain('/xmlrpc/2/common');
    expect(failures(log)).toHaveLength(before);
  });

  it('counts neither a login that succeeds nor one that nginx itself refused', () => {
    const line = readFileSync(log, 'utf8').split('\n')[0] ?? '';
    for (const status of [303, 429, 503]) {
      const file = host.write('other.log', `${line.replace('"status":200', `"status":${status}`)}\n`);
      expect(failures(file), String(status)).toEqual([]);
    }
    expect(failures(host.write('same.log', `${line}\n`))).toHaveLength(1);
  });

  it('never takes an address that the client wrote itself for the client', () => {
    expect(readFileSync(log, 'utf8')).toContain('192.0.2.99');
    expect(failures(log).join('\n')).not.toContain('192.0.2.99');
  });

  it('accepts its configuration, and watches the logins only', () => {
    const { status, stdout } = spawnSync('fail2ban-client', ['-c', configuration, '-d'], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stdout.match(/^\['add', '[^']+'/gm)).toEqual(["['add', 'odoo-login'"]);
    expect(stdout).toContain("['set', 'odoo-login', 'addlogpath', '/var/log/nginx/access.log'");
    expect(stdout).toContain('nft add element inet f2b-table');
  });
});

describe('an office behind one address', () => {
  it('may mistype twice each while it arrives', () => {
    for (const users of [1, 10, 25]) expect(failedLogins(users)).toBeGreaterThanOrEqual(2 * users);
    expect(failedLogins(1)).toBe(30);
    expect(failedLogins(25)).toBe(50);
  });
});
