import { describe, expect, it } from 'vitest';
import { certificateArn, existingVpc, files } from '../files.ts';
import { itAccepts, itRefuses, problemsOf } from '../rule-table.ts';

const recoveryRegion = 'eu-west-1';
const certificateThere = certificateArn.replace('eu-central-1', recoveryRegion);
const secretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:relay-AbCdEf';
const secretThere = secretArn.replace('eu-central-1', recoveryRegion);
const networkThere = { ...existingVpc, availabilityZones: ['eu-west-1a', 'eu-west-1b'] };

const recovery = (change: unknown) => ({ recoveryRegion, recovery: change });
const ownCertificate = { hostedZone: undefined, certificateArn };
const relay = {
  mail: { from: 'odoo@example.com', relay: { host: 'smtp.example.com', credentialsArn: secretArn } },
};

describe('the group recovery', () => {
  itRefuses([
    {
      when: 'a recovery without a Region to recover in',
      change: { recovery: { dns: 'switch' } },
      path: 'recovery',
      message: /^is given without recoveryRegion: nothing is copied anywhere/,
      fix: /^add recoveryRegion, or remove recovery$/,
    },
    {
      when: 'a recovery as text',
      change: recovery('eu-west-1'),
      path: 'recovery',
      message: /^must be an object$/,
      fix: /its fields are network, certificateArn, relayCredentialsArn, dns, drill$/,
    },
    {
      when: 'a field that it does not have',
      change: recovery({ vpc: 'vpc-1' }),
      path: 'recovery.vpc',
      message: /^is not a field of recovery$/,
      fix: /docs\/configuration\.md lists every field/,
    },
    {
      when: 'its Region within it',
      change: recovery({ region: recoveryRegion }),
      path: 'recovery.region',
      message: /^is not a field of recovery$/,
      fix: /^remove it/,
    },
    {
      when: 'another way to switch over',
      change: recovery({ dns: 'healthcheck' }),
      path: 'recovery.dns',
      message: /^is not one of the allowed values$/,
      fix: /health-check/,
    },
    {
      when: 'a record that follows health in a zone of somebody else',
      change: { ...recovery({ dns: 'health-check', certificateArn: certificateThere }), ...ownCertificate },
      path: 'recovery.dns',
      message: /^has no record to move: without hostedZone it is made by hand/,
      fix: /change the record by hand/,
    },
    {
      when: 'a single server that health checkers do not reach',
      change: { ...recovery({ dns: 'health-check' }), users: 10, allowedCidrs: ['198.18.0.0/15'] },
      path: 'recovery.dns',
      message: /^would find the server unhealthy for ever/,
      fix: /a person switches/,
    },
  ]);
  itAccepts([
    { when: 'nothing but a Region', change: { recoveryRegion } },
    { when: 'an empty group', change: recovery({}) },
    { when: 'a domain that follows the health of the primary', change: recovery({ dns: 'health-check' }) },
    {
      when: 'nodes that only the load balancer asks, where the internet is shut out',
      change: { ...recovery({ dns: 'health-check' }), allowedCidrs: ['198.18.0.0/15'] },
    },
  ]);
});

const calls = (call: object) => ({ recoveryRegion, recovery: { drill: { workflows: [call] } } });

describe('recovery drills', () => {
  const drill = { schedule: 'manual' } as const;

  itRefuses([
    {
      when: 'those of attachments on EFS',
      change: { ...recovery({ drill }), storage: { filestore: 'efs' } },
      path: 'recovery.drill',
      message: /to end that for a drill would leave none$/,
      fix: /keep attachments on S3 Files/,
    },
    {
      when: 'a call that changes something',
      change: calls({ name: 'tidy', model: 'sale.order', method: 'unlink' }),
      path: 'recovery.drill.workflows.0.method',
      message: /./,
      fix: /./,
    },
    {
      when: 'more than a task definition holds',
      change: calls({ name: 'orders', model: 'sale.order', method: 'read', args: [Array(1500).fill(1234)] }),
      path: 'recovery.drill.workflows',
      message: /^is more than the task definition/,
      fix: /^leave out the calls/,
    },
    {
      when: 'a model by another name',
      change: calls({ name: 'orders', model: 'Sales Orders', method: 'search_count' }),
      path: 'recovery.drill.workflows.0.model',
      message: /^is not the name of a model$/,
      fix: /Settings, Technical, Models$/,
    },
  ]);
  itAccepts([
    {
      when: 'what a company reads',
      change: recovery({
        drill: {
          schedule: 'monthly',
          workflows: [
            {
              name: 'open quotations',
              model: 'sale.order',
              method: 'search_read',
              args: [[['state', '=', 'draft']]],
              kwargs: { fields: ['name'], limit: 5 },
            },
          ],
        },
      }),
    },
  ]);
});

