import type { DrillChoices } from './drill.ts';
import type { Monitoring } from './monitoring.ts';

/**
 * One environment, fully resolved: what a validated environment file and the documented defaults add up to.
 *
 * Nothing in here is optional because "the default applies"; a field is optional only where its absence means
 * something (no domain, no recovery Region). Constructs and the sizing engine read this and never the raw file.
 */
export interface Environment {
  /** Name of the environment, prefix of its stack names: lower-case letters, digits, hyphens, 2 to 20 characters. */
  readonly name: string;
  /** Named Odoo users, the number that selects the architecture. */
  readonly users: number;
  /** Share of the users that work at the same time, above 0 to 1. */
  readonly concurrency: number;
  /** Production turns on Multi-AZ, long retention, deletion and termination protection. */
  readonly production: boolean;
  /** AWS Region, for example `eu-central-1`. */
  readonly region: string;
  /** AWS account, 12 digits. Absent: the account of the credentials in use. */
  readonly account?: string;
  /** Region of the copies for disaster recovery. */
  readonly recoveryRegion?: string;
  /** What is other in that Region. Without one it means nothing. */
  readonly recovery: RecoverySite;
  /** How users reach Odoo. Absent only in the small architecture, for trials without TLS. */
  readonly domain?: Domain;
  readonly odoo: OdooRelease;
  /** IPv4 networks from which Odoo may be reached. */
  readonly allowedCidrs: readonly string[];
  /** `reference`: the floors of the implementation guide are kept. `measured`: sized from measured CPU per request. */
  readonly sizing: SizingMode;
  /** `multi-az`: survives the loss of an Availability Zone. `single-az`: cheaper. */
  readonly availability: Availability;
  readonly architecture: CpuArchitecture;
  readonly storage: StorageNeeds;
  readonly retention: Retention;
  readonly backup: BackupProtection;
  readonly objectives: RecoveryObjectives;
  /** Address that receives alarms. */
  readonly alarmEmail?: string;
  /** How Odoo sends e-mail. Absent: not at all, which every synthesis warns of. */
  readonly mail?: Mail;
  readonly signIn: SignIn;
  /** Tags on every resource, beside the project's own. */
  readonly tags: Readonly<Record<string, string>>;
  readonly network: NetworkChoice;
  readonly windows: Windows;
  readonly monitoring: Monitoring;
  readonly server: ServerChoices;
  /** Values that replace what the sizing engine would have chosen; checked again after they are applied. */
  readonly overrides: Overrides;
}

export type SizingMode = 'reference' | 'measured';
export type Availability = 'single-az' | 'multi-az';
export type CpuArchitecture = 'arm64' | 'x86_64';
export type FilestoreKind = 's3-files' | 'efs';
export type OdooVersion = '18.0' | '19.0';

export interface Domain {
  /** Host name that users type, for example `erp.example.com`. */
  readonly name: string;
  /** Route 53 public hosted zone in the same account; the certificate and the DNS record are made in it. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** ACM certificate in the same Region, for names whose zone is elsewhere. */
  readonly certificateArn?: string;
}

export interface OdooRelease extends ModuleRollout {
  readonly version: OdooVersion;
  readonly image: OdooImage;
  /** Whether Odoo itself answers 503, instead of logging users out, in the moment before nginx knows of an outage. */
  readonly sessionGuard: boolean;
}

/** Which modules the database job sees installed. It never uninstalls one. */
export interface ModuleRollout {
  /** Technical names of modules that are always installed, beside those that Odoo and the settings bring. */
  readonly modules: readonly string[];
  /** In the order in which they are rolled out. No module is in two of them, or in one and in `modules`. */
  readonly phases: readonly Phase[];
  /** Name of the phase that is current: everything up to it is installed. There whenever there are phases. */
  readonly phase?: string;
}

export interface Phase {
  readonly name: string;
  readonly modules: readonly string[];
}

