import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loginsPerMinute } from '../../../config/sizing/login-limits.ts';
import { type NginxEntry, renderNginxConf } from '../../../constructs/odoo-node/nginx-conf.ts';
import { checkNginx } from '../../support/nginx.ts';
import { certify, tlsFiles } from '../../support/self-signed.ts';

// How nginx behaves on this configuration is proven by `npm run test:services`.

const USER = userInfo().username;

function render(entry: NginxEntry, directory = '/srv'): string {
  return renderNginxConf({
    entry,
    release: 'r',
    loginsPerMinute: 30,
    runDirectory: directory,
    maintenanceFlag: join(directory, 'flag'),
    pagesDirectory: directory,
    filestoreDirectory: directory,
  });
}

describe('the rendered configuration', () => {
  it.each<[string, (directory: string) => NginxEntry]>([
    ['a load balancer', () => ({ kind: 'load-balancer', trustedCidr: '10.0.0.0/16' })],
    ['a server with TLS', (directory) => ({ kind: 'server', user: USER, tls: tlsFiles(directory) })],
    ['a server without TLS', () => ({ kind: 'server', user: USER })],
  ])('for %s is accepted by nginx without a warning', (_, entry) => {
    const directory = mkdtempSync(join(tmpdir(), 'odoo-node-'));
    certify(directory);
    const file = join(directory, 'nginx.conf');
    const configuration = render(entry(directory), directory)
      .replace('/dev/stdout', join(directory, 'access.log'))
      .replaceAll('/var/log/nginx/', `${directory}/`);
    writeFileSync(file, configuration);
    const { ok, output } = checkNginx(file);
    rmSync(directory, { recursive: true });
    expect(ok, output).toBe(true);
    const warnings = output
      .split('\n')
      .filter((line) => line.includes('[warn]') && !line.includes('"user" directive'));
    expect(warnings).toEqual([]);
  });

  it('keeps idle connections open for longer than the load balancer does', () => {
    const rendered = render({ kind: 'load-balancer', trustedCidr: '10.0.0.0/16' });
    expect(Number(/keepalive_timeout (\d+)s/.exec(rendered)?.[1])).toBeGreaterThan(720);
  });

  it('ends before the container of nginx is killed', () => {
    const rendered = render({ kind: 'load-balancer', trustedCidr: '10.0.0.0/16' });
    expect(Number(/worker_shutdown_timeout (\d+)s/.exec(rendered)?.[1])).toBeLessThan(60);
  });
});

describe('the limit on logins', () => {
  it('lets all users of one office log in within ten minutes', () => {
    for (const users of [1, 25, 150, 1000, 5000]) {
      expect(loginsPerMinute(users) * 10).toBeGreaterThanOrEqual(users);
      expect(loginsPerMinute(users)).toBeGreaterThanOrEqual(30);
    }
  });
});
