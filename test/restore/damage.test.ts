import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOT_BEGUN, validate } from '../../constructs/restore-testing/validate-restore.lambda/validation.ts';
import {
  attachment,
  BUCKET,
  NOW,
  PREFIX,
  RestoredCompany,
  type RestoredWithFiles as Restored,
} from './restored-company.ts';

let company: RestoredCompany;
beforeAll(async () => {
  company = await RestoredCompany.start(300);
});
afterAll(() => company?.stop());

const never = () => false;

/** The checks that failed, by name. */
async function failures(restored: Restored): Promise<Readonly<Record<string, string>>> {
  const { findings, done } = await validate(restored, NOT_BEGUN, { now: NOW, late: never });
  expect(done).toBe(true);
  return Object.fromEntries(
    findings.filter(({ passed }) => !passed).map(({ check, details }) => [check, details]),
  );
}

const key = (number: number) => `${PREFIX}${attachment(number).name}`;
const content = (number: number) => attachment(number).content;

it('lets a good restore pass, with what it saw', async () => {
  const { findings } = await validate(company.restore(), NOT_BEGUN, { now: NOW, late: never });
  expect(findings.filter(({ passed }) => !passed)).toEqual([]);
  const seen = Object.fromEntries(findings.map(({ check, details }) => [check, details]));
  expect(seen).toMatchObject({
    'recovery point': '2026-11-30T01:00:00.000Z, 2.0 hours ago',
    'encoding and collation': expect.stringContaining('UTF8, C'),
    modules: '5 installed',
    release: 'module base 19.0.1.3',
    users: '2 can log in',
    rows: expect.stringMatching(/^\d+ in 7 tables/),
    attachments: expect.stringMatching(/^300 files of 0\.0 MiB looked at, 300 of them read$/),
  });
});

/** What is done to a good restore, the check that names it, and how. */
type DamageCase = readonly [
  what: string,
  check: string,
  named: RegExp,
  damage: (restored: Restored) => Restored | void | Promise<Restored | void>,
];

const sql =
  (statement: string) =>
  ({ endpoint }: Restored): void =>
    void company.cluster.sql(statement, endpoint.database);

const IN_THE_DATABASE: readonly DamageCase[] = [
  [
    'a module that was being upgraded',
    'modules',
    /never finished: sale \(to upgrade\)/,
    sql("UPDATE ir_module_module SET state = 'to upgrade' WHERE name = 'sale'"),
  ],
  [
    'an essential module that is not installed',
    'modules',
    /not installed: web/,
    sql("UPDATE ir_module_module SET state = 'uninstalled' WHERE name = 'web'"),
  ],
  ['a missing extension', 'extension pg_trgm', /missing/, sql('DROP EXTENSION pg_trgm')],
  [
    'a schema that is newer than the release',
    'release',
    /base is 20\.0\.1\.3, the environment deploys Odoo 19\.0/,
    sql("UPDATE ir_module_module SET latest_version = '20.0.1.3' WHERE name = 'base'"),
  ],
  [
    'another release than when it was backed up',
    'release',
    /base is 19\.0\.1\.4, when the backup was made it was 19\.0\.1\.3/,
    sql("UPDATE ir_module_module SET latest_version = '19.0.1.4' WHERE name = 'base'"),
  ],
  [
    'an empty table',
    'rows',
    /account_move_line is empty, it had 1500 rows/,
    sql('TRUNCATE account_move_line'),
  ],
  [
    'fewer rows than the manifest',
    'rows',
    /sale_order has 980 rows instead of 1000/,
    sql('DELETE FROM sale_order WHERE id % 50 = 0'),
  ],
  ['a missing table', 'rows', /table sale_order is missing/, sql('DROP TABLE sale_order')],
  [
    'nobody who can log in',
    'users',
    /nobody can log in/,
    sql('UPDATE res_users SET active = FALSE WHERE share IS NOT TRUE'),
  ],
  [
    'records that end long before the backup',
    'newest record',
    /^2026-10-31T.*; when the backup was made it was of 2026-11-01/,
    sql("UPDATE ir_attachment SET create_date = create_date - interval '1 day' "),
  ],
  [
    'a table that the validation may not read',
    'rows',
    /could not be checked: permission denied/,
    sql('REVOKE SELECT ON account_move FROM odoo_verifier'),
  ],
  [
    'another collation',
    'encoding and collation',
    /UTF8 and C\.UTF-8 instead of UTF8 and C/,
    (restored) => {
      company.cluster.sql(
        `CREATE DATABASE ${restored.endpoint.database}_other TEMPLATE template0 LC_COLLATE 'C.UTF-8'`,
      );
      return {
        ...restored,
        endpoint: { ...restored.endpoint, database: `${restored.endpoint.database}_other` },
      };
    },
  ],
];

