import type { RelayMail, SesMail } from '../../config/environment.ts';

/** Mail through Amazon SES, with records in a hosted zone. */
export const sesMail = {
  kind: 'ses',
  from: 'odoo@example.com',
  fromFilter: 'example.com',
  domain: 'example.com',
  hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
  identity: 'new',
  accessKeys: [1],
} as const satisfies SesMail;

/** Mail through a relay that wants a login. */
export const relayMail = {
  kind: 'relay',
  from: 'odoo@example.com',
  fromFilter: 'example.com',
  host: 'smtp.example.com',
  port: 587,
  encryption: 'starttls',
  credentialsArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay-AbCdEf',
} as const satisfies RelayMail;