/**
 * Where the Odoo image comes from: the official one pinned by digest, one built from `addons/`, or an image in a
 * registry named with its digest (Enterprise, for example).
 */
export type OdooImage =
  | { readonly source: 'official' }
  | { readonly source: 'addons' }
  | { readonly source: 'registry'; readonly uri: string };

/**
 * How Odoo sends e-mail: through Amazon SES, or through a relay of the company. Never straight to the receiver's server,
 * because AWS blocks port 25 to the internet.
 */
export type Mail = SesMail | RelayMail;

/** In whose name Odoo sends. */
export interface MailSender {
  /** Sender of messages that have none of their own, and stand-in for senders that the server would not take. */
  readonly from: string;
  /** Domain or address that the server takes mail from. */
  readonly fromFilter: string;
}

export interface SesMail extends MailSender {
  readonly kind: 'ses';
  /** Domain of `from`, which SES sends for. */
  readonly domain: string;
  /** Zone in which its records are made. Absent: the records to make are outputs of the stack. */
  readonly hostedZone?: { readonly id: string; readonly name: string };
  /** SES knows a domain once per account and Region. `new`: this environment makes it known; `existing`: somebody did. */
  readonly identity: 'new' | 'existing';
  /** Numbers of the access keys that are valid; Odoo logs in with the highest. */
  readonly accessKeys: readonly number[];
}

export interface RelayMail extends MailSender {
  readonly kind: 'relay';
  readonly host: string;
  readonly port: number;
  readonly encryption: SmtpEncryption;
  /** ARN of a Secrets Manager secret, a JSON document with `username` and `password`. Absent: no login. */
  readonly credentialsArn?: string;
}

/**
 * `starttls`: nothing is sent before the connection is encrypted and the server's certificate verified.
 * `starttls-unverified`: encrypted, with whomever. `none`: only for a relay within the network.
 */
export type SmtpEncryption = 'starttls' | 'starttls-unverified' | 'none';

/** How people prove who they are, beside their password. */
export interface SignIn {
  /**
   * Who must give a second factor: an app's code or, without one, a code by e-mail. `employees` are Odoo's internal
   * users, administrators among them; `everyone` includes portal users. `off`: whoever switched it on for themselves.
   */
  readonly twoFactor: 'off' | 'employees' | 'everyone';
  /** Address that the login `admin` of a new database gets. Absent: none; there is always one with `twoFactor`. */
  readonly administratorEmail?: string;
  /** Label; each new one gives the login `admin` its first password back and takes its second factor away, once. */
  readonly resetAdministrator?: string;
  /** Identity providers, whose buttons the login page shows. */
  readonly providers: readonly IdentityProvider[];
}

/** An OpenID Connect provider as Odoo's module `auth_oauth` knows it. */
export interface IdentityProvider {
  /** Stable name, letters, digits and hyphens; another one is another provider. */
  readonly id: string;
  /** Text of the button. */
  readonly label: string;
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly userinfoEndpoint: string;
  readonly scope: string;
}

export interface StorageNeeds {
  /** Growth of database and filestore per year, as a share of today's size: 0.5 is 50 %. */
  readonly growthPerYear: number;
  /** Filestore today, in GiB; used for cost and, in small, for the data volume. */
  readonly filestoreGiB: number;
  /**
   * High-water mark: the database (in small, the data volume) never gets less than this, because AWS cannot shrink
   * storage. Raise it to what is deployed before lowering the number of users.
   */
  readonly floorGiB: number;
  /**
   * What medium and large keep attachments on: `s3-files`, a bucket mounted with Amazon S3 Files, or `efs`, Amazon EFS,
   * also where the Region has no S3 Files.
   */
  readonly filestore: FilestoreKind;
}

export interface Retention {
  /** Days for which the database can be restored to any moment, 1 to 35. */
  readonly pointInTimeDays: number;
  /** Number of daily, weekly and monthly recovery points kept; the single server keeps its dumps for as many days. */
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  /** Days for which logs are kept. One of CloudWatch Logs' retention values. */
  readonly logDays: number;
}

