import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../../config/resolve.ts';
import { files } from '../files.ts';
import { itAccepts, itRefuses } from '../rule-table.ts';

const provider = {
  id: 'entra',
  label: 'Sign in with Example',
  clientId: '0f1e2d3c-0000-4000-8000-000000000000',
  authorizationEndpoint: 'https://login.example.com/oauth2/v2.0/authorize',
  userinfoEndpoint: 'https://graph.example.com/oidc/userinfo',
};
const mail = { from: 'odoo@example.com' };
const administratorEmail = 'it@example.com';

const withProvider = (change: Readonly<Record<string, unknown>>) => ({
  signIn: { providers: [{ ...provider, ...change }] },
});

describe('the second factor', () => {
  itRefuses([
    {
      when: 'codes that nobody could get',
      change: { signIn: { twoFactor: 'employees', administratorEmail } },
      path: 'signIn.twoFactor',
      message: /^locks everybody out who has no authenticator app/,
      fix: /add mail/,
    },
    {
      when: 'an administrator without an address',
      change: { signIn: { twoFactor: 'everyone' }, mail },
      path: 'signIn.administratorEmail',
      message: /the login admin of a new database gets a code by e-mail/,
      fix: /write the address/,
    },
    {
      when: 'a policy for administrators alone, which Odoo has not',
      change: { signIn: { twoFactor: 'administrators', administratorEmail }, mail },
      path: 'signIn.twoFactor',
      message: /knows no second factor for administrators alone/,
      fix: /write 'employees', which has all administrators in it/,
    },
    {
      when: 'a policy with a slip of the pen',
      change: { signIn: { twoFactor: 'employes', administratorEmail }, mail },
      path: 'signIn.twoFactor',
      message: /^is not one of the allowed values$/,
      fix: /employees/,
    },
    {
      when: 'an address with capitals',
      change: { signIn: { administratorEmail: 'IT@example.com' } },
      path: 'signIn.administratorEmail',
      message: /^has capitals$/,
      fix: /write the address/,
    },
  ]);
  itAccepts([
    {
      when: 'a policy with mail and an address',
      change: { signIn: { twoFactor: 'everyone', administratorEmail }, mail },
    },
    { when: 'no policy without mail', change: { signIn: { twoFactor: 'off' } } },
    {
      when: 'a policy in small, too',
      tier: 'small',
      change: { signIn: { twoFactor: 'employees', administratorEmail }, mail },
    },
  ]);
});

describe('identity providers', () => {
  itRefuses([
    {
      when: 'providers without a domain to send people back to',
      tier: 'small',
      change: withProvider({}),
      path: 'signIn.providers',
      message: /^send people back to an https address/,
      fix: /add domain/,
    },
    {
      when: 'an id twice',
      change: { signIn: { providers: [provider, { ...provider, label: 'Other' }] } },
      path: 'signIn.providers',
      message: /^is the id of two providers$/,
      fix: /another id/,
    },
    {
      when: 'more providers than a task definition has room for',
      change: {
        signIn: { providers: Array.from({ length: 6 }, (_, index) => ({ ...provider, id: `p${index}` })) },
      },
      path: 'signIn.providers',
      message: /^has more than 5 entries$/,
      fix: /docs\/sign-in\.md/,
    },
    {
      when: 'an endpoint without TLS',
      change: withProvider({ userinfoEndpoint: 'http://login.example.com/userinfo' }),
      path: 'signIn.providers.0.userinfoEndpoint',
      message: /^is not an https address$/,
      fix: /discovery document/,
    },
    {
      when: 'an endpoint with a query, to which Odoo would add a second one',
      change: withProvider({ authorizationEndpoint: 'https://login.example.com/authorize?prompt=login' }),
      path: 'signIn.providers.0.authorizationEndpoint',
      message: /^has a query or a fragment/,
      fix: /discovery document/,
    },
    {
      when: 'a secret, which the implicit flow has none of',
      change: withProvider({ clientSecret: 'x' }),
      path: 'signIn.providers.0.clientSecret',
      message: /^is not a field of signIn\.providers\.0$/,
      fix: /remove it/,
    },
    {
      when: 'a mistyped field, with the right one',
      change: { signIn: { providers: [{ ...provider, scopes: 'openid' }] } },
      path: 'signIn.providers.0.scopes',
      message: /^is not a field of signIn\.providers\.0$/,
      fix: /scope/,
    },
    {
      when: 'a provider without a client id',
      change: withProvider({ clientId: undefined }),
      path: 'signIn.providers.0.clientId',
      message: /^is missing$/,
      fix: /copy the application \(client\) id/,
    },
    {
      when: 'an id that is no stable name',
      change: withProvider({ id: 'Microsoft Entra' }),
      path: 'signIn.providers.0.id',
      message: /^is not an id of a provider$/,
      fix: /choose a short name/,
    },
  ]);
  itAccepts([
    { when: 'a provider', change: withProvider({}) },
    { when: 'a provider with a scope of its own', change: withProvider({ scope: 'openid email' }) },
  ]);

  it('are asked for subject, name and address unless the file says something else', () => {
    const signIn = { providers: [provider, { ...provider, id: 'other', scope: 'openid' }] };
    const result = resolveEnvironment({ ...files.medium, signIn });
    expect(result).toMatchObject({
      ok: true,
      value: {
        signIn: { twoFactor: 'off', providers: [{ scope: 'openid profile email' }, { scope: 'openid' }] },
      },
    });
  });
});
