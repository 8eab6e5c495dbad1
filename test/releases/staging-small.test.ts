import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_PASSWORD } from '../constructs/database-job/job-bench.ts';
import { keptOf } from './staging/comparison.ts';
import { nightlyDump } from './staging/nightly-dump.ts';
import { BUCKETS, StagingAccount } from './staging/staging-account.ts';
import { attachmentsOf, type TwoEnvironments } from './staging/two-environments.ts';

// `npm run staging` from a small production: the dump is one that the server's own program made, the job restores it with the
// real programs of PostgreSQL. It holds everything of production, so that it must not stay in the target, whatever happens.
let world: TwoEnvironments;
let account: StagingAccount;
let dump: Buffer;
const attachments = attachmentsOf(200);
const NEWEST = 'server/dumps/2026-11-30T01-00-00Z.dump';

beforeAll(async () => {
  account = await StagingAccount.start(2000, attachments);
  ({ world } = account);
  world.production.cluster.sql(
    ['CREATE ROLE reader', 'GRANT SELECT ON customer TO reader', 'GRANT UPDATE (note) ON customer TO reader'],
    'odoo',
  );
  dump = nightlyDump(world.production.cluster);
});
afterAll(() => account?.stop());
beforeEach(() => {
  account.reset();
  account.configure('prod', 10, { production: true });
  for (const day of ['28', '29']) {
    account.s3.put(BUCKETS.dumps, `server/dumps/2026-11-${day}T01-00-00Z.dump`, {
      content: `dump of the ${day}`,
    });
  }
  tonight(dump);
});

/** Tonight's dump in production's bucket. */
const tonight = (content: Uint8Array) => account.s3.put(BUCKETS.dumps, NEWEST, { content });

/** After a failure: staging serves what it served, nothing of production is left beside it, and the next call ends well. */
async function expectNothingOfIt(): Promise<void> {
  expect(world.servesOldStaging()).toBe(true);
  expect(world.databases()).toEqual(['odoo']);
  expect(account.s3.keys(BUCKETS.received)).toEqual([]);
  await expectSuccess();
}

async function expectSuccess(): Promise<void> {
  tonight(dump);
  account.s3.beforeCopy = () => undefined;
  const { code, errors } = await account.call();
  expect(errors).toBe('');
  expect(code).toBe(0);
  expect(world.parameter('database.is_neutralized')).toBe('true');
  expect(world.databases()).toEqual(['odoo', 'odoo_before']);
  expect(account.s3.keys(BUCKETS.received)).toEqual([]);
}

describe('a copy of a small production', () => {
  it('has everything that was in its newest dump, neutralized, and says what it is', async () => {
    const { code, out, errors } = await account.call();
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(keptOf(world.staging.cluster)).toEqual(keptOf(world.production.cluster));
    expect(world.beside()).toEqual({ copyOf: 'prod', neutralized: true });
    expect(world.staging.cluster.sql('SELECT cron_name FROM ir_cron WHERE active', 'odoo')).toBe(
      'Base: Auto-vacuum',
    );
    expect(world.databases()).toEqual(['odoo', 'odoo_before']);
    const copied = [...account.s3.current(BUCKETS.staging)].map(([key, { content }]) => [key, content]);
    expect(Object.fromEntries(copied)).toEqual(
      Object.fromEntries(attachments.map(({ path, content }) => [`filestore/odoo/${path}`, content])),
    );
    expect(out).toContain('staging gets the data of prod as of 2026-11-30T01:00:00Z.');
    expect(out).toContain('200 looked at, 0 absent');
    expect(out).toContain(
      'privileges that somebody else had are not brought along: on customer, customer.note\n',
    );
  });

  it('comes by way of the backup bucket of staging, where nothing of it is left, and of no instance', async () => {
    let seen: unknown;
    account.s3.beforeCopy = (number) => {
      if (number === 2) seen = [...account.s3.current(BUCKETS.received).keys()];
    };
    expect((await account.call()).code).toBe(0);
    expect(seen).toEqual(['received/2026-11-30T01-00-00Z.dump']);
    expect(account.jobs[0]?.request).toEqual({
      kind: 'receive',
      dump: 'received/2026-11-30T01-00-00Z.dump',
      neutralize: true,
      copyOf: 'prod',
    });
    expect(account.s3.keys(BUCKETS.received)).toEqual([]);
    expect(account.databases.calls).toEqual([]);
  });

  it('is closed to everybody but the owner, and shows no secret on its way', async () => {
    const { out } = await account.call();
    const { cluster } = world.staging;
    expect(cluster.sql("SELECT has_database_privilege('public', 'odoo', 'CONNECT')")).toBe('f');
    for (const secret of [cluster.master.password, DATABASE_PASSWORD, 'live-Secret']) {
      expect(out).not.toContain(secret);
      expect(cluster.log()).not.toContain(`PASSWORD '${secret}'`);
    }
  });

  it('can be repeated', async () => {
    await expectSuccess();
    await expectSuccess();
    expect(
      world.staging.cluster.sql("SELECT count(*) FROM ir_config_parameter WHERE key = 'mine'", 'odoo_before'),
    ).toBe('0');
  });
});