/** How backups are protected from mistakes and from whoever got hold of the account. */
export interface BackupProtection {
  readonly vaultLock: VaultLock;
  /** Days for which what is written to the backup bucket cannot be deleted for good. Absent: no Object Lock. */
  readonly objectLockDays?: number;
  /** Vault of another account, in the same Region, to which recovery points are copied. Absent: to none. */
  readonly secondAccountVaultArn?: string;
}

/**
 * `governance`: an administrator of AWS Backup can take the lock off. `compliance`: nobody can, once `graceDays` have passed
 * since its deployment. Every recovery point of the retention is kept for `minDays` or more and `maxDays` or less.
 */
export type VaultLock =
  | { readonly mode: 'none' }
  | { readonly mode: 'governance'; readonly minDays: number; readonly maxDays: number }
  | {
      readonly mode: 'compliance';
      readonly minDays: number;
      readonly maxDays: number;
      readonly graceDays: number;
    };

export interface RecoveryObjectives {
  readonly rtoHours: number;
  readonly rpoHours: number;
}

/** What an environment has of its own in its recovery Region, because the thing itself is of one Region alone. */
export interface RecoverySite {
  readonly network: NetworkChoice;
  /** ACM certificate there. Absent: made in the hosted zone, or none is needed; or it is missing, and a synthesis says so. */
  readonly certificateArn?: string;
  /** ARN of the secret with the login of the relay, there. Absent: there is no login; or it is missing, as above. */
  readonly relayCredentialsArn?: string;
  /**
   * `switch`: the domain points there as soon as its record is deployed there. `health-check`: only while the primary Region
   * does not answer.
   */
  readonly dns: 'switch' | 'health-check';
  readonly drill: DrillChoices;
}

export type NetworkChoice =
  | {
      readonly kind: 'new';
      /** IPv4 range of the VPC, /16 to /22. */
      readonly cidr: string;
    }
  | {
      readonly kind: 'existing';
      readonly vpcId: string;
      readonly cidr: string;
      readonly availabilityZones: readonly string[];
      /** One subnet per Availability Zone, in the same order: entry, application (with a route out), database. */
      readonly publicSubnetIds: readonly string[];
      readonly privateSubnetIds: readonly string[];
      readonly isolatedSubnetIds: readonly string[];
    };

export interface Windows {
  /** Weekly window for changes by AWS, on the single server for its updates, UTC, for example `sun:03:00-sun:04:00`. */
  readonly maintenance: string;
  /** Daily window of the database's own backup, UTC, for example `00:30-01:30`. */
  readonly backup: string;
}

/** What can be chosen for the single server. Small only. */
export interface ServerChoices {
  /**
   * Label of an image with the server's packages on board, for example `2026-11`; another label builds another image.
   * Absent: a new server installs its packages when it is launched.
   */
  readonly goldenImage?: string;
  /** Label of the data volume; another one makes a blank volume, filled from the backup. Absent: the first volume. */
  readonly dataVolume?: string;
  /** Number of the Availability Zone of the network, from 1, that server and data volume live in. */
  readonly zone: number;
}

/** Every field is optional: absent means that the sizing engine decides. */
export interface Overrides {
  readonly app?: {
    readonly nodesMin?: number;
    readonly nodesMax?: number;
    readonly vcpu?: number;
    readonly memoryMiB?: number;
    readonly workers?: number;
    readonly cronWorkers?: number;
  };
  /** EC2 instance type of the single server, for example `t4g.xlarge`. Small only. */
  readonly instanceType?: string;
  readonly database?: {
    /** RDS instance class, for example `db.m7g.large`. Medium and large only. */
    readonly class?: string;
    readonly storageGiB?: number;
    readonly multiAz?: boolean;
    readonly maxConnections?: number;
    /** PostgreSQL parameters in the engine's own unit, on top of the plan's. */
    readonly parameters?: Readonly<Record<string, string>>;
  };
  readonly natGateways?: number;
}
