import { describe } from 'vitest';
import { existingVpc } from '../files.ts';
import { itAccepts, itRefuses } from '../rule-table.ts';

const vpc = (cidr: unknown) => ({ network: { cidr } });
const existing = (change: object) => ({ network: { ...existingVpc, ...change } });

describe('the range of a new VPC', () => {
  itRefuses([
    {
      when: 'text that is no network',
      change: vpc('10.0.0.0'),
      path: 'network.cidr',
      message: /^is not an IPv4 network$/,
      fix: /write it like 10\.20\.0\.0\/16/,
    },
    {
      when: 'an octet above 255',
      change: vpc('10.256.0.0/16'),
      path: 'network.cidr',
      message: /^is not an IPv4 network$/,
      fix: /like/,
    },
    {
      when: 'an address inside the network instead of its first',
      change: vpc('10.20.3.1/16'),
      path: 'network.cidr',
      message: /^has bits set beyond its prefix \/16$/,
      fix: /^write 10\.20\.0\.0\/16$/,
    },
    {
      when: 'a range too small for three subnets in three zones',
      change: vpc('10.20.0.0/23'),
      path: 'network.cidr',
      message: /^is too small for three subnets in each of three Availability Zones$/,
      fix: /write 10\.20\.0\.0\/16/,
    },
    {
      when: 'a range larger than AWS takes',
      change: vpc('10.0.0.0/8'),
      path: 'network.cidr',
      message: /^is larger than AWS takes/,
      fix: /10\.0\.0\.0\/16/,
    },
    {
      when: 'public addresses',
      change: vpc('8.8.0.0/16'),
      path: 'network.cidr',
      message: /^is not a private network/,
      fix: /10\.20\.0\.0\/16/,
    },
    {
      when: 'a range that is private in part only',
      change: vpc('172.32.0.0/16'),
      path: 'network.cidr',
      message: /not a private network/,
      fix: /choose a range of these/,
    },
    {
      when: 'the bridge network of containers',
      change: vpc('172.17.0.0/20'),
      path: 'network.cidr',
      message: /^overlaps 172\.17\.0\.0\/16/,
      fix: /choose another range/,
    },
  ]);
  itAccepts([
    { when: 'the largest range', change: vpc('10.20.0.0/16') },
    { when: 'the smallest range', change: vpc('192.168.4.0/22') },
    { when: 'the last private range of 172', change: vpc('172.31.0.0/16') },
    { when: 'the shared range', change: vpc('100.64.0.0/16') },
  ]);
});

describe('an existing VPC', () => {
  itRefuses([
    {
      when: 'a forgotten list',
      change: existing({ isolatedSubnetIds: undefined }),
      path: 'network.isolatedSubnetIds',
      message: /^is missing: an existing VPC must be described completely/,
      fix: /keep only network\.cidr/,
    },
    {
      when: 'a forgotten range',
      change: existing({ cidr: undefined }),
      path: 'network.cidr',
      message: /^is missing/,
      fix: /add network\.cidr/,
    },
    {
      when: 'lists of different length',
      change: existing({ privateSubnetIds: [...existingVpc.privateSubnetIds, 'subnet-00000000000000009'] }),
      path: 'network.privateSubnetIds',
      message: /^has 3 subnets for 2 Availability Zones$/,
      fix: /one subnet per Availability Zone/,
    },
    {
      when: 'zones of another Region',
      change: existing({ availabilityZones: ['eu-west-1a', 'eu-central-1b'] }),
      path: 'network.availabilityZones',
      message: /^names eu-west-1a, which/,
      fix: /zones of eu-central-1/,
    },
    {
      when: 'a zone listed twice',
      change: existing({ availabilityZones: ['eu-central-1a', 'eu-central-1a'] }),
      path: 'network.availabilityZones',
      message: /listed twice/,
      fix: /two or three zones/,
    },
    {
      when: 'an id that is none',
      change: existing({ vpcId: 'my-vpc' }),
      path: 'network.vpcId',
      message: /^is not an id that begins with vpc-$/,
      fix: /vpc-0123456789abcdef0/,
    },
    {
      when: 'NAT gateways in a VPC of somebody else',
      change: { ...existing({}), overrides: { natGateways: 1 } },
      path: 'overrides.natGateways',
      message: /^has no effect in an existing VPC/,
      fix: /remove it/,
    },
    {
      when: 'a subnet listed twice',
      change: existing({ publicSubnetIds: ['subnet-00000000000000001', 'subnet-00000000000000001'] }),
      path: 'network.publicSubnetIds',
      message: /^has subnet-00000000000000001, which is listed twice/,
      fix: /a different subnet/,
    },
    {
      when: 'one Availability Zone only',
      change: existing({
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        publicSubnetIds: ['subnet-00000000000000001'],
      }),
      path: 'network.publicSubnetIds',
      message: /^needs 2 or more entries$/,
      fix: /list two or three/,
    },
  ]);
  itAccepts([
    { when: 'a VPC described completely', change: existing({}) },
    { when: 'a public range, which its owner has chosen', change: existing({ cidr: '8.8.0.0/24' }) },
  ]);
});
