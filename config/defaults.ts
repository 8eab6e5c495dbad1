import type { Environment, OdooImage, Retention, VaultLock } from './environment.ts';
import { recoveryPointDays } from './recovery-points.ts';
import { isRegionName, regionOf } from './regions.ts';
import type { EnvironmentFile } from './schema.ts';
import type { Tier } from './sizing/plan.ts';
import { clock, DAY, dayAndClock, days, momentOf, WEEK } from './week-time.ts';

/** What the defaults of an environment depend on. */
export interface DefaultsContext {
  readonly production: boolean;
  /** Absent: not known, because the number of users is missing or wrong. */
  readonly tier?: Tier;
  readonly region?: string;
}

/** An environment file of which any part may be missing. */
export type PartialFile = DeepPartial<EnvironmentFile>;

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [Key in keyof T]?: DeepPartial<T[Key]> }
    : T;

/** The part of an environment that is complete without a word in the file. */
export type Settings = Omit<
  Environment,
  | 'name'
  | 'users'
  | 'region'
  | 'account'
  | 'recoveryRegion'
  | 'recovery'
  | 'domain'
  | 'alarmEmail'
  | 'mail'
  | 'network'
>;

/** Asks an identity provider for subject, name and e-mail address, as Odoo does by itself. */
const DEFAULT_SCOPE = 'openid profile email';

/** Every default, and nowhere else. In the shape of the file, so that the reference page can print it. */
export function defaultsFor({ production, tier, region }: DefaultsContext) {
  return {
    production: false,
    allowedCidrs: ['0.0.0.0/0'],
    odoo: { version: '19.0', image: 'official', sessionGuard: true, modules: [], phases: [] },
    // Six of ten logins at work in the busiest hour.
    concurrency: 0.6,
    sizing: 'reference',
    // One server lives in one Availability Zone, in production too.
    availability: production && tier !== 'small' ? 'multi-az' : 'single-az',
    architecture: 'arm64',
    storage: {
      // A cautious guess until a year of your own growth is known; it decides on disk, which is cheap.
      growthPerYear: 0.5,
      filestoreGiB: 10,
      // Nothing is deployed yet.
      floorGiB: 0,
      filestore: isRegionName(region) && !regionOf(region).s3Files ? 'efs' : 's3-files',
    },
    retention: production
      ? { pointInTimeDays: 35, daily: 7, weekly: 4, monthly: 12, logDays: 365 }
      : // A damage in a test system is noticed within days or not worth a year of snapshots.
        { pointInTimeDays: 7, daily: 7, weekly: 4, monthly: 0, logDays: 30 },
    // Irrevocable is nothing that anybody gets without having asked for it.
    backup: { vaultLock: { mode: tier === 'large' ? 'governance' : 'none', graceDays: 7 } },
    objectives: { rtoHours: 4, rpoHours: 1 },
    windows: nightOf(region),
    monitoring: {
      // About an hour of the 220 in a month.
      availabilityPercent: 99.5,
      businessHours: dayOf(region),
      canaryMinutes: production ? 5 : 0,
    },
    network: { cidr: '10.0.0.0/16' },
    recovery: { dns: 'switch', drill: { schedule: production ? 'monthly' : 'manual' } },
    server: { zone: 1 },
    mail: {
      ses: { identity: 'new', accessKeys: [1] },
      relay: { port: 587, encryption: 'starttls' },
    },
    signIn: { twoFactor: 'off', providers: [] },
    tags: {},
    overrides: {},
  } as const satisfies PartialFile;
}

