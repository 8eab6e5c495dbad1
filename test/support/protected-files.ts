import fc from 'fast-check';

/** An environment file with everything that says how backups are kept and protected; not every one is valid. */
export interface ProtectedFile {
  readonly name: string;
  readonly users: number;
  readonly region: string;
  readonly domain: string;
  readonly hostedZone?: { readonly id: string; readonly name: string };
  readonly production: boolean;
  readonly account?: string;
  readonly recoveryRegion?: string;
  readonly retention: {
    readonly pointInTimeDays: number;
    readonly daily: number;
    readonly weekly: number;
    readonly monthly: number;
  };
  readonly backup: {
    readonly vaultLock?: {
      readonly mode?: 'none' | 'governance' | 'compliance';
      readonly minDays?: number;
      readonly maxDays?: number;
      readonly graceDays?: number;
    };
    readonly objectLockDays?: number;
    readonly secondAccountVaultArn?: string;
  };
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq });
const whole = (min: number, max: number) => fc.integer({ min, max });
const account = fc.constantFrom('123456789012', '210987654321');

const retention = fc.record({
  pointInTimeDays: whole(1, 35),
  daily: whole(1, 90),
  weekly: whole(0, 104),
  monthly: whole(0, 120),
});

const vaultLock = fc.record(
  {
    mode: fc.constantFrom('none', 'governance', 'compliance'),
    minDays: fc.oneof(whole(1, 10), whole(1, 100)),
    maxDays: fc.oneof(whole(1, 800), whole(3000, 4000)),
    graceDays: whole(3, 30),
  },
  { requiredKeys: [] },
);

const vaultArn = fc
  .record({
    region: fc.constantFrom('eu-central-1', 'eu-central-1', 'eu-central-1', 'eu-west-1'),
    account,
    vault: fc.constantFrom('odoo', 'odoo', 'odoo', 'Default'),
  })
  .map(({ region, account: of, vault }) => `arn:aws:backup:${region}:${of}:backup-vault:${vault}`);

/** Files of every architecture whose numbers are right by themselves: what they demand of one another decides. */
export const protectedFile: fc.Arbitrary<ProtectedFile> = fc
  .record({
    users: fc.constantFrom(10, 40, 150),
    production: fc.boolean(),
    account: maybe(account),
    recoveryRegion: maybe(fc.constant('eu-west-1')),
    retention,
    backup: fc.record(
      {
        vaultLock: maybe(vaultLock),
        objectLockDays: maybe(whole(1, 35)),
        secondAccountVaultArn: maybe(vaultArn),
      },
      { requiredKeys: [] },
    ),
  })
  .map((file) => ({
    name: 'test',
    region: 'eu-central-1',
    domain: 'erp.example.com',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' },
    ...file,
  }));
