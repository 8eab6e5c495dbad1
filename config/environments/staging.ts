import { defineEnvironment } from '../define-environment.ts';

/**
 * For acceptance before production: 40 users select the medium architecture, with the application on ECS Fargate and the
 * database on RDS. It is cheaper than production of the same size, because it gives up what only production needs:
 * a second Availability Zone and long retention.
 */
export default defineEnvironment({
  name: 'staging',
  users: 40,
  region: 'eu-central-1',

  // Medium and large are reached over HTTPS only. The certificate is made in the hosted zone; where DNS is not on
  // Route 53 in this account, give the ARN of a certificate as `certificateArn` instead of `hostedZone`.
  domain: 'odoo-staging.example.com',
  hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },

  // A domain of its own for mail, so that nothing that happens here touches the reputation of production's.
  mail: { from: 'odoo@odoo-staging.example.com' },

  // Sized from measured CPU time instead of the reference sizes, this would cost less; `npm run plan -- --env staging`
  // says how much.
  // sizing: 'measured',
});
