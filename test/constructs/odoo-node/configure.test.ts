import { spawnSync } from 'node:child_process';
import { pbkdf2Sync } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { base85 } from '../../../constructs/shared/base85.ts';
import { nodeFile } from '../../../constructs/odoo-node/render-template.ts';

const OWNER = `${process.getuid?.()}:${process.getgid?.()}`;
const SECRETS = { DB_PASSWORD: 'pa$$%(w)s\\1rd', ADMIN_PASSWD: 'master' };

let directory = '';
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'configure-'))));
afterEach(() => rmSync(directory, { recursive: true }));

function configure(args: readonly string[], environment: Record<string, string> = SECRETS) {
  const { status, stderr, stdout } = spawnSync('python3', ['-c', nodeFile('configure.py'), ...args], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], ...environment },
  });
  return { status, output: `${stdout}${stderr}` };
}

const BOTH = ['--secret', 'DB_PASSWORD', '--hashed-secret', 'ADMIN_PASSWD'];
const file = (name: string, text: string, mode = '0400') => [
  '--file',
  join(directory, name),
  OWNER,
  mode,
  text,
];
const folder = (name: string, mode: string) => ['--directory', join(directory, name), OWNER, mode];
const written = (name: string) => readFileSync(join(directory, name), 'utf8');

describe('the configuration of a node', () => {
  it('gets its secrets, literally', () => {
    const { status, output } = configure([
      ...BOTH,
      ...file('odoo.conf', 'p = {{DB_PASSWORD}}\na = {{ADMIN_PASSWD}}\n'),
    ]);
    expect(output).toBe('');
    expect(status).toBe(0);
    expect(written('odoo.conf').split('\n')[0]).toBe(`p = ${SECRETS.DB_PASSWORD}`);
    expect(written('odoo.conf')).not.toContain(SECRETS.ADMIN_PASSWD);
  });

  it('has the master password as the hash that Odoo verifies', () => {
    configure(['--hashed-secret', 'ADMIN_PASSWD', ...file('odoo.conf', '{{ADMIN_PASSWD}}')]);
    const [, scheme, rounds, salt = '', digest] = written('odoo.conf').split('$');
    expect(scheme).toBe('pbkdf2-sha512');
    const expected = pbkdf2Sync(
      SECRETS.ADMIN_PASSWD,
      Buffer.from(salt.replaceAll('.', '+'), 'base64'),
      Number(rounds),
      64,
      'sha512',
    );
    expect(digest).toBe(expected.toString('base64').replaceAll('+', '.').replaceAll('=', ''));
    expect(Number(rounds)).toBeGreaterThanOrEqual(600_000);
  });

  it.each([
    // Of the test suite of Terraform's AWS provider, whose passwords have let people in since 2020.
    ['eu-central-1', 'some+secret+key', 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2'],
    ['eu-central-1', 'another+secret+key', 'BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh'],
    ['us-west-1', 'some+secret+key', 'BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj'],
    ['us-west-1', 'another+secret+key', 'BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF'],
  ])('has the password that SES in %s takes for an access key', (region, secretAccessKey, password) => {
    const { status } = configure(
      ['--ses-secret', 'SMTP_PASSWORD', region, ...file('a', '{{SMTP_PASSWORD}}')],
      {
        SMTP_PASSWORD: secretAccessKey,
      },
    );
    expect(status).toBe(0);
    expect(written('a')).toBe(password);
  });

  it('is readable by nobody else', () => {
    configure([...file('odoo.conf', 'x')]);
    expect(statSync(join(directory, 'odoo.conf')).mode & 0o777).toBe(0o400);
  });

  it('makes directories with owner and mode, parents first', () => {
    const { status } = configure([
      ...folder('run', '0755'),
      ...folder('run/flags', '1777'),
      ...file('run/flags/a', 'text', '0444'),
    ]);
    expect(status).toBe(0);
    expect(statSync(join(directory, 'run/flags')).mode & 0o7777).toBe(0o1777);
    expect(written('run/flags/a')).toBe('text');
  });

  it('takes bytes as they were before gzip and Base85, and no secret into them', () => {
    const bytes = Buffer.from([0, 255, 10, 13, ...Buffer.from('{{DB_PASSWORD}}')]);
    const { status } = configure([
      ...BOTH,
      ...file('odoo.conf', '{{DB_PASSWORD}} {{ADMIN_PASSWD}}'),
      '--binary-file',
      join(directory, 'a.pyz'),
      OWNER,
      '0400',
      base85(gzipSync(bytes)),
    ]);
    expect(status).toBe(0);
    expect(readFileSync(join(directory, 'a.pyz'))).toEqual(bytes);
    expect(statSync(join(directory, 'a.pyz')).mode & 0o777).toBe(0o400);
  });

  it('can be written again, as after a restart', () => {
    configure(file('a', 'old'));
    expect(configure(file('a', 'new')).status).toBe(0);
    expect(written('a')).toBe('new');
    expect(readdirSync(directory)).toEqual(['a']);
  });

  it.each([
    ['a placeholder without a secret', [], '{{DB_PASSWORD}}', 'placeholders without a secret: DB_PASSWORD'],
    ['a secret without a placeholder', BOTH, '{{DB_PASSWORD}}', 'no file has a placeholder for ADMIN_PASSWD'],
  ])('is refused with %s, and nothing is written', (_, secrets, text, message) => {
    const { status, output } = configure([...secrets, ...file('odoo.conf', text)]);
    expect(status).toBe(1);
    expect(output).toContain(message);
    expect(existsSync(join(directory, 'odoo.conf'))).toBe(false);
  });

  it.each(['', ' pad', 'pad ', 'two\nlines', 'bell\u0007'])(
    'refuses %j as a secret and does not print it',
    (secret) => {
      const { status, output } = configure(['--secret', 'DB_PASSWORD', ...file('a', '{{DB_PASSWORD}}')], {
        DB_PASSWORD: secret,
      });
      expect(status).toBe(1);
      expect(output).toBe(
        'configure: the secret DB_PASSWORD is empty, begins or ends with a blank, or has a line break\n',
      );
    },
  );
});
