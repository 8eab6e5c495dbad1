import { z } from 'zod';
import { fieldTexts, group } from './field.ts';

const NEW_OR_EXISTING =
  'With `cidr` alone the project makes one. To use a VPC that exists, give `vpcId`, `cidr` and all four lists.';

/** The network of the environment. */
export const network = vpc(
  `The VPC. ${NEW_OR_EXISTING}`,
  'IPv4 range of the VPC. Choose one that no network overlaps that you may ever connect; it cannot be changed later.',
);

/** The network in the recovery Region. */
export const recoveryNetwork = vpc(
  `The VPC in the recovery Region. ${NEW_OR_EXISTING} Absent: a new one, which is made together with the copies and costs nothing while nothing stands in it.`,
  'IPv4 range of that VPC. Absent: that of `network.cidr`, as partners and firewalls know it; choose another one if both networks shall ever be connected. It cannot be changed later.',
);

/**
 * `cidr` alone describes a VPC that the project makes, with `vpcId` and its companions one that exists. One object for
 * both, so that a forgotten field is named instead of "matches no alternative".
 */
function vpc(meaning: string, cidrMeaning: string) {
  return group(meaning, {
    cidr: z
      .string()
      .register(fieldTexts, {
        meaning: cidrMeaning,
        allowed: 'a private IPv4 network of /16 to /22, for example 10.20.0.0/16',
        fix: 'write a network of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10',
      })
      .optional(),
    vpcId: awsId('vpc', 'Id of the existing VPC.').optional(),
    availabilityZones: listOf(
      z.string(),
      'Availability Zones of the subnets, two or three.',
      'names of two or three Availability Zones of the Region, for example eu-central-1a',
    ),
    publicSubnetIds: subnets('with a route to an internet gateway, for the entry (load balancer or server)'),
    privateSubnetIds: subnets('with a route out through NAT, for Odoo'),
    isolatedSubnetIds: subnets('without a route out, for database and file systems'),
  });
}

function awsId(prefix: string, meaning: string) {
  return z
    .string()
    .regex(new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`), `is not an id that begins with ${prefix}-`)
    .register(fieldTexts, {
      meaning,
      allowed: `${prefix}- and 8 or 17 hexadecimal digits`,
      fix: `copy the id from the VPC console, for example ${prefix}-0123456789abcdef0`,
    });
}

function subnets(routes: string) {
  const subnetId = z.string().regex(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, 'is not an id of a subnet');
  return listOf(
    subnetId,
    `Subnets ${routes}: one per Availability Zone, in the order of \`availabilityZones\`.`,
    'one subnet id per Availability Zone, for example subnet-0123456789abcdef0',
  );
}

function listOf(element: z.ZodString, meaning: string, allowed: string) {
  return z
    .array(element)
    .min(2)
    .max(3)
    .register(fieldTexts, { meaning, allowed, fix: 'list two or three, in the same order in every list' })
    .optional();
}