/** What a file says, and the default where it says nothing. */
export function settingsOf(file: PartialFile, context: DefaultsContext): Settings {
  const defaults = defaultsFor(context);
  const retention = {
    pointInTimeDays: file.retention?.pointInTimeDays ?? defaults.retention.pointInTimeDays,
    daily: file.retention?.daily ?? defaults.retention.daily,
    weekly: file.retention?.weekly ?? defaults.retention.weekly,
    monthly: file.retention?.monthly ?? defaults.retention.monthly,
    logDays: file.retention?.logDays ?? defaults.retention.logDays,
  };
  return {
    production: file.production ?? defaults.production,
    allowedCidrs: file.allowedCidrs ?? defaults.allowedCidrs,
    odoo: {
      version: file.odoo?.version ?? defaults.odoo.version,
      image: imageOf(file.odoo?.image ?? defaults.odoo.image),
      sessionGuard: file.odoo?.sessionGuard ?? defaults.odoo.sessionGuard,
      modules: file.odoo?.modules ?? defaults.odoo.modules,
      phases: file.odoo?.phases ?? defaults.odoo.phases,
      phase: file.odoo?.phase,
    },
    concurrency: file.concurrency ?? defaults.concurrency,
    sizing: file.sizing ?? defaults.sizing,
    availability: file.availability ?? defaults.availability,
    architecture: file.architecture ?? defaults.architecture,
    storage: {
      growthPerYear: file.storage?.growthPerYear ?? defaults.storage.growthPerYear,
      filestoreGiB: file.storage?.filestoreGiB ?? defaults.storage.filestoreGiB,
      floorGiB: file.storage?.floorGiB ?? defaults.storage.floorGiB,
      filestore: file.storage?.filestore ?? defaults.storage.filestore,
    },
    retention,
    backup: {
      vaultLock: vaultLockOf(retention, { ...defaults.backup.vaultLock, ...file.backup?.vaultLock }),
      objectLockDays: file.backup?.objectLockDays,
      secondAccountVaultArn: file.backup?.secondAccountVaultArn,
    },
    objectives: {
      rtoHours: file.objectives?.rtoHours ?? defaults.objectives.rtoHours,
      rpoHours: file.objectives?.rpoHours ?? defaults.objectives.rpoHours,
    },
    windows: {
      maintenance: file.windows?.maintenance ?? defaults.windows.maintenance,
      backup: file.windows?.backup ?? defaults.windows.backup,
    },
    monitoring: {
      availabilityPercent: file.monitoring?.availabilityPercent ?? defaults.monitoring.availabilityPercent,
      businessHours: file.monitoring?.businessHours ?? defaults.monitoring.businessHours,
      canaryMinutes: file.monitoring?.canaryMinutes ?? defaults.monitoring.canaryMinutes,
      budgetUsd: file.monitoring?.budgetUsd,
      costAnomalyMonitor: file.monitoring?.costAnomalyMonitor,
      runbookUrl: file.monitoring?.runbookUrl,
    },
    server: {
      goldenImage: file.server?.goldenImage,
      dataVolume: file.server?.dataVolume,
      zone: file.server?.zone ?? defaults.server.zone,
    },
    signIn: {
      twoFactor: file.signIn?.twoFactor ?? defaults.signIn.twoFactor,
      administratorEmail: file.signIn?.administratorEmail,
      resetAdministrator: file.signIn?.resetAdministrator,
      providers: (file.signIn?.providers ?? defaults.signIn.providers).map((provider) => ({
        ...provider,
        scope: provider.scope ?? DEFAULT_SCOPE,
      })),
    },
    tags: definedOnly(file.tags ?? defaults.tags),
    overrides: file.overrides ?? defaults.overrides,
  };
}

/** A lock that keeps what the retention says, where nothing else is written. */
export function vaultLockOf(
  retention: Retention,
  { mode, minDays, maxDays, graceDays }: LockWishes,
): VaultLock {
  if (mode === 'none') return { mode };
  const { least, most } = recoveryPointDays(retention);
  const limits = { minDays: minDays ?? least, maxDays: maxDays ?? most };
  return mode === 'governance' ? { mode, ...limits } : { mode, ...limits, graceDays };
}

interface LockWishes {
  readonly mode: VaultLock['mode'];
  readonly minDays?: number;
  readonly maxDays?: number;
  readonly graceDays: number;
}

function imageOf(image: string): OdooImage {
  return image === 'official' || image === 'addons' ? { source: image } : { source: 'registry', uri: image };
}

function definedOnly(tags: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined),
  );
}

/**
 * Backup from half past midnight and, on Sunday, maintenance from three: standard time in the Region, written in UTC as
 * AWS takes it. AWS's own default is any half hour of an eight-hour block, on any day.
 */
function nightOf(region: string | undefined): { maintenance: string; backup: string } {
  const ahead = isRegionName(region) ? regionOf(region).utcOffsetHours * 60 : 0;
  const inUtc = (local: string) => (momentOf(local) - ahead + WEEK) % WEEK;
  return {
    backup: `${clock(inUtc('00:30'))}-${clock(inUtc('01:30'))}`,
    maintenance: `${dayAndClock(inUtc('sun:03:00'))}-${dayAndClock(inUtc('sun:04:00'))}`,
  };
}

/** Monday to Friday, from eight to six: standard time in the Region, to the full hour, in UTC. */
function dayOf(region: string | undefined): string {
  const ahead = isRegionName(region) ? Math.floor(regionOf(region).utcOffsetHours) * 60 : 0;
  const from = momentOf('mon:08:00') - ahead;
  const first = Math.floor(from / DAY);
  const [monday, friday] = [first, first + 4].map((index) => days[(index + 7) % 7]);
  return `${monday}-${friday} ${clock(from + WEEK)}-${clock(from + WEEK + 10 * 60)}`;
}
