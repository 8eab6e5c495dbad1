import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from './staging/comparison.ts';
import { BUCKETS, StagingAccount } from './staging/staging-account.ts';
import { attachmentsOf, type TwoEnvironments } from './staging/two-environments.ts';

// `npm run staging` from its arguments to its exit code: real databases, the real job, real copying of attachments.
let world: TwoEnvironments;
let account: StagingAccount;
const attachments = attachmentsOf(400);

beforeAll(async () => {
  account = await StagingAccount.start(2000, attachments);
  ({ world } = account);
});
afterAll(() => account?.stop());
beforeEach(() => account.reset());

/** The instances that are there once everything has ended, and nothing but. */
const PERMANENT = ['prod-db', 'staging-db'];

describe('a copy', () => {
  it('brings every row and every attachment, and says what it did', async () => {
    const [deleted] = attachments;
    // After the recovery point: the database of that moment refers to it.
    account.s3.delete(BUCKETS.prod, `filestore/odoo/${deleted?.path}`, new Date('2026-11-30T04:01:00Z'));
    const { code, out, errors } = await account.call();
    expect(errors).toBe('');
    expect(code).toBe(0);
    for (const table of ['customer', 'ir_attachment', 'res_users']) {
      expect(rowsOf(world.staging.cluster, table)).toEqual(rowsOf(world.production.cluster, table));
    }
    const copied = account.s3.current(BUCKETS.staging);
    expect(Object.fromEntries([...copied].map(([key, { content }]) => [key, content]))).toEqual(
      Object.fromEntries(attachments.map(({ path, content }) => [`filestore/odoo/${path}`, content])),
    );
    expect(account.databases.standing).toEqual(PERMANENT);
    expect(out).toContain('400 looked at, 0 absent; 400 copied, 1 of them deleted in prod since');
    expect(out).toContain('staging serves a neutralized copy of prod');
    expect(out).toMatch(/rows +\d,\d{3} in \d+ tables/);
    expect(out).toContain('active mail servers');
  });

  it('restores beside the target, encrypted and out of reach as that is, and never shows a password', async () => {
    const { out } = await account.call();
    expect(account.databases.calls).toEqual(['restore prod-db', 'password', 'delete']);
    const [job] = account.jobs;
    expect(job?.request).toEqual({
      kind: 'receive',
      source: { host: world.production.cluster.host, port: world.production.cluster.port },
      neutralize: true,
      copyOf: 'prod',
    });
    expect((job?.deadline.getTime() ?? Infinity) - Date.now()).toBeLessThan(12 * 3_600_000);
    expect(out + JSON.stringify(account.jobs)).not.toContain(world.staging.cluster.master.password);
  });

  it('gives the temporary instance the network, class and parameters of the target, and tags', async () => {
    account.databases.fault = (call) => {
      if (call === 'password') throw new Error('looked at');
    };
    await account.call();
    const [seen] = [...account.databases.instances.values()].filter(({ status }) => status === 'deleting');
    expect(seen).toMatchObject({
      identifier: expect.stringMatching(/^staging-db-copy-\d{8}-\d{6}$/),
      instanceClass: 'db.t4g.large',
      subnetGroup: 'subnets of staging-db',
      securityGroups: ['group of staging-db'],
      parameterGroup: 'parameters of staging-db',
      tags: {
        'odoo-aws:temporary': 'staging-copy',
        'odoo-aws:environment': 'staging',
        'odoo-aws:copy-of': 'prod',
      },
    });
  });

  it('can be repeated', async () => {
    await account.call();
    world.production.cluster.sql("ALTER ROLE odoo_master PASSWORD 'changed again'");
    const { code, out } = await account.call();
    expect(code).toBe(0);
    expect(out).toContain('0 copied');
    expect(account.databases.standing).toEqual(PERMANENT);
  });
});

