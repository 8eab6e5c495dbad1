import { defineEnvironment } from '../define-environment.ts';

/**
 * For development and trials: 10 users select the small architecture, one server with everything on it.
 *
 * To make it yours, change the domain, its hosted zone and the sender of mail. To try it without owning a domain, remove
 * the three: Odoo then answers over plain HTTP on the server's address.
 */
export default defineEnvironment({
  // The name of this file, and the prefix of the stacks: dev-Network, dev-Data, dev-Server, …
  name: 'dev',

  // How many people have a login. This number alone selects the architecture.
  users: 10,

  // The AWS Region nearest to them.
  region: 'eu-central-1',

  // Where they reach Odoo, and the Route 53 hosted zone of that name:
  // `aws route53 list-hosted-zones` prints ids and names.
  domain: 'odoo-dev.example.com',
  hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },

  // Whom Odoo's mail is from; Amazon SES sends for the domain. Without it nobody can be invited by e-mail.
  mail: { from: 'odoo@odoo-dev.example.com' },

  // Every other field has a default; docs/configuration.md lists them all. Often wanted in a test system:
  // allowedCidrs: ['…'], // only the office and the VPN may reach it
  // odoo: { version: '18.0' },
});
