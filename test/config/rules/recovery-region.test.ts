import { describe } from 'vitest';
import { existingVpc } from '../files.ts';
import { itAccepts, itRefuses } from '../rule-table.ts';

const mail = { from: 'odoo@example.com' };
const twoZonesOf = (region: string) => ({
  ...existingVpc,
  availabilityZones: [`${region}a`, `${region}b`],
});

describe('what the recovery Region has', () => {
  itRefuses([
    {
      when: 'a Region without S3 Files, where the attachments are on S3 Files',
      change: { recoveryRegion: 'me-south-1' },
      path: 'recoveryRegion',
      message: /^has no Amazon S3 Files in CloudFormation/,
      fix: /choose another recoveryRegion/,
    },
    {
      when: 'a Region whose certificates of RDS are not known',
      change: { recoveryRegion: 'ap-southeast-6' },
      path: 'recoveryRegion',
      message: /^has root certificates of RDS that are not known yet/,
      fix: /^run: curl .*rds-root-certificates\/ap-southeast-6\.pem/,
    },
    {
      when: 'a Region from which SES takes no mail by SMTP',
      change: { mail, recoveryRegion: 'eu-central-2' },
      path: 'recoveryRegion',
      message: /^offers no SMTP of Amazon SES/,
      fix: /or add mail\.relay/,
    },
    {
      when: 'a Region of two zones for a server in the third',
      tier: 'small',
      change: { server: { zone: 3 }, recoveryRegion: 'us-west-1' },
      path: 'recoveryRegion',
      message: /^gives the server 2 Availability Zones, and server\.zone is 3$/,
      fix: /with more zones$/,
    },
    {
      when: 'a network of two zones for a server in the third',
      tier: 'small',
      change: {
        server: { zone: 3 },
        recoveryRegion: 'eu-west-1',
        recovery: { network: twoZonesOf('eu-west-1') },
      },
      path: 'recovery.network.availabilityZones',
      message: /^gives the server 2 Availability Zones/,
      fix: /^list a subnet in one more zone$/,
    },
    {
      when: 'more NAT gateways than that Region has zones',
      tier: 'large',
      change: { overrides: { natGateways: 3 }, recoveryRegion: 'us-west-1' },
      path: 'overrides.natGateways',
      message: /^is more than the 2 Availability Zones of us-west-1/,
      fix: /lower it, or choose/,
    },
  ]);
  itAccepts([
    {
      when: 'a Region without S3 Files for attachments on EFS',
      change: { storage: { filestore: 'efs' }, recoveryRegion: 'me-south-1' },
    },
    {
      when: 'a Region without S3 Files and RDS for the single server',
      tier: 'small',
      change: { recoveryRegion: 'ap-southeast-6' },
    },
    { when: 'a Region of two zones', tier: 'large', change: { recoveryRegion: 'us-west-1' } },
    {
      when: 'a relay where SES takes no SMTP',
      change: { mail: { ...mail, relay: { host: 'smtp.example.com' } }, recoveryRegion: 'eu-central-2' },
    },
    {
      when: 'NAT gateways that an existing network there does without',
      tier: 'large',
      change: {
        overrides: { natGateways: 3 },
        recoveryRegion: 'us-west-1',
        recovery: { network: twoZonesOf('us-west-1') },
      },
    },
  ]);
});
