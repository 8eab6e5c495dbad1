/** What this project needs to know about a Region in order to build in it. */
export interface Region {
  /** Where the Region is, as AWS calls it. */
  readonly location: string;
  /**
   * Availability Zones that every account can use: three, but two where AWS itself promises only two. Asking for one
   * more than the account has fails the deployment (`Fn::Select` out of range).
   */
  readonly availabilityZones: 2 | 3;
  /** Standard time there, in hours ahead of UTC; the default windows lie in its night. */
  readonly utcOffsetHours: number;
  /** Must be switched on for the account before anything can be deployed. */
  readonly optIn: boolean;
  /** Amazon S3 Files can mount the filestore; elsewhere it is kept on EFS. */
  readonly s3Files: boolean;
  /** Amazon SES takes messages by SMTP, not only by its API. */
  readonly sesSmtp: boolean;
  /** AWS Backup can test restores on a schedule. */
  readonly restoreTesting: boolean;
  /** AWS Backup has audit frameworks and reports. */
  readonly backupAudit: boolean;
}

const complete = {
  availabilityZones: 3,
  optIn: false,
  s3Files: true,
  sesSmtp: true,
  restoreTesting: true,
  backupAudit: true,
} as const;
const optIn = { ...complete, optIn: true, sesSmtp: false } as const;
const optInWithoutBackupTests = { ...optIn, restoreTesting: false, backupAudit: false } as const;
const optInWithoutS3Files = { ...optIn, s3Files: false } as const;

/**
 * Every Region of the commercial partition that the project knows.
 *
 * Service availability is read from the CloudFormation resource schemas of May 2026: a type without a schema in a
 * Region cannot be deployed there by CloudFormation, whatever the service itself offers. China and GovCloud are other
 * partitions with other accounts and are not supported.
 *
 * SMTP of SES: the Regions that AWS's program for SMTP passwords lists, with Paris and N. California from the SES
 * Developer Guide (both read in November 2026). Others have SES's API alone: Zurich's and Jakarta's SMTP names resolve to
 * nothing, as their users report.
 */
const regions = {
  'af-south-1': { location: 'Cape Town', utcOffsetHours: 2, ...optIn },
  'ap-east-1': { location: 'Hong Kong', utcOffsetHours: 8, ...optIn },
  'ap-east-2': { location: 'Taipei', utcOffsetHours: 8, ...optInWithoutBackupTests },
  'ap-northeast-1': { location: 'Tokyo', utcOffsetHours: 9, ...complete },
  'ap-northeast-2': { location: 'Seoul', utcOffsetHours: 9, ...complete },
  'ap-northeast-3': { location: 'Osaka', utcOffsetHours: 9, ...complete, sesSmtp: false },
  'ap-south-1': { location: 'Mumbai', utcOffsetHours: 5.5, ...complete },
  'ap-south-2': { location: 'Hyderabad', utcOffsetHours: 5.5, ...optIn },
  'ap-southeast-1': { location: 'Singapore', utcOffsetHours: 8, ...complete },
  'ap-southeast-2': { location: 'Sydney', utcOffsetHours: 10, ...complete },
  'ap-southeast-3': { location: 'Jakarta', utcOffsetHours: 7, ...optIn },
  'ap-southeast-4': { location: 'Melbourne', utcOffsetHours: 10, ...optIn },
  'ap-southeast-5': { location: 'Malaysia', utcOffsetHours: 8, ...optInWithoutBackupTests },
  'ap-southeast-6': { location: 'New Zealand', utcOffsetHours: 12, ...optInWithoutBackupTests },
  'ap-southeast-7': { location: 'Thailand', utcOffsetHours: 7, ...optInWithoutBackupTests },
  'ca-central-1': { location: 'Canada (Central)', utcOffsetHours: -5, ...complete },
  'ca-west-1': { location: 'Calgary', utcOffsetHours: -7, ...optInWithoutBackupTests },
  'eu-central-1': { location: 'Frankfurt', utcOffsetHours: 1, ...complete },
  'eu-central-2': { location: 'Zurich', utcOffsetHours: 1, ...optIn },
  'eu-north-1': { location: 'Stockholm', utcOffsetHours: 1, ...complete },
  'eu-south-1': { location: 'Milan', utcOffsetHours: 1, ...optIn, sesSmtp: true },
  'eu-south-2': { location: 'Spain', utcOffsetHours: 1, ...optIn },
  'eu-west-1': { location: 'Ireland', utcOffsetHours: 0, ...complete },
  'eu-west-2': { location: 'London', utcOffsetHours: 0, ...complete },
  'eu-west-3': { location: 'Paris', utcOffsetHours: 1, ...complete },
  'il-central-1': { location: 'Tel Aviv', utcOffsetHours: 2, ...optIn, backupAudit: false },
  'me-central-1': { location: 'UAE', utcOffsetHours: 4, ...optInWithoutS3Files },
  'me-south-1': { location: 'Bahrain', utcOffsetHours: 3, ...optInWithoutS3Files },
  'mx-central-1': { location: 'Mexico (Central)', utcOffsetHours: -6, ...optInWithoutBackupTests },
  'sa-east-1': { location: 'Sao Paulo', utcOffsetHours: -3, ...complete },
  'us-east-1': { location: 'N. Virginia', utcOffsetHours: -5, ...complete },
  'us-east-2': { location: 'Ohio', utcOffsetHours: -5, ...complete },
  // New accounts see two of its three Availability Zones.
  'us-west-1': { location: 'N. California', utcOffsetHours: -8, ...complete, availabilityZones: 2 },
  'us-west-2': { location: 'Oregon', utcOffsetHours: -8, ...complete },
} as const satisfies Record<string, Region>;

/** Name of a supported Region, for example `eu-central-1`. */
export type RegionName = keyof typeof regions;

/** Names of the supported Regions, in alphabetical order. */
export const regionNames: readonly RegionName[] = Object.keys(regions).filter(isRegionName);

/** Tells whether the project knows a Region of this name. */
export function isRegionName(name: unknown): name is RegionName {
  return typeof name === 'string' && Object.hasOwn(regions, name);
}

/**
 * What a Region offers.
 *
 * @throws Error if the project does not know the Region; a validated environment never names one of those.
 */
export function regionOf(name: string): Region {
  if (!isRegionName(name)) {
    throw new Error(`unknown Region ${JSON.stringify(name)}: supported are ${regionNames.join(', ')}`);
  }
  return regions[name];
}

/** Number of Availability Zones that an environment in this Region spreads over. */
export function availabilityZonesOf(region: string): number {
  return regionOf(region).availabilityZones;
}
