import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../../config/resolve.ts';
import { files } from '../files.ts';
import { itAccepts, itRefuses } from '../rule-table.ts';

const from = 'odoo@example.com';
const host = 'smtp.example.com';
const secret = (region: string, account = '123456789012') =>
  `arn:aws:secretsmanager:${region}:${account}:secret:relay/odoo-AbCdEf`;

/** What an environment file with this field `mail` resolves to. */
function mailOf(mail: unknown, changes: Readonly<Record<string, unknown>> = {}): unknown {
  const result = resolveEnvironment({ ...files.medium, ...changes, mail });
  return result.ok ? result.value.mail : result.problems;
}

describe('how Odoo sends mail', () => {
  itRefuses([
    {
      when: 'SES and a relay',
      change: { mail: { from, ses: { identity: 'existing' }, relay: { host } } },
      path: 'mail.ses',
      message: /^has no use beside relay/,
      fix: /remove one of them/,
    },
    {
      when: 'SES in a Region in which it has no SMTP',
      change: { region: 'eu-central-2', mail: { from } },
      path: 'mail',
      message: /^has no way out of eu-central-2/,
      fix: /add mail\.relay/,
    },
    {
      when: 'the same access key twice',
      change: { mail: { from, ses: { accessKeys: [2, 2] } } },
      path: 'mail.ses.accessKeys',
      message: /^has a number twice/,
      fix: /write the number once/,
    },
    ...[465, 2465].map((port) => ({
      when: `a relay on port ${port}, which has no STARTTLS`,
      change: { mail: { from, relay: { host, port } } },
      path: 'mail.relay.port',
      message: /^expects TLS from the first byte/,
      fix: /write 587/,
    })),
    {
      when: 'a relay on port 25, which AWS blocks',
      change: { mail: { from, relay: { host, port: 25 } } },
      path: 'mail.relay.port',
      message: /^is blocked by AWS/,
      fix: /write 587/,
    },
    {
      when: 'a password over a connection without encryption',
      change: { mail: { from, relay: { host, encryption: 'none', credentialsArn: secret('eu-central-1') } } },
      path: 'mail.relay.credentialsArn',
      message: /everybody on the way can read/,
      fix: /remove encryption/,
    },
    {
      when: 'credentials in another Region',
      change: { mail: { from, relay: { host, credentialsArn: secret('eu-west-1') } } },
      path: 'mail.relay.credentialsArn',
      message: /^is a secret in eu-west-1, but the environment is in eu-central-1$/,
      fix: /make the secret where the environment is/,
    },
    {
      when: 'credentials of another account',
      change: {
        account: '999999999999',
        mail: { from, relay: { host, credentialsArn: secret('eu-central-1') } },
      },
      path: 'mail.relay.credentialsArn',
      message: /^is a secret of account 123456789012, but the environment is in 999999999999$/,
      fix: /make the secret where the environment is/,
    },
    {
      when: 'a relay that does not take the sender',
      change: { mail: { from, relay: { host, fromFilter: 'mail.example.com' } } },
      path: 'mail.relay.fromFilter',
      message: /^leaves out odoo@example\.com/,
      fix: /choose a from that the relay takes/,
    },
    {
      when: 'a sender in capitals, which SES would not find',
      change: { mail: { from: 'Odoo@example.com' } },
      path: 'mail.from',
      message: /^has capitals$/,
      fix: /write an address of a domain/,
    },
    {
      when: 'a relay as an address of the web',
      change: { mail: { from, relay: { host: 'smtp://smtp.example.com:587' } } },
      path: 'mail.relay.host',
      message: /^is not a host name$/,
      fix: /bare name/,
    },
    {
      when: 'a name of a secret instead of its ARN',
      change: { mail: { from, relay: { host, credentialsArn: 'relay' } } },
      path: 'mail.relay.credentialsArn',
      message: /^is not the ARN of a secret$/,
      fix: /describe-secret/,
    },
  ]);

  itAccepts([
    { when: 'nothing but a sender', change: { mail: { from } } },
    { when: 'SES in small, without a domain', tier: 'small', change: { mail: { from } } },
    {
      when: 'a relay in a Region without SMTP of SES',
      change: { region: 'eu-central-2', mail: { from, relay: { host } } },
    },
    {
      when: 'port 25 within the network',
      change: { mail: { from, relay: { host: '10.1.2.3', port: 25, encryption: 'none' } } },
    },
    { when: 'a relay for the sender alone', change: { mail: { from, relay: { host, fromFilter: from } } } },
    { when: 'a second access key', change: { mail: { from, ses: { accessKeys: [1, 2] } } } },
  ]);

  it('is SES for the domain of the sender, in the hosted zone', () => {
    expect(mailOf({ from })).toEqual({
      kind: 'ses',
      from,
      fromFilter: 'example.com',
      domain: 'example.com',
      hostedZone: files.medium.hostedZone,
      identity: 'new',
      accessKeys: [1],
    });
    expect(mailOf({ from: 'odoo@erp.example.com' })).toMatchObject({
      domain: 'erp.example.com',
      hostedZone: files.medium.hostedZone,
    });
  });

  it.each(['odoo@example.org', 'odoo@myexample.com'])('has no zone where %s lies outside it', (outsider) => {
    expect(mailOf({ from: outsider })).toHaveProperty('hostedZone', undefined);
  });

  it('is the relay where there is one, by default with STARTTLS on port 587', () => {
    expect(mailOf({ from, relay: { host } })).toEqual({
      kind: 'relay',
      from,
      fromFilter: 'example.com',
      host,
      port: 587,
      encryption: 'starttls',
      credentialsArn: undefined,
    });
  });

  it('is nothing without the field', () => {
    expect(mailOf(undefined)).toBeUndefined();
  });
});
