import { WORKFLOWS } from '../../config/drill.ts';
import { describe, expect, it } from 'vitest';
import { resolveEnvironment } from '../../config/resolve.ts';
import { existingVpc, files } from './files.ts';
import { expectComplete, problemsOf } from './rule-table.ts';

function resolved(file: unknown, whatIf?: { users?: unknown }) {
  const result = resolveEnvironment(file, whatIf);
  if (!result.ok) {
    throw new Error(JSON.stringify(result.problems));
  }
  return result.value;
}

function windowsIn(region: string) {
  return resolved({ ...files.small, region }).windows;
}

describe('a valid environment', () => {
  it('is complete from name, users and Region alone', () => {
    expect(resolved(files.small)).toEqual({
      name: 'dev',
      users: 10,
      region: 'eu-central-1',
      production: false,
      concurrency: 0.6,
      odoo: { version: '19.0', image: { source: 'official' }, sessionGuard: true, modules: [], phases: [] },
      allowedCidrs: ['0.0.0.0/0'],
      sizing: 'reference',
      availability: 'single-az',
      architecture: 'arm64',
      storage: { growthPerYear: 0.5, filestoreGiB: 10, floorGiB: 0, filestore: 's3-files' },
      retention: { pointInTimeDays: 7, daily: 7, weekly: 4, monthly: 0, logDays: 30 },
      backup: { vaultLock: { mode: 'none' } },
      objectives: { rtoHours: 4, rpoHours: 1 },
      tags: {},
      network: { kind: 'new', cidr: '10.0.0.0/16' },
      recovery: {
        network: { kind: 'new', cidr: '10.0.0.0/16' },
        dns: 'switch',
        drill: { schedule: 'manual', workflows: WORKFLOWS },
      },
      windows: { backup: '23:30-00:30', maintenance: 'sun:02:00-sun:03:00' },
      monitoring: { availabilityPercent: 99.5, businessHours: 'mon-fri 07:00-17:00', canaryMinutes: 0 },
      server: { zone: 1 },
      signIn: { twoFactor: 'off', providers: [] },
      overrides: {},
    });
  });

  it('is protected in production', () => {
    expect(resolved(files.large)).toMatchObject({
      availability: 'multi-az',
      retention: { pointInTimeDays: 35, daily: 7, weekly: 4, monthly: 12, logDays: 365 },
      domain: { name: 'erp.example.com', hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' } },
    });
  });

  it('keeps to one Availability Zone in small, in production too', () => {
    expect(resolved({ ...files.large, users: 25 }).availability).toBe('single-az');
  });

  it('has its windows at night where the Region is', () => {
    expect(windowsIn('ap-southeast-2')).toEqual({
      backup: '14:30-15:30',
      maintenance: 'sat:17:00-sat:18:00',
    });
    expect(windowsIn('ap-south-1')).toEqual({ backup: '19:00-20:00', maintenance: 'sat:21:30-sat:22:30' });
    expect(windowsIn('us-west-2')).toEqual({ backup: '08:30-09:30', maintenance: 'sun:11:00-sun:12:00' });
  });

  it('keeps what the file says over the default', () => {
    const file = {
      ...files.medium,
      concurrency: 0.3,
      retention: { daily: 14 },
      odoo: { image: 'addons' },
      network: existingVpc,
      tags: { team: 'erp' },
    };

    expect(resolved(file)).toMatchObject({
      concurrency: 0.3,
      retention: { daily: 14, weekly: 4 },
      odoo: { version: '19.0', image: { source: 'addons' } },
      network: { kind: 'existing', ...existingVpc },
      tags: { team: 'erp' },
    });
  });

  it('is in its recovery Region what the file says, and as here where it says nothing', () => {
    const file = { ...files.large, network: { cidr: '10.20.0.0/16' } };
    const networkThere = { ...existingVpc, availabilityZones: ['eu-west-1a', 'eu-west-1b'] };

    expect(resolved(file).recovery).toEqual({
      network: { kind: 'new', cidr: '10.20.0.0/16' },
      dns: 'switch',
      drill: { schedule: 'monthly', workflows: WORKFLOWS },
    });
    expect(resolved({ ...files.large, network: existingVpc }).recovery.network).toEqual({
      kind: 'new',
      cidr: existingVpc.cidr,
    });
    expect(resolved({ ...file, recovery: { network: networkThere, dns: 'health-check' } }).recovery).toEqual({
      network: { kind: 'existing', ...networkThere },
      dns: 'health-check',
      drill: { schedule: 'monthly', workflows: WORKFLOWS },
    });
  });

  it('names a registry image by its URI', () => {
    const image = `registry.example.com/odoo@sha256:${'0'.repeat(64)}`;

    expect(resolved({ ...files.small, odoo: { image } }).odoo.image).toEqual({
      source: 'registry',
      uri: image,
    });
  });

  it('cannot be changed by anybody', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));

    expect(frozen(resolved({ ...files.large, network: existingVpc, tags: { team: 'erp' } }))).toBe(true);
  });

  it('leaves the file as it was', () => {
    const file = structuredClone(files.large);

    resolveEnvironment(file, { users: 10 });

    expect(file).toEqual(files.large);
    expect(Object.isFrozen(file)).toBe(false);
  });
});

