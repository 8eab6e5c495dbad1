import { App, aws_kms as kms } from 'aws-cdk-lib';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Mail } from '../../config/environment.ts';
import { RelaySender } from '../../constructs/mail/relay-sender.ts';
import { SesSender } from '../../constructs/mail/ses-sender.ts';
import { type OdooRole, renderOdooConf } from '../../constructs/odoo-node/odoo-conf.ts';
import { nodeFile } from '../../constructs/odoo-node/render-template.ts';
import {
  needsVerification,
  smtpSecretArguments,
  type SmtpSettings,
} from '../../constructs/odoo-node/smtp.ts';
import { planOf } from '../support/environments.ts';
import { relayMail, sesMail } from '../support/mail.ts';
import { testStack } from '../support/stack.ts';
import { MailServer, type MailServerOptions } from './mail/mail-server.ts';

const run = promisify(execFile);
const CLIENT = fileURLToPath(new URL('mail/send_like_odoo.py', import.meta.url));
const ADDONS = fileURLToPath(new URL('../../constructs/odoo-node/files/addons', import.meta.url));
const OWNER = `${process.getuid?.()}:${process.getgid?.()}`;

/** Secret access key, and the SMTP password that Terraform's AWS provider derives from it for Frankfurt. */
const ACCESS_KEY = { user: 'AKIAIOSFODNN7EXAMPLE', secret: 'some+secret+key' };
const SES_PASSWORD = 'BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2';
/** Everything that parsers, shells and templates stumble over. */
const RELAY_PASSWORD = `pa$$%(w)s\\1;#"'rd = {x}`;

const ses: SmtpSettings = new SesSender(testStack(), 'Mail', {
  mail: sesMail,
  region: 'eu-central-1',
  encryptionKey: new kms.Key(testStack(new App()), 'Key'),
}).settings;

function relay(changes: Partial<Extract<Mail, { kind: 'relay' }>> = {}): SmtpSettings {
  return new RelaySender(testStack(), 'Mail', {
    ...relayMail,
    ...changes,
  }).settings;
}

const directory = mkdtempSync(join(tmpdir(), 'odoo-smtp-'));
afterAll(() => rmSync(directory, { recursive: true }));

const servers: MailServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function mailServer(options: MailServerOptions): Promise<MailServer> {
  const server = await new MailServer(options).start();
  servers.push(server);
  return server;
}

/** SES as far as a client can tell: TLS, the derived password, senders of the verified domain. */
const likeSes = () =>
  mailServer({ startTls: true, logins: { [ACCESS_KEY.user]: SES_PASSWORD }, domain: 'example.com' });

/** Writes odoo.conf the way a node does: rendered at synthesis, its secrets filled in by the real program. */
function odooConf(
  settings: SmtpSettings,
  { port }: MailServer,
  [user, password]: readonly [string, string],
  role: OdooRole = { kind: 'web', workers: 2 },
): string {
  const path = join(directory, `odoo-${port}.conf`);
  const text = renderOdooConf({
    role,
    database: { host: 'db.example', port: '5432', name: 'odoo', user: 'odoo', sslMode: 'verify-full' },
    limits: planOf(40).app.odoo,
    smtp: { ...settings, host: '127.0.0.1', port },
    dataDirectory: '/var/lib/odoo',
    addonsPath: '/mnt/extra-addons',
  });
  const { status, stderr } = spawnSync(
    'python3',
    [
      '-c',
      nodeFile('configure.py'),
      ...['DB_PASSWORD', 'ADMIN_PASSWD'].flatMap((name) => ['--secret', name]),
      ...smtpSecretArguments(settings.login),
      '--file',
      path,
      OWNER,
      '0600',
      text,
    ],
    {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        DB_PASSWORD: 'd',
        ADMIN_PASSWD: 'a',
        SMTP_USER: user,
        SMTP_PASSWORD: password,
      },
    },
  );
  if (status !== 0) throw new Error(stderr);
  return path;
}

interface Sending {
  readonly settings: SmtpSettings;
  readonly server: MailServer;
  readonly login: readonly [string, string];
  readonly role?: OdooRole;
  readonly from?: string;
  /** Whether the machine trusts the certificate of the server, as it does those of public authorities; true if absent. */
  readonly trusted?: boolean;
}

async function send({ settings, server, login, role, from = '', trusted = true }: Sending): Promise<unknown> {
  const configuration = odooConf(settings, server, login, role);
  const { stdout } = await run(
    'python3',
    [
      '-B',
      CLIENT,
      configuration,
      needsVerification(settings) ? 'verified_mail' : '',
      from,
      'customer@example.org',
    ],
    { env: { ...process.env, ADDONS, ...(trusted && { SSL_CERT_FILE: server.certificate }) } },
  );
  const outcome: unknown = JSON.parse(stdout);
  return outcome;
}