describe('the certificate in the recovery Region', () => {
  itRefuses([
    {
      when: 'a recovery without it, where the environment has its own',
      change: { ...ownCertificate, ...recovery({ dns: 'switch' }) },
      path: 'recovery.certificateArn',
      message: /^is missing: a load balancer takes certificates of its own Region only/,
      fix: /^request one: aws acm request-certificate --region eu-west-1 /,
    },
    {
      when: 'the certificate of the primary Region',
      change: { ...ownCertificate, ...recovery({ certificateArn }) },
      path: 'recovery.certificateArn',
      message:
        /^is a certificate in eu-central-1, but the environment is brought back in eu-west-1, and a load balancer/,
      fix: /in eu-west-1 and write its ARN$/,
    },
    {
      when: 'a certificate of another account',
      change: {
        hostedZone: undefined,
        certificateArn: certificateArn.replace('123456789012', '999999999999'),
        account: '999999999999',
        ...recovery({ certificateArn: certificateThere }),
      },
      path: 'recovery.certificateArn',
      message:
        /^is a certificate of account 123456789012, but the environment is brought back in 999999999999$/,
      fix: /account 999999999999/,
    },
    {
      when: 'a certificate where the zone makes one',
      change: recovery({ certificateArn: certificateThere }),
      path: 'recovery.certificateArn',
      message: /^has no use without certificateArn: where hostedZone is given, one is made in that zone/,
      fix: /^remove recovery\.certificateArn$/,
    },
    {
      when: 'a certificate for the single server',
      tier: 'small',
      change: recovery({ certificateArn: certificateThere }),
      path: 'recovery.certificateArn',
      message: /small takes none from ACM$/,
      fix: /^remove/,
    },
    {
      when: 'text that is no certificate, which is not a missing one',
      change: { ...ownCertificate, ...recovery({ certificateArn: 'arn:aws:acm' }) },
      path: 'recovery.certificateArn',
      message: /^is not the ARN of an ACM certificate$/,
      fix: /asked in the recovery Region/,
    },
  ]);
  itAccepts([
    {
      when: 'a certificate there',
      change: { ...ownCertificate, ...recovery({ certificateArn: certificateThere }) },
    },
    {
      when: 'a file from before there was the group, which a synthesis warns of',
      change: { ...ownCertificate, recoveryRegion },
    },
  ]);
});

describe('the login of the relay in the recovery Region', () => {
  itRefuses([
    {
      when: 'a recovery without it',
      change: { ...relay, ...recovery({}) },
      path: 'recovery.relayCredentialsArn',
      message: /^is missing: Odoo reads secrets of its own Region only/,
      fix: /^replicate it: .* --add-replica-regions Region=eu-west-1;/,
    },
    {
      when: 'the secret of the primary Region',
      change: { ...relay, ...recovery({ relayCredentialsArn: secretArn }) },
      path: 'recovery.relayCredentialsArn',
      message: /^is a secret in eu-central-1, but the environment is brought back in eu-west-1$/,
      fix: /where the environment is brought back/,
    },
    {
      when: 'a login that the relay does not ask for here',
      change: recovery({ relayCredentialsArn: secretThere }),
      path: 'recovery.relayCredentialsArn',
      message: /^has no use without mail\.relay\.credentialsArn/,
      fix: /^remove recovery\.relayCredentialsArn$/,
    },
  ]);
  itAccepts([
    { when: 'a replica', change: { ...relay, ...recovery({ relayCredentialsArn: secretThere }) } },
    { when: 'a file from before there was the group', change: { ...relay, recoveryRegion } },
  ]);
});

describe('the network in the recovery Region', () => {
  itRefuses([
    {
      when: 'a range that is not private',
      change: recovery({ network: { cidr: '8.8.0.0/16' } }),
      path: 'recovery.network.cidr',
      message: /^is not a private network/,
      fix: /10\.20\.0\.0\/16/,
    },
    {
      when: 'a forgotten list',
      change: recovery({ network: { ...networkThere, publicSubnetIds: undefined } }),
      path: 'recovery.network.publicSubnetIds',
      message: /^is missing: an existing VPC/,
      fix: /^add recovery\.network\.publicSubnetIds, or keep only recovery\.network\.cidr/,
    },
    {
      when: 'zones of the primary Region',
      change: recovery({ network: existingVpc }),
      path: 'recovery.network.availabilityZones',
      message:
        /^names eu-central-1a, eu-central-1b, which is listed twice or no Availability Zone of eu-west-1$/,
      fix: /zones of eu-west-1/,
    },
  ]);
  itAccepts([
    { when: 'a VPC that exists there', change: recovery({ network: networkThere }) },
    { when: 'a range of its own', change: recovery({ network: { cidr: '10.21.0.0/16' } }) },
    {
      when: 'NAT gateways of a new network here beside an existing one there',
      change: { ...recovery({ network: networkThere }), overrides: { natGateways: 2 } },
    },
  ]);
});

it('names everything that a recovery lacks at once', () => {
  const problems = problemsOf({
    ...files.medium,
    ...ownCertificate,
    ...relay,
    ...recovery({ network: { cidr: '10.0.0.0/8' }, dns: 'never', size: 1 }),
  });
  expect(problems.map(({ path }) => path)).toEqual([
    'staging.recovery.dns',
    'staging.recovery.size',
    'staging.recovery.network.cidr',
    'staging.recovery.certificateArn',
    'staging.recovery.relayCredentialsArn',
  ]);
});
