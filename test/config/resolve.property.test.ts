import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../config/format-problems.ts';
import type { Problem } from '../../config/problem.ts';
import { regionNames } from '../../config/regions.ts';
import { resolveEnvironment } from '../../config/resolve.ts';
import { sizeEnvironment } from '../../config/sizing/size.ts';
import { certificateArn, existingVpc, files } from './files.ts';
import { expectComplete } from './rule-table.ts';

const digits = (count: number) => fc.stringMatching(new RegExp(`^\\d{${count}}$`));
const twoDigits = fc.integer({ min: 0, max: 62 }).map((value) => String(value).padStart(2, '0'));
const clock = fc.tuple(twoDigits, twoDigits).map(([hours, minutes]) => `${hours}:${minutes}`);
const day = fc.constantFrom('mon', 'tue', 'wed', 'sat', 'sun', 'day');
const cidr = fc
  .tuple(
    fc.constantFrom('10.0.0.0', '172.17.0.0', '192.168.4.0', '8.8.0.0', '203.0.113.0', '0.0.0.0'),
    fc.nat(34),
  )
  .map(([address, prefix]) => `${address}/${prefix}`);

/** Values that are right, nearly right or wrong for the fields of the file, by path. */
const plausible: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  name: fc.constantFrom('prod', 'a', 'Prod', 'acme-prod', 'x'.repeat(21)),
  users: fc.oneof(fc.integer({ min: -1, max: 6000 }), fc.double(), fc.constantFrom(25, 26, 99, 100, 1e9)),
  region: fc.constantFrom(...regionNames, 'eu-central1', 'mars-1'),
  recoveryRegion: fc.constantFrom(...regionNames, 'Ireland'),
  'recovery.dns': fc.constantFrom('switch', 'health-check', 'never'),
  'recovery.certificateArn': fc.constantFrom(certificateArn, certificateArn.replace('eu-central', 'eu-west')),
  'recovery.network': fc.oneof(
    cidr.map((range) => ({ cidr: range })),
    fc.subarray(Object.keys(existingVpc)).map((keys) => pick(existingVpc, keys)),
  ),
  domain: fc.constantFrom('erp.example.com', 'erp.example.org', 'example.com', 'ERP', undefined),
  hostedZone: fc.constantFrom({ id: 'Z0123456789', name: 'example.com' }, { id: 'Z0123456789' }, undefined),
  certificateArn: fc.constantFrom(certificateArn, certificateArn.replace('eu-central-1', 'us-east-1'), 'arn'),
  production: fc.constantFrom(true, false, 'true'),
  account: fc.oneof(digits(12), digits(11)),
  alarmEmail: fc.constantFrom('a@example.com', 'a@', ''),
  mail: fc.constantFrom(
    { from: 'odoo@example.com' },
    { from: 'odoo@example.com', relay: { host: 'smtp.example.com' } },
  ),
  'mail.relay.port': fc.constantFrom(25, 465, 587, 0),
  'mail.relay.encryption': fc.constantFrom('starttls', 'none', 'tls'),
  'mail.ses.accessKeys': fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  allowedCidrs: fc.array(cidr, { maxLength: 3 }),
  'odoo.version': fc.constantFrom('19.0', '18.0', '20.0', 19),
  'odoo.image': fc.constantFrom(
    'official',
    'addons',
    'odoo:19',
    `r.example.com/odoo@sha256:${'a'.repeat(64)}`,
  ),
  'odoo.modules': fc.array(fc.constantFrom('crm', 'stock', 'web', 'Sales'), { maxLength: 3 }),
  'odoo.phases': fc.array(
    fc.record({
      name: fc.constantFrom('first', 'second', 'Third'),
      modules: fc.array(fc.constantFrom('stock', 'mrp', 'hr'), { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  'odoo.phase': fc.constantFrom('first', 'second', 'other', ''),
  concurrency: fc.double({ min: -0.1, max: 1.1 }),
  sizing: fc.constantFrom('reference', 'measured', 'none'),
  availability: fc.constantFrom('single-az', 'multi-az', 'multi'),
  architecture: fc.constantFrom('arm64', 'x86_64', 'amd64'),
  'storage.growthPerYear': fc.double({ min: -1, max: 11 }),
  'storage.filestoreGiB': fc.integer({ min: -1, max: 70_000 }),
  'storage.floorGiB': fc.integer({ min: -1, max: 70_000 }),
  'retention.pointInTimeDays': fc.integer({ min: -1, max: 40 }),
  'retention.logDays': fc.constantFrom(30, 31, 365, 3653),
  'retention.monthly': fc.integer({ min: -1, max: 121 }),
  'backup.vaultLock.mode': fc.constantFrom('none', 'governance', 'compliance', 'locked'),
  'backup.vaultLock.minDays': fc.integer({ min: 0, max: 40 }),
  'backup.vaultLock.maxDays': fc.integer({ min: 0, max: 40_000 }),
  'backup.vaultLock.graceDays': fc.integer({ min: 2, max: 366 }),
  'backup.objectLockDays': fc.integer({ min: 0, max: 36 }),
  'backup.secondAccountVaultArn': fc.constantFrom(
    'arn:aws:backup:eu-central-1:210987654321:backup-vault:odoo',
    'arn:aws:backup:eu-west-1:210987654321:backup-vault:Default',
    'odoo',
  ),
  'objectives.rpoHours': fc.integer({ min: 0, max: 25 }),
  'windows.maintenance': fc
    .tuple(day, clock, day, clock)
    .map(([from, start, to, end]) => `${from}:${start}-${to}:${end}`),
  'windows.backup': fc.tuple(clock, clock).map(([start, end]) => `${start}-${end}`),
  'monitoring.availabilityPercent': fc.constantFrom(80, 99.5, 100),
  'monitoring.businessHours': fc.constantFrom('mon-fri 07:00-17:00', 'sun-thu 22:00-08:00', '07:00-17:00'),
  'monitoring.canaryMinutes': fc.integer({ min: -1, max: 61 }),
  network: fc.oneof(
    cidr.map((range) => ({ cidr: range })),
    fc.subarray(Object.keys(existingVpc)).map((keys) => pick(existingVpc, keys)),
  ),
  tags: fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('aws:x', 'Team', 'team')), fc.string(), {
    maxKeys: 4,
  }),
  'overrides.instanceType': fc.constantFrom('t4g.xlarge', 'xlarge'),
  'overrides.app.nodesMin': fc.integer({ min: 0, max: 12 }),
  'overrides.app.nodesMax': fc.integer({ min: 0, max: 12 }),
  'overrides.app.workers': fc.integer({ min: 0, max: 40 }),
  'overrides.app.vcpu': fc.constantFrom(1, 2, 3, 16),
  'overrides.app.memoryMiB': fc.constantFrom(2048, 8192, 8193),
  'overrides.database.class': fc.constantFrom('db.m7g.large', 'db.t4g.medium', 'db.none.large'),
  'overrides.database.storageGiB': fc.integer({ min: 10, max: 70_000 }),
  'overrides.database.maxConnections': fc.integer({ min: 40, max: 5001 }),
  'overrides.natGateways': fc.integer({ min: 0, max: 4 }),
  usres: fc.constant(40),
  'retention.dialy': fc.constant(7),
};

/** Faults of the large file that do not hide one another. */
const faults: Readonly<Record<string, unknown>> = {
  name: 'PROD',
  users: 0,
  regoin: 'eu-central-1',
  domain: 'erp.example.org',
  recoveryRegion: 'eu-central-1',
  'recovery.dns': 'never',
  'recovery.network.cidr': '10.0.0.0/28',
  account: '1',
  alarmEmail: 'nobody',
  allowedCidrs: 'office',
  'odoo.version': '20.0',
  'odoo.modules': ['web'],
  'odoo.phase': 'foundation',
  concurrency: 7,
  'storage.floorGiB': -1,
  'retention.pointInTimeDays': 3,
  'retention.logDays': 31,
  'backup.vaultLock.maxDays': 0,
  'backup.objectLockDays': 36,
  'backup.secondAccountVaultArn': 'arn:aws:backup:eu-west-1:210987654321:backup-vault:odoo',
  'windows.backup': '01:30-02:30',
  'monitoring.businessHours': 'mon-fri',
  'network.cidr': '10.0.0.0/28',
  'tags.aws:owner': 'me',
  'overrides.app.workers': 0,
};

const change = fc.oneof(
  {
    arbitrary: fc.constantFrom(...Object.keys(plausible)).chain((path) => changeAt(path, plausible[path])),
    weight: 9,
  },
  {
    arbitrary: fc.constantFrom(...Object.keys(plausible)).chain((path) => changeAt(path, garbage())),
    weight: 1,
  },
);

const nearlyValid = fc
  .tuple(fc.constantFrom(...Object.values(files)), fc.array(change, { maxLength: 8 }))
  .map(([file, changes]) =>
    changes.reduce<unknown>((written, [path, value]) => put(written, path, value), file),
  );

const whatIf = fc.option(fc.oneof(fc.integer({ min: -1, max: 6000 }).map(String), fc.string(), garbage()), {
  freq: 5,
  nil: undefined,
});

describe('any configuration', () => {
  it('becomes an environment or a complete list of problems, never an exception', { timeout: 60_000 }, () => {
    let valid = 0;
    let refused = 0;
    const file = fc.oneof({ arbitrary: nearlyValid, weight: 9 }, { arbitrary: garbage(), weight: 1 });

    fc.assert(
      fc.property(file, whatIf, (written, users) => {
        const result = resolveEnvironment(written, { users });
        if (result.ok) {
          valid += 1;
          expect(Object.isFrozen(result.value)).toBe(true);
        } else {
          refused += 1;
          expectCompleteList(result.problems);
        }
      }),
      { numRuns: 10_000 },
    );

    // Neither branch may starve, or the property would prove nothing about it.
    expect(valid).toBeGreaterThan(400);
    expect(refused).toBeGreaterThan(5000);
  });

  it('names every one of several faults, and nothing else', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(faults), { minLength: 1 }), (paths) => {
        const written = paths.reduce<unknown>((file, path) => put(file, path, faults[path]), files.large);
        const result = resolveEnvironment(written);
        const reported = result.ok
          ? []
          : result.problems.map(({ path }) => path.replace(/^[^.]*\./, '').replace(/\.\d+$/, ''));

        expect(reported.toSorted()).toEqual(paths.toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('that is valid becomes a plan or a complete list of problems', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(nearlyValid, (written) => {
        const result = resolveEnvironment(written);
        if (result.ok) {
          const plan = sizeEnvironment(result.value);
          if (!plan.ok) {
            expectCompleteList(plan.problems);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });
});

function expectCompleteList(problems: readonly Problem[]): void {
  expect(problems.length).toBeGreaterThan(0);
  expectComplete(problems);
  expect(formatProblems(problems)).toContain(`${problems.length} problem`);
}

function garbage(): fc.Arbitrary<unknown> {
  return fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
  });
}

function changeAt(
  path: string,
  value: fc.Arbitrary<unknown> = garbage(),
): fc.Arbitrary<readonly [string, unknown]> {
  return value.map((written) => [path, written] as const);
}

function put(file: unknown, path: string, value: unknown): unknown {
  const [first = '', ...rest] = path.split('.');
  const fields = typeof file === 'object' && file !== null ? { ...file } : {};
  const inner: unknown = Reflect.get(fields, first);
  return { ...fields, [first]: rest.length === 0 ? value : put(inner, rest.join('.'), value) };
}

function pick(source: object, keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(source).filter(([key]) => keys.includes(key)));
}
