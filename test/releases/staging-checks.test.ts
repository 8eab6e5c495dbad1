import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StagingAccount } from './staging/staging-account.ts';
import { attachmentsOf } from './staging/two-environments.ts';

// What `npm run staging` looks at before it does anything.
let account: StagingAccount;
const attachments = attachmentsOf(20);

beforeAll(async () => {
  account = await StagingAccount.start(100, attachments);
});
afterAll(() => account?.stop());
beforeEach(() => account.reset());

describe('before anything is done', () => {
  it('production is refused as a target, whatever it is called', async () => {
    account.configure('staging', 40, { production: true });
    expect(await refused()).toContain('is production: what is copied into it would replace its data');
    expect(await refused(['--from', 'staging', '--to', 'prod', '--yes'])).toContain('prod.production');
    expect(await refused(['--from', 'prod', '--to', 'prod', '--yes'])).toContain('2 problems');
  });

  it('every problem of the configuration is told at once', async () => {
    account.configure('staging', 10, {
      region: 'eu-west-1',
      account: '210987654321',
      odoo: { version: '18.0', image: { source: 'official' }, sessionGuard: true, modules: [], phases: [] },
    });
    const errors = await refused();
    for (const part of [
      '4 problems',
      'staging.account',
      'staging.region',
      'staging.odoo.version',
      'staging.users',
    ]) {
      expect(errors).toContain(part);
    }
  });

  it('every problem of what is deployed is told at once', async () => {
    account.stacks.delete('staging-Release');
    account.databases.add({ identifier: 'prod-db', latestRestorable: undefined });
    account.databases.add({ identifier: 'staging-db', status: 'stopped' });
    account.configure('prod', 150, { production: true, account: '111111111111' });
    account.configure('staging', 40, { account: '111111111111' });
    const errors = await refused();
    for (const part of [
      '5 problems',
      'staging-Release',
      'no recovery point yet',
      'stopped',
      'not the account of your',
    ]) {
      expect(errors).toContain(part);
    }
  });

  it('an environment that does not exist, and one without a dump, are refused', async () => {
    expect(await refused(['--from', 'prod', '--to', 'nowhere', '--yes'])).toContain('is not an environment');
    account.configure('prod', 10);
    expect(await refused()).toContain('has no nightly dump yet');
  });

  it('attachments on EFS are refused: nothing but its tasks reaches it', async () => {
    const storage = { growthPerYear: 0.3, filestoreGiB: 10, floorGiB: 0, filestore: 'efs' } as const;
    account.configure('staging', 40, { storage });
    expect(await refused()).toContain('staging.storage.filestore');
  });

  it('a person is told what will happen, and types the name of the target', async () => {
    const args = ['--from', 'prod'];
    const declined = await account.call({ args, answer: 'prod' });
    expect(declined).toMatchObject({ code: 1, errors: 'nothing was done\n' });
    expect(declined.out).toContain(
      'staging gets the data of prod as of 2026-11-30T04:00:00Z or a little later.',
    );
    expect(declined.out).toMatch(
      /cost +USD 0\.\d+ for each hour of the temporary instance \(db\.t4g\.large\)/,
    );
    expect(declined.out).toMatch(/duration +about 25 minutes/);
    expect((await account.call({ args })).errors).toContain('--yes');
    expect(account.databases.calls).toEqual([]);
    expect((await account.call({ args, answer: 'staging' })).code).toBe(0);
  });

  it.each([[[]], [['--to', 'staging']], [['--from', 'prod', '--force']]])('wrong usage %j', async (args) => {
    const { code, errors } = await account.call({ args });
    expect(code).toBe(2);
    expect(errors).toContain('npm run staging -- --from NAME');
  });
});

/** Calls the command and sees that it did nothing; what it said. */
async function refused(args?: readonly string[]): Promise<string> {
  const { code, errors } = await account.call({ args });
  expect(code).toBe(1);
  expect(account.databases.calls).toEqual([]);
  expect(account.s3.copies).toBe(0);
  expect(account.jobs).toEqual([]);
  return errors;
}
