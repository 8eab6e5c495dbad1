import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { HostDirectory } from './host.ts';

const FILES = fileURLToPath(new URL('../../constructs/odoo-server/files', import.meta.url));
const STAND_IN = fileURLToPath(new URL('aws_stand_in', import.meta.url));

const host = new HostDirectory({ name: 'erp.example.com' });
afterAll(() => host.remove());

/** What the configuration is written with, as arguments and environment of the program that writes it. */
function configuring(login: '' | 'password' | 'secretAccessKey') {
  const { code, output } = host.run(`
    AWS_DEFAULT_REGION=eu-central-1 SMTP_LOGIN='${login}'
    setting() { echo "arn-of-$1"; }
    aws() { echo "\${*//arn-of-/}" | tr ' ' /; }
    install() { :; }
    python3() { printf '%s\\n' "$*"; printf 'user=%s password=%s\\n' "$SMTP_USER" "$SMTP_PASSWORD"; }
    write_configuration`);
  expect(code).toBe(0);
  return output;
}

describe("the server's mail", () => {
  it('has the password of SES derived for its Region', () => {
    const output = configuring('secretAccessKey');
    expect(output).toContain('--secret SMTP_USER --ses-secret SMTP_PASSWORD eu-central-1 --directory');
    expect(output).toContain(
      'user=secret/smtpCredentials/username password=secret/smtpCredentials/secretAccessKey',
    );
  });

  it('has the password of a relay as it is', () => {
    const output = configuring('password');
    expect(output).toContain('--secret SMTP_USER --secret SMTP_PASSWORD --directory');
    expect(output).toContain('user=secret/smtpCredentials/username password=secret/smtpCredentials/password');
  });

  it('asks for no secret without a login', () => {
    const output = configuring('');
    expect(output).toContain('--hashed-secret ADMIN_PASSWD --directory');
    expect(output).toContain('user= password=\n');
  });
});

describe('a secret', () => {
  it.each([
    [['arn'], '{"username": "odoo", "password": "a b"}'],
    [['arn', 'password'], 'a b'],
  ])('is read as a whole or by field: %j', (args, expected) => {
    const program = `
import json, runpy, sys, types
import boto3
class SecretsManager:
    def get_secret_value(self, SecretId):
        return {"SecretString": json.dumps({"username": "odoo", "password": "a b"})}
boto3.client = lambda service: SecretsManager()
sys.argv = ["aws.py", "secret", *json.loads(sys.argv[1])]
runpy.run_path("aws.py", run_name="__main__")`;
    const { stdout, stderr } = spawnSync('python3', ['-B', '-c', program, JSON.stringify(args)], {
      cwd: FILES,
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: STAND_IN, STAND_IN_AWS: host.path },
    });
    expect(stderr).toBe('');
    expect(stdout).toBe(`${expected}\n`);
  });
});
