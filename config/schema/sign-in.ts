import { z } from 'zod';
import { chooseOneOf, fieldTexts, group } from './field.ts';

const twoFactorPolicies = ['off', 'employees', 'everyone'] as const;

/** An identity provider of the company. Its addresses are those of its discovery document. */
const provider = group('An identity provider.', {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'is not an id of a provider')
    .register(fieldTexts, {
      meaning:
        'Your own name of the provider. Never change it: Odoo links users to the provider, and another id is another provider.',
      allowed: 'up to 31 lower-case letters, digits and hyphens, beginning with a letter',
      fix: 'choose a short name such as entra, google or keycloak',
    }),
  label: z
    .string()
    .regex(/^\S(.{0,62}\S)?$/, 'is not a text for a button')
    .register(fieldTexts, {
      meaning: 'Text of the button on the login page.',
      allowed: '1 to 64 characters without spaces around them',
      fix: "write what people should read, for example 'Sign in with Example Ltd'",
    }),
  clientId: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'is not a client id')
    .register(fieldTexts, {
      meaning: 'Client id that the provider gave to Odoo. No secret.',
      allowed: 'up to 255 characters without spaces',
      fix: 'copy the application (client) id of the registration',
    }),
  authorizationEndpoint: endpoint(
    'Where people are sent to log in: `authorization_endpoint` of the discovery document.',
  ),
  userinfoEndpoint: endpoint('Where Odoo asks who logged in: `userinfo_endpoint` of the discovery document.'),
  scope: z
    .string()
    .regex(/^[\x21-\x7e]+( [\x21-\x7e]+)*$/, 'is not a list of scopes')
    .max(255, 'is longer than 255 characters')
    .register(fieldTexts, {
      meaning:
        'What Odoo asks the provider for. `openid profile email` if absent: subject, name and e-mail address.',
      allowed: 'names with one space between them',
      fix: "leave it out, or write for example 'openid email'",
    })
    .optional(),
});

/** How people prove who they are. */
export const signIn = group('How people prove who they are, beside their password. See `docs/sign-in.md`.', {
  twoFactor: z
    .enum(twoFactorPolicies, {
      error: ({ input }) =>
        /^admin/i.test(String(input))
          ? 'is not a policy of Odoo, which knows no second factor for administrators alone'
          : undefined,
    })
    .register(fieldTexts, {
      meaning:
        "Who must give a second factor: the code of an app or, without an app, a code by e-mail. `employees` are Odoo's internal users, all administrators among them; `everyone` includes customers in the portal. `off` leaves it to each user, and to what an administrator set in Odoo.",
      allowed: twoFactorPolicies.join(', '),
      fix: (value) =>
        /^admin/i.test(String(value))
          ? "write 'employees', which has all administrators in it"
          : chooseOneOf(twoFactorPolicies)(value),
    })
    .optional(),
  administratorEmail: z
    .email({ error: 'is not an e-mail address' })
    .refine((address) => address === address.toLowerCase(), { error: 'has capitals' })
    .register(fieldTexts, {
      meaning:
        'E-mail address of the login `admin`, for which a new database has none or `admin@example.com`. Written as long as that is so. Needed with `twoFactor`, or the first log-in could never be completed.',
      allowed: 'an e-mail address in lower case',
      fix: 'write the address of whoever logs in as admin first',
    })
    .optional(),
  resetAdministrator: z
    .string()
    .regex(/^[a-zA-Z0-9-]{1,40}$/, 'is not a label')
    .register(fieldTexts, {
      meaning:
        'Way back in for the login `admin`: each new label gives it, once, the first password in Secrets Manager back, takes its authenticator app away and writes `administratorEmail`.',
      allowed: '1 to 40 letters, digits and hyphens',
      fix: "write a new label, for example the date: '2026-11-22'",
    })
    .optional(),
  providers: z
    .array(provider)
    .max(5)
    .register(fieldTexts, {
      meaning:
        'OpenID Connect providers, each a button on the login page. Only who is invited or linked can log in with one. Odoo uses the implicit flow, which has a weakness to know before: see `docs/sign-in.md`.',
      allowed: 'up to 5 objects with id, label, clientId, authorizationEndpoint, userinfoEndpoint and scope',
      fix: 'write a list of objects; docs/sign-in.md has one for Microsoft Entra ID, Google and Keycloak each',
    })
    .optional(),
});

function endpoint(meaning: string) {
  return z
    .url({ protocol: /^https$/, hostname: z.regexes.domain, error: 'is not an https address' })
    .max(255, 'is longer than 255 characters')
    .refine((address) => !/[?#]/.test(address), {
      error: 'has a query or a fragment, which Odoo would spoil',
    })
    .register(fieldTexts, {
      meaning,
      allowed: 'an https address of up to 255 characters without ? and #',
      fix: 'copy it from the discovery document of the provider, ISSUER/.well-known/openid-configuration',
    });
}