const keyOfSes = [ACCESS_KEY.user, ACCESS_KEY.secret] as const;
const loginOfRelay = ['odoo', RELAY_PASSWORD] as const;

describe('mail through SES', () => {
  it.each<OdooRole>([{ kind: 'web', workers: 2 }, { kind: 'cron', cronWorkers: 1 }, { kind: 'job' }])(
    'is encrypted, logged in with the derived password and sent in the name of the environment: %o',
    async (role) => {
      const server = await likeSes();
      expect(await send({ settings: ses, server, login: keyOfSes, role })).toEqual({ sent: true });
      expect(server.messages).toEqual([
        expect.objectContaining({
          from: 'odoo@example.com',
          to: ['customer@example.org'],
          encrypted: true,
          user: ACCESS_KEY.user,
          text: expect.stringMatching(/^From: odoo@example\.com\r\n/),
        }),
      ]);
      expect(server.passwords).toEqual([SES_PASSWORD]);
    },
  );

  it('is not let in with the secret access key itself, which never leaves the node', async () => {
    const server = await likeSes();
    const asItIs = { ...ses, login: { number: 1 } };
    expect(await send({ settings: asItIs, server, login: keyOfSes })).toEqual({
      refused: 535,
      error: 'SMTPAuthenticationError',
    });
    expect(server.messages).toEqual([]);
  });

  it('is refused from a sender of another domain, and Odoo is told', async () => {
    const server = await likeSes();
    expect(await send({ settings: ses, server, login: keyOfSes, from: 'someone@example.net' })).toEqual({
      refused: 554,
      error: 'SMTPSenderRefused',
    });
    expect(server.messages).toEqual([]);
  });
});

describe('mail through a relay', () => {
  it('is logged in with the password to the letter', async () => {
    const server = await mailServer({ startTls: true, logins: { odoo: RELAY_PASSWORD } });
    expect(await send({ settings: relay(), server, login: loginOfRelay })).toEqual({ sent: true });
    expect(server.passwords).toEqual([RELAY_PASSWORD]);
    expect(server.messages).toEqual([expect.objectContaining({ encrypted: true, user: 'odoo' })]);
  });

  it('is not sent with a wrong password, and Odoo is told', async () => {
    const server = await mailServer({ startTls: true, logins: { odoo: 'another' } });
    expect(await send({ settings: relay(), server, login: loginOfRelay })).toEqual({
      refused: 535,
      error: 'SMTPAuthenticationError',
    });
    expect(server.messages).toEqual([]);
  });

  it('shows neither password nor message to a server that offers no encryption', async () => {
    const server = await mailServer({ startTls: false, logins: { odoo: RELAY_PASSWORD } });
    expect(await send({ settings: relay(), server, login: loginOfRelay })).toEqual({
      refused: null,
      error: 'SMTPNotSupportedError',
    });
    expect(server.passwords).toEqual([]);
    expect(server.messages).toEqual([]);
  });

  it('needs neither login nor encryption within the network', async () => {
    const server = await mailServer({ startTls: false });
    const settings = relay({ encryption: 'none', credentialsArn: undefined });
    expect(await send({ settings, server, login: ['', ''] })).toEqual({ sent: true });
    expect(server.messages).toEqual([expect.objectContaining({ encrypted: false, user: undefined })]);
  });

  it('fails at once where nobody listens', async () => {
    const server = await mailServer({ startTls: true });
    await Promise.all(servers.splice(0).map((stopped) => stopped.stop()));
    expect(await send({ settings: relay(), server, login: loginOfRelay, trusted: false })).toEqual({
      refused: null,
      error: 'ConnectionRefusedError',
    });
  });

  it.each([
    ['a certificate that nobody has signed', {}, false],
    ["somebody else's certificate", { name: 'DNS:smtp.example.net' }, true],
  ])('shows nothing to a server with %s', async (_whose, options, trusted) => {
    const server = await mailServer({ startTls: true, logins: { odoo: RELAY_PASSWORD }, ...options });
    expect(await send({ settings: relay(), server, login: loginOfRelay, trusted })).toEqual({
      refused: null,
      error: 'SSLCertVerificationError',
    });
    expect(server.passwords).toEqual([]);
  });

  it('goes to whoever answers where that was asked for', async () => {
    const server = await mailServer({ startTls: true, logins: { odoo: RELAY_PASSWORD } });
    const settings = relay({ encryption: 'starttls-unverified' });
    expect(await send({ settings, server, login: loginOfRelay, trusted: false })).toEqual({ sent: true });
    expect(server.messages).toEqual([expect.objectContaining({ encrypted: true })]);
  });
});
