import { defaultsFor, vaultLockOf } from '../../config/defaults.ts';
import type { Environment } from '../../config/environment.ts';
import type { Plan } from '../../config/sizing/plan.ts';
import { sizeEnvironment } from '../../config/sizing/size.ts';
import { tierOf } from '../../config/sizing/tier.ts';

/** A complete, valid environment of so many users, the same every time: Frankfurt, not production. */
export function environmentOf(users: number, changes: Partial<Environment> = {}): Environment {
  const retention = changes.retention ?? { pointInTimeDays: 7, daily: 7, weekly: 4, monthly: 0, logDays: 30 };
  const { vaultLock } = defaultsFor({ production: false, tier: tierOf(users) }).backup;
  return {
    name: 'test',
    users,
    concurrency: 0.6,
    production: false,
    region: 'eu-central-1',
    domain: {
      name: 'erp.example.com',
      ...(users > 25 && { hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' } }),
    },
    odoo: { version: '19.0', image: { source: 'official' }, sessionGuard: true, modules: [], phases: [] },
    allowedCidrs: ['0.0.0.0/0'],
    sizing: 'reference',
    availability: 'single-az',
    architecture: 'arm64',
    storage: { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 's3-files' },
    retention,
    backup: { vaultLock: vaultLockOf(retention, vaultLock) },
    objectives: { rtoHours: 4, rpoHours: 1 },
    tags: {},
    network: { kind: 'new', cidr: '10.40.0.0/16' },
    recovery: {
      network: { kind: 'new', cidr: '10.40.0.0/16' },
      dns: 'switch',
      drill: { schedule: 'manual', workflows: [] },
    },
    windows: { maintenance: 'sun:03:00-sun:04:00', backup: '00:30-01:30' },
    monitoring: {
      availabilityPercent: 99.5,
      businessHours: 'mon-fri 07:00-17:00',
      canaryMinutes: 0,
    },
    server: { zone: 1 },
    signIn: { twoFactor: 'off', providers: [] },
    overrides: {},
    ...changes,
  };
}

/** What makes an environment production: protected, in several Availability Zones, kept long, copied to Ireland. */
export const production: Partial<Environment> = {
  production: true,
  availability: 'multi-az',
  recoveryRegion: 'eu-west-1',
  retention: { pointInTimeDays: 35, daily: 7, weekly: 4, monthly: 12, logDays: 365 },
};

/**
 * The plan of such an environment.
 *
 * @throws Error with every problem if there is none.
 */
export function planOf(users: number, changes: Partial<Environment> = {}): Plan {
  const result = sizeEnvironment(environmentOf(users, changes));
  if (!result.ok) {
    const lines = result.problems.map(
      ({ path, message, allowed }) => `${path}: ${message} (allowed: ${allowed})`,
    );
    throw new Error(`no plan for ${users} users:\n${lines.join('\n')}`);
  }
  return result.value;
}