describe('a what-if', () => {
  it.each([
    ['120', 120],
    [30, 30],
  ])('takes %j users instead of those of the file', (users, expected) => {
    expect(resolved(files.medium, { users }).users).toBe(expected);
  });

  it('selects the architecture, as the file would', () => {
    const result = resolveEnvironment(files.small, { users: '40' });

    expect(result).toMatchObject({ ok: false, problems: [{ path: 'dev.domain' }] });
  });

  it.each(['abc', '0', '-3', '1.5', '', '1e3', '999999999'])('is judged like the file: %j', (users) => {
    const result = resolveEnvironment(files.large, { users });

    expect(result).toMatchObject({ ok: false, problems: [{ path: 'prod.users' }] });
  });
});

describe('problems', () => {
  it('are reported all at once, those of fields and those between fields', () => {
    const problems = problemsOf({
      name: 'prod',
      users: 0,
      region: 'eu-central-1',
      regoin: 'x',
      recoveryRegion: 'eu-central-1',
      domain: 'erp.example.org',
      hostedZone: { id: 'z1', name: 'example.com' },
      production: true,
      retention: { pointInTimeDays: 2, logDays: 31 },
      windows: { maintenance: 'sun:03:00-sun:04:00', backup: '03:00-04:00' },
      network: { cidr: '10.0.0.0/24' },
      tags: { 'aws:x': 'y', n: 1 },
    });

    expect(problems.map(({ path }) => path)).toEqual([
      'prod.users',
      'prod.hostedZone.id',
      'prod.retention.logDays',
      'prod.tags.n',
      'prod.regoin',
      'prod.domain',
      'prod.network.cidr',
      'prod.recoveryRegion',
      'prod.retention.pointInTimeDays',
      'prod.windows.backup',
      'prod.tags.aws:x',
    ]);
    expectComplete(problems);
  });

  it('do not call a field missing that is only wrong', () => {
    const problems = problemsOf({ ...files.medium, domain: 'ERP', hostedZone: { id: 'x', name: 'y' } });

    expect(problems.map(({ path }) => path)).toEqual([
      'staging.domain',
      'staging.hostedZone.id',
      'staging.hostedZone.name',
    ]);
  });

  it('do not blame a window for a default that a wrong field leaves open', () => {
    const midnight = { maintenance: 'sun:00:00-sun:01:00' };

    expect(problemsOf({ ...files.medium, region: 'eu-west', windows: midnight })).toMatchObject([
      { path: 'staging.region' },
    ]);
    expect(problemsOf({ ...files.medium, windows: { ...midnight, backup: 'noon' } })).toMatchObject([
      { path: 'staging.windows.backup' },
    ]);
  });

  it('say that a tag is written twice at both places', () => {
    const problems = problemsOf({ ...files.medium, tags: { Team: 'a', team: 'b' } });

    expect(problems.map(({ path, fix }) => [path, fix])).toEqual([
      ['staging.tags.Team', 'remove or rename one of them'],
      ['staging.tags.team', 'remove or rename one of them'],
    ]);
  });

  it('carry the value as the user wrote it', () => {
    expect(problemsOf({ ...files.medium, account: 42 })).toMatchObject([{ value: 42 }]);
  });

  it.each([undefined, null, 'prod', 42, [], [files.small], () => files.small])('answer to %j', (file) => {
    expect(problemsOf(file)).toMatchObject([
      { path: 'environment', message: file === undefined ? 'is missing' : 'must be an object' },
    ]);
  });

  it('name the environment even when nothing else is right', () => {
    expect(problemsOf({ name: 'prod' }).map(({ path }) => path)).toEqual(['prod.users', 'prod.region']);
    expect(problemsOf({ name: 7 }).map(({ path }) => path)).toEqual([
      'environment.name',
      'environment.users',
      'environment.region',
    ]);
  });
});