describe('a copy that fails', () => {
  it('of an environment that goes on in its recovery Region is not begun: what is at home is of before', async () => {
    const { code, errors } = await account.call({ fenced: new Date('2026-11-30T10:00:00Z') });
    expect(code).toBe(1);
    expect(errors).toContain('fenced since 2026-11-30T10:00:00.000Z');
    expect(account.databases.calls).toEqual([]);
  });

  it.each([
    ['nothing', 'the flag database.is_neutralized is not set'],
    ['mail-server', 'active mail servers: Office smtp.example.com'],
    ['cron', 'active scheduled jobs'],
    ['fails', 'odoo ended with code 1'],
  ])(
    'because odoo neutralize is like "%s" leaves staging as it was, and no instance behind',
    async (neutralize, why) => {
      const { code, errors } = await account.call({ receive: { neutralize } });
      expect(code).toBe(1);
      expect(errors).toContain('staging serves what it served before');
      expect(errors).toContain(why);
      expect(errors).toContain('log log-group, stream staging-');
      expect(world.servesOldStaging()).toBe(true);
      expect(account.databases.standing).toEqual(PERMANENT);
    },
  );

  it.each(['restore', 'restored', 'find', 'password'])(
    'because RDS refuses at "%s" leaves no instance behind',
    async (step) => {
      let failed = false;
      account.databases.fault = (call) => {
        if (call !== step || failed || (step === 'find' && account.databases.calls.length === 0)) return;
        failed = true;
        throw new Error('RDS is out of order');
      };
      const { code, errors } = await account.call();
      expect(code).toBe(1);
      expect(errors).toContain('RDS is out of order');
      expect(account.databases.standing).toEqual(PERMANENT);
      expect(world.servesOldStaging()).toBe(true);
    },
  );

  it('because the restored instance fails says in which state it is', async () => {
    account.databases.fault = (call) => {
      if (call !== 'find') return;
      for (const instance of account.databases.instances.values()) {
        if (instance.status === 'backing-up') {
          account.databases.instances.set(instance.identifier, {
            ...instance,
            status: 'incompatible-parameters',
            next: [],
          });
        }
      }
    };
    const { errors } = await account.call();
    expect(errors).toMatch(
      /staging-db-copy-\d+-\d+ is incompatible-parameters and will not become available/,
    );
    expect(account.databases.standing).toEqual(PERMANENT);
  });

  it('because attachments cannot be copied never asks the job for anything', async () => {
    account.s3.beforeCopy = (number) => {
      if (number > 100) throw new Error('access denied');
    };
    const { code } = await account.call();
    expect(code).toBe(1);
    expect(account.jobs).toEqual([]);
    expect(account.databases.standing).toEqual(PERMANENT);
    account.s3.beforeCopy = () => undefined;
    world.production.cluster.sql("ALTER ROLE odoo_master PASSWORD 'changed again'");
    expect((await account.call()).code).toBe(0);
  });

  it('and whose instance cannot be deleted says so, and the next one deletes it', async () => {
    account.databases.fault = (call) => {
      if (call === 'delete') throw new Error('not allowed to delete');
    };
    const { code, errors } = await account.call();
    expect(code).toBe(1);
    expect(errors).toMatch(
      /^the copy is in service; and what was made for it may still be there: not allowed/,
    );
    expect(account.databases.standing).toHaveLength(3);
    account.databases.fault = () => undefined;
    const next = await account.call();
    expect(next.out).toMatch(/deleted +staging-db-copy-\d+-\d+: left by an earlier run/);
    expect(next.code).toBe(0);
    expect(account.databases.standing).toEqual(PERMANENT);
  });

  it.each(['restore', 'find', 'password', 'job', 'delete'])(
    'because of Ctrl-C at "%s" leaves no instance behind',
    async (interruptAt) => {
      const { code, errors } = await account.call({ interruptAt });
      expect(account.databases.standing).toEqual(PERMANENT);
      // Nothing is left to be interrupted once the instance is being deleted.
      expect(code).toBe(interruptAt === 'delete' ? 0 : 1);
      if (interruptAt !== 'delete') expect(errors).toContain('interrupted');
    },
  );

  it('never deletes an instance that is not a temporary one of the target', async () => {
    account.databases.add({
      identifier: 'other-copy',
      tags: { 'odoo-aws:temporary': 'staging-copy', 'odoo-aws:environment': 'acceptance' },
    });
    account.databases.fault = (call) => {
      if (call !== 'restored') return;
      // As if somebody had given an instance of theirs the same name.
      for (const instance of account.databases.instances.values()) {
        if (instance.identifier.startsWith('staging-db-copy')) {
          account.databases.instances.set(instance.identifier, { ...instance, tags: {} });
        }
      }
    };
    const { errors } = await account.call({ receive: { neutralize: 'fails' } });
    expect(errors).toContain('is not a temporary database of staging: it is not deleted');
    expect(account.databases.standing).toContain('other-copy');
    expect(account.databases.calls).not.toContain('delete');
  });
});