describe('a copy of a small production that fails', () => {
  it.each(['nothing', 'cron', 'fails'])(
    'because odoo neutralize is like "%s" leaves nothing of it',
    async (neutralize) => {
      const { code, errors } = await account.call({ receive: { neutralize } });
      expect(code).toBe(1);
      expect(errors).toContain('staging serves what it served before');
      await expectNothingOfIt();
    },
  );

  it.each([
    ['is cut in its list of contents', (whole: Buffer) => whole.subarray(0, 2000)],
    ['is cut in the middle', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
    ['lacks its last tenth', (whole: Buffer) => whole.subarray(0, whole.length * 0.9)],
    ['lacks its last byte', (whole: Buffer) => whole.subarray(0, -1)],
    ['has another byte in its rows', (whole: Buffer) => spoilt(whole, whole.length / 2)],
  ])('because the dump %s leaves nothing of it', async (_, damage) => {
    tonight(damage(dump));
    const { code, errors } = await account.call();
    expect(code).toBe(1);
    expect(errors).toMatch(/serves what it served before: pg_restore ended with code 1/);
    await expectNothingOfIt();
  });

  it.each(['create', 'restore', 'verify', 'neutralize', 'check_attachments'])(
    'because the job is killed after %s leaves nothing that is served or read',
    async (killedAfter) => {
      const { code, errors } = await account.call({ receive: { killedAfter } });
      expect(code).toBe(1);
      expect(errors).toContain('the job ended with exit code 1');
      expect(world.servesOldStaging()).toBe(true);
      expect(account.s3.keys(BUCKETS.received)).toEqual([]);
      await expectSuccess();
    },
  );

  it.each([
    ['the dump', 1],
    ['attachments', 100],
  ])('because %s cannot be copied never asks the job for anything', async (_, first) => {
    account.s3.beforeCopy = (number) => {
      if (number >= first) throw new Error('access denied');
    };
    expect((await account.call()).code).toBe(1);
    expect(account.jobs).toEqual([]);
    await expectNothingOfIt();
  });

  it('because of Ctrl-C leaves no dump behind', async () => {
    const { code, errors } = await account.call({ interruptAt: 'job' });
    expect(code).toBe(1);
    expect(errors).toContain('interrupted');
    expect(account.s3.keys(BUCKETS.received)).toEqual([]);
  });
});

/** The same but for one byte. */
function spoilt(whole: Buffer, position: number): Buffer {
  const other = Buffer.from(whole);
  const index = Math.floor(position);
  other[index] = 255 - (other[index] ?? 0);
  return other;
}
