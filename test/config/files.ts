import type { EnvironmentFile } from '../../config/schema.ts';

/** Valid environment files, one per architecture, to be changed by a test. */
export const files = {
  small: { name: 'dev', users: 10, region: 'eu-central-1' },
  medium: {
    name: 'staging',
    users: 40,
    region: 'eu-central-1',
    domain: 'erp.example.com',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
  },
  large: {
    name: 'prod',
    users: 150,
    region: 'eu-central-1',
    domain: 'erp.example.com',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
    production: true,
    recoveryRegion: 'eu-west-1',
  },
} as const satisfies Record<string, EnvironmentFile>;

/** A VPC that exists, described completely. */
export const existingVpc = {
  vpcId: 'vpc-0123456789abcdef0',
  cidr: '10.20.0.0/16',
  availabilityZones: ['eu-central-1a', 'eu-central-1b'],
  publicSubnetIds: ['subnet-00000000000000001', 'subnet-00000000000000002'],
  privateSubnetIds: ['subnet-00000000000000003', 'subnet-00000000000000004'],
  isolatedSubnetIds: ['subnet-00000000000000005', 'subnet-00000000000000006'],
};

/** A certificate in the Region of the files above. */
export const certificateArn =
  'arn:aws:acm:eu-central-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef';
