import type { PartialFile } from '../defaults.ts';
import { contains, ipv4Network, overlap } from '../ipv4.ts';
import type { Problem } from '../problem.ts';
import { readNetwork } from './read-network.ts';
import type { Draft, Rule } from './rule.ts';

/** RFC 1918 and the shared range of RFC 6598: the ranges that AWS recommends for a VPC. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map(ipv4Network);
/** The bridge network of container engines and of some AWS services. */
const containerBridge = ipv4Network('172.17.0.0/16');
/** Three subnets in each of three Availability Zones, of 64 addresses at least; AWS takes /16 at most. */
const [LARGEST, SMALLEST] = [16, 22];

const subnetLists = ['publicSubnetIds', 'privateSubnetIds', 'isolatedSubnetIds'] as const;
const existingVpcFields = ['vpcId', 'cidr', 'availabilityZones', ...subnetLists] as const;

/** A network that a file describes, of the environment or of its recovery. */
interface Described {
  readonly path: string;
  readonly network: PartialFile['network'];
  readonly region: string | undefined;
  readonly isWritten: Draft['isWritten'];
}

/** The range of a VPC to be made, and the completeness of one that exists, in both Regions. */
export const networkRules: Rule = ({ file, isWritten }) => [
  ...[
    { path: 'network', network: file.network, region: file.region },
    { path: 'recovery.network', network: file.recovery?.network, region: file.recoveryRegion },
  ].flatMap((described) => [
    ...vpcRange({ ...described, isWritten }),
    ...existingVpc({ ...described, isWritten }),
  ]),
  ...natOfOthers(file, isWritten),
];

function vpcRange(described: Described): Problem[] {
  const { path } = described;
  const cidr = described.network?.cidr;
  if (cidr === undefined) {
    return [];
  }
  const { network, problem } = readNetwork(`${path}.cidr`, cidr);
  if (network === undefined) {
    return [problem];
  }
  // The range of an existing VPC is a fact; that it is private or large enough is for its owner to judge.
  if (isExisting(described)) {
    return [];
  }
  const refuse = (message: string, allowed: string, fix: string) => [
    { path: `${path}.cidr`, value: cidr, message, allowed, fix },
  ];
  if (network.prefixLength < LARGEST || network.prefixLength > SMALLEST) {
    return refuse(
      network.prefixLength > SMALLEST
        ? 'is too small for three subnets in each of three Availability Zones'
        : 'is larger than AWS takes for a VPC',
      `/${LARGEST} to /${SMALLEST}`,
      `write ${cidr.split('/')[0]}/${LARGEST}, or /${SMALLEST} where addresses are scarce`,
    );
  }
  if (!privateRanges.some((range) => contains(range, network))) {
    return refuse(
      'is not a private network, so that servers of other people on the internet could not be reached from it',
      privateRanges.map((range) => range.canonical).join(', '),
      'choose a range of these that nothing else in the company uses, for example 10.20.0.0/16',
    );
  }
  if (overlap(containerBridge, network)) {
    return refuse(
      `overlaps ${containerBridge.canonical}, the bridge network of container engines and of some AWS services`,
      `a private network outside ${containerBridge.canonical}`,
      'choose another range, for example 10.20.0.0/16',
    );
  }
  return [];
}

function existingVpc(described: Described): Problem[] {
  const { path, isWritten } = described;
  if (!isExisting(described)) {
    return [];
  }
  const missing = existingVpcFields
    .filter((field) => !isWritten(`${path}.${field}`))
    .map((field) => ({
      path: `${path}.${field}`,
      value: undefined,
      message:
        'is missing: an existing VPC must be described completely, because nothing is looked up in AWS',
      allowed: existingVpcFields.join(', '),
      fix: `add ${path}.${field}, or keep only ${path}.cidr to have a VPC made`,
    }));
  return [
    ...missing,
    ...zonesOfRegion(described),
    ...subnetsMatchZones(described),
    ...subnetsAreDistinct(described),
  ];
}

function natOfOthers({ overrides }: Draft['file'], isWritten: Draft['isWritten']): Problem[] {
  const natGateways = overrides?.natGateways;
  return natGateways === undefined || !isExisting({ path: 'network', isWritten })
    ? []
    : [
        {
          path: 'overrides.natGateways',
          value: natGateways,
          message: "has no effect in an existing VPC, whose routes are its owner's to change",
          allowed: 'only with a VPC that the project makes',
          fix: 'remove it, or remove network.vpcId and the lists',
        },
      ];
}

function zonesOfRegion({ path, network, region }: Described): Problem[] {
  const zones = network?.availabilityZones;
  if (zones === undefined || region === undefined) {
    return [];
  }
  const ofRegion = new RegExp(`^${region}[a-z]$`);
  const foreign = zones.filter((zone, index) => !ofRegion.test(zone) || zones.indexOf(zone) !== index);
  return foreign.length === 0
    ? []
    : [
        {
          path: `${path}.availabilityZones`,
          value: zones,
          message: `names ${foreign.join(', ')}, which is listed twice or no Availability Zone of ${region}`,
          allowed: `different zones of ${region}, such as ${region}a`,
          fix: `list two or three zones of ${region} that the subnets are in`,
        },
      ];
}

function subnetsMatchZones({ path, network }: Described): Problem[] {
  const zones = network?.availabilityZones?.length;
  return subnetLists.flatMap((list) => {
    const subnets = network?.[list];
    return zones === undefined || subnets === undefined || subnets.length === zones
      ? []
      : [
          {
            path: `${path}.${list}`,
            value: subnets,
            message: `has ${subnets.length} subnets for ${zones} Availability Zones`,
            allowed: `${zones} subnets, in the order of ${path}.availabilityZones`,
            fix: 'list one subnet per Availability Zone',
          },
        ];
  });
}

function subnetsAreDistinct({ path, network }: Described): Problem[] {
  const all = subnetLists.flatMap((list) => network?.[list] ?? []);
  return subnetLists.flatMap((list) => {
    const shared = (network?.[list] ?? []).filter(
      (subnet) => all.indexOf(subnet) !== all.lastIndexOf(subnet),
    );
    return shared.length === 0
      ? []
      : [
          {
            path: `${path}.${list}`,
            value: network?.[list],
            message: `has ${shared[0]}, which is listed twice: entry, application and database need subnets of their own`,
            allowed: 'every subnet once',
            fix: 'name a different subnet for each purpose and zone',
          },
        ];
  });
}

/** The fields that only an existing VPC has tell that one is meant. */
function isExisting({ path, isWritten }: Pick<Described, 'path' | 'isWritten'>): boolean {
  return existingVpcFields.some((field) => field !== 'cidr' && isWritten(`${path}.${field}`));
}
