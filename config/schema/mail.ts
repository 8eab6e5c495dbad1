import { z } from 'zod';
import type { SmtpEncryption } from '../environment.ts';
import { fieldTexts, group } from './field.ts';

/** A host name of two labels or more, or an IPv4 address. */
const host = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Shape of the ARN of a secret: Region and account are what the rules compare. */
export const secretArnPattern =
  /^arn:aws:secretsmanager:(?<region>[a-z]{2}(?:-[a-z]+)+-\d):(?<account>\d{12}):secret:[\w/+=.@-]+-[A-Za-z0-9]{6}$/;

const encryptions = ['starttls', 'starttls-unverified', 'none'] as const satisfies readonly SmtpEncryption[];

const ses = group(
  'Choices for Amazon SES, through which Odoo sends unless there is a `relay`. Rarely needed.',
  {
    identity: z
      .enum(['new', 'existing'])
      .register(fieldTexts, {
        meaning:
          'SES knows a domain once per account and Region. `new`: this environment makes the identity and keeps it when the environment goes. `existing`: it is there already, made by another environment or by hand, and records, bounces and complaints are the business of whoever made it.',
        allowed: 'new, existing',
        fix: "write 'existing' when `aws sesv2 list-email-identities` shows the domain, otherwise leave the field out",
      })
      .optional(),
    accessKeys: z
      .array(z.int().min(1).max(9999))
      .min(1)
      .max(2)
      .register(fieldTexts, {
        meaning:
          'Numbers of the access keys that are valid; Odoo logs in with the highest. To change the key without losing a message, deploy `[1, 2]`, then `[2]`.',
        allowed: 'one or two different whole numbers from 1',
        fix: 'write [1], or beside the number in use the next one',
      })
      .optional(),
  },
);

const relay = group(
  "The company's own relay, instead of Amazon SES. It must speak STARTTLS: Odoo's configuration file knows nothing else.",
  {
    host: z.string().regex(host, 'is not a host name').register(fieldTexts, {
      meaning: 'Host name of the relay.',
      allowed: 'a host name in lower case or an IPv4 address, for example smtp.example.com',
      fix: 'write the bare name without smtp://, port or dot at the end',
    }),
    port: z
      .int()
      .min(1)
      .max(65535)
      .register(fieldTexts, {
        meaning: 'Port of the relay. AWS blocks 25 to the internet; 465 is TLS without STARTTLS.',
        allowed: '1 to 65535, without 465, and 25 only with encryption none',
        fix: 'write 587, or 2525 where the provider offers it',
      })
      .optional(),
    encryption: z
      .enum(encryptions)
      .register(fieldTexts, {
        meaning:
          '`starttls`: nothing is sent before the connection is encrypted and the certificate of the relay is verified. `starttls-unverified`: encrypted, but with whoever answers, for a relay with a certificate that no public authority signed. `none`: for a relay within your own network only, and without a login.',
        allowed: encryptions.join(', '),
        fix: "leave it out for 'starttls'",
      })
      .optional(),
    credentialsArn: z
      .string()
      .regex(secretArnPattern, 'is not the ARN of a secret')
      .register(fieldTexts, {
        meaning:
          'ARN of a Secrets Manager secret in the same Region and account: a JSON document with `username` and `password`, encrypted with the key that Secrets Manager uses by itself. Absent: no login.',
        allowed:
          'arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-XXXXXX, with the six characters at its end',
        fix: 'copy the ARN from `aws secretsmanager describe-secret --secret-id NAME`',
      })
      .optional(),
    fromFilter: z
      .string()
      .regex(
        /^([^@\s,]+@)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/,
        'is no domain or address',
      )
      .register(fieldTexts, {
        meaning:
          'Domain or single address that the relay takes mail from; a message of anybody else is sent in the name of `from`. Absent: the domain of `from`.',
        allowed: 'a domain or an e-mail address',
        fix: 'write what the operator of the relay allows, for example example.com',
      })
      .optional(),
  },
);

/** How Odoo sends e-mail. */
export const mail = group(
  'How Odoo sends e-mail: through Amazon SES, or through a `relay`. Absent: not at all, and every synthesis says so. See `docs/mail.md`.',
  {
    from: z
      .email({ error: 'is not an e-mail address' })
      .refine((address) => address === address.toLowerCase(), { error: 'has capitals' })
      .register(fieldTexts, {
        meaning:
          'Sender of whatever Odoo sends in no name of its own. SES sends for its domain: with `hostedZone`, when the domain lies in it, the records are made; otherwise outputs of the stack name them.',
        allowed: 'an e-mail address in lower case, for example odoo@example.com',
        fix: 'write an address of a domain whose DNS you can change, with a mailbox that somebody reads',
      }),
    ses: ses.optional(),
    relay: relay.optional(),
  },
);