const AROUND_IT: readonly DamageCase[] = [
  [
    'another major version of PostgreSQL',
    'version of PostgreSQL',
    /^1\d\.\d.* instead of 99/,
    (restored) => ({ ...restored, expected: { ...restored.expected, postgresql: 99 } }),
  ],
  [
    'a stale recovery point',
    'recovery point',
    /50\.0 hours ago; at most 26/,
    (restored) => ({
      ...restored,
      expected: { ...restored.expected, recoveryPoint: new Date(NOW.getTime() - 50 * 3_600_000) },
    }),
  ],
  [
    'no manifest',
    'rows',
    /could not be checked: nobody has noted/,
    (restored) => ({ ...restored, expected: { ...restored.expected, manifest: undefined } }),
  ],
  [
    'an unreachable database',
    'connection',
    /ECONNREFUSED/,
    (restored) => ({ ...restored, endpoint: { ...restored.endpoint, port: 1 } }),
  ],
  [
    'a certificate for another name',
    'connection',
    /Hostname\/IP does not match certificate/,
    (restored) => ({ ...restored, endpoint: { ...restored.endpoint, host: '127.0.0.1' } }),
  ],
  [
    'a user who may not log in',
    'connection',
    /password authentication failed/,
    (restored) => ({ ...restored, endpoint: { ...restored.endpoint, password: async () => 'wrong' } }),
  ],
];

const OF_FILES: readonly DamageCase[] = [
  [
    'a missing object',
    'attachments',
    new RegExp(`^1 missing \\(${attachment(7).name}\\); 300 files`),
    () => company.store.forget(BUCKET, key(7)),
  ],
  [
    'a truncated object',
    'attachments',
    new RegExp(`^1 wrong size \\(${attachment(8).name}\\)`),
    () => void company.store.put(BUCKET, key(8), { content: content(8).slice(1) }),
  ],
  [
    'an object with another content',
    'attachments',
    new RegExp(`^1 wrong content \\(${attachment(9).name}\\)`),
    () => void company.store.put(BUCKET, key(9), { content: content(9).replace('attachment', 'attaehment') }),
  ],
  [
    'an object that had been deleted before the backup',
    'attachments',
    new RegExp(`^1 deleted \\(${attachment(10).name}\\)`),
    () => company.store.delete(BUCKET, key(10), new Date('2026-11-30T00:00:00Z')),
  ],
  [
    'a filestore that is older than the database',
    'attachments',
    /^20 missing .*, \.\.\.\); all that is missing is newer than all that is there/,
    () => {
      for (let number = 280; number < 300; number++) company.store.forget(BUCKET, key(number));
    },
  ],
  [
    'a bucket that cannot be read',
    'attachments',
    /could not be checked: /,
    (restored) => ({ ...restored, filestore: { ...restored.filestore, bucket: 'another' } }),
  ],
];

describe.each([
  ['in the database', IN_THE_DATABASE],
  ['around it', AROUND_IT],
  ['of files', OF_FILES],
])('damage %s', (_, cases) => {
  it.each(cases)('%s is caught and named', async (_what, check, named, damage) => {
    const restored = company.restore();
    const damaged = (await damage(restored)) ?? restored;
    const found = await failures(damaged);
    expect(found[check]).toMatch(named);
  });
});
