import { describe } from 'vitest';
import { certificateArn } from '../files.ts';
import { itAccepts, itRefuses } from '../rule-table.ts';

const elsewhere = certificateArn.replace('eu-central-1', 'us-east-1');

describe('how users reach Odoo', () => {
  itRefuses([
    {
      when: 'medium without a domain',
      change: { domain: undefined, hostedZone: undefined },
      path: 'domain',
      message: /^is missing: the medium architecture is reached over HTTPS only/,
      fix: /add domain: 'erp\.example\.com'/,
    },
    {
      when: 'large without a domain',
      tier: 'large',
      change: { domain: undefined, hostedZone: undefined },
      path: 'domain',
      message: /^is missing: the large architecture/,
      fix: /add domain/,
    },
    {
      when: 'production without TLS',
      tier: 'small',
      change: { production: true },
      path: 'domain',
      message: /no TLS, which is for trials, not for production/,
      fix: /add domain/,
    },
    {
      when: 'a hosted zone without a domain',
      tier: 'small',
      change: { hostedZone: { id: 'Z0123456789', name: 'example.com' } },
      path: 'hostedZone',
      message: /^has no domain to serve$/,
      fix: /add domain, or remove hostedZone/,
    },
    {
      when: 'a domain outside its hosted zone',
      change: { domain: 'erp.example.org' },
      path: 'domain',
      message: /^lies outside its hosted zone example\.com/,
      fix: /set hostedZone to the zone of erp\.example\.org/,
    },
    {
      when: 'a domain that only ends like its hosted zone',
      change: { domain: 'myexample.com' },
      path: 'domain',
      message: /lies outside/,
      fix: /choose a name in example\.com/,
    },
    {
      when: 'a hosted zone and a certificate',
      change: { certificateArn },
      path: 'certificateArn',
      message: /^is given together with hostedZone/,
      fix: /keep hostedZone when/,
    },
    {
      when: 'neither a hosted zone nor a certificate',
      change: { hostedZone: undefined },
      path: 'hostedZone',
      message: /^is missing, and so is certificateArn/,
      fix: /add hostedZone: \{ id, name \}/,
    },
    {
      when: 'a certificate of another Region',
      change: { hostedZone: undefined, certificateArn: elsewhere },
      path: 'certificateArn',
      message: /^is a certificate in us-east-1, but/,
      fix: /request or import the certificate in eu-central-1/,
    },
    {
      when: 'a certificate of another account',
      change: { hostedZone: undefined, certificateArn, account: '999999999999' },
      path: 'certificateArn',
      message: /^is a certificate of account 123456789012, but/,
      fix: /in account 999999999999/,
    },
    {
      when: 'a single server that the certificate authority cannot reach',
      tier: 'small',
      change: { domain: 'erp.example.com', allowedCidrs: ['8.8.8.0/24'] },
      path: 'allowedCidrs',
      message: /^shut the certificate authority out/,
      fix: /add the hosted zone/,
    },
    {
      when: 'an ACM certificate for a single server',
      tier: 'small',
      change: { domain: 'erp.example.com', certificateArn },
      path: 'certificateArn',
      message: /^has no use in small/,
      fix: /remove certificateArn/,
    },
  ]);
  itAccepts([
    { when: 'a trial without a domain', tier: 'small', change: {} },
    {
      when: 'a small domain whose record is made by hand',
      tier: 'small',
      change: { domain: 'erp.example.com' },
    },
    {
      when: 'a single server with restricted networks and a hosted zone',
      tier: 'small',
      change: {
        domain: 'erp.example.com',
        hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
        allowedCidrs: ['8.8.8.0/24'],
      },
    },
    { when: 'the apex of the hosted zone', change: { domain: 'example.com' } },
    {
      when: 'a certificate of the same Region and account',
      change: { hostedZone: undefined, certificateArn, account: '123456789012' },
    },
  ]);
});
