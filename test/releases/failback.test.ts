import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failBack } from '../../lib/failback/fail-back.ts';
import type { FailbackProps } from '../../lib/failback/failback.ts';
import { finish } from '../../lib/failback/finish.ts';
import { undo } from '../../lib/failback/undo.ts';
import { expectAway, expectHome, propsOf } from './failback/expectations.ts';
import { Crash } from '../support/mortal.ts';
import { TwoRegions } from './failback/two-regions.ts';
import { compare } from './growth/comparison.ts';

// The command's own steps between two real databases, their real jobs and a store with versions; users work on the recovered
// side, behind the real gate, for as long as it lets them.
let regions: TwoRegions;
let said: string[];
let questions: string[];

beforeAll(async () => {
  regions = await TwoRegions.start();
});
afterAll(() => regions?.stop());
beforeEach(async () => {
  await regions.begin();
  said = [];
  questions = [];
});

const props = (changes: Partial<FailbackProps> = {}): FailbackProps =>
  propsOf(regions, { said, questions }, changes);

const CALLS = [
  'rehearse dump',
  'attachments',
  'dump',
  'rehearse receive',
  'hand over',
  'attachments',
  'dump',
  'receive',
  'release',
  'lift',
  'delete Dns',
];

describe('a failback', () => {
  it('brings home every row and every attachment that a user was told is saved, until the last moment', async () => {
    // Before the first deployment at home, which notes something, and before somebody works there.
    regions.crash = 'before release';
    await expect(failBack(props())).rejects.toThrow(Crash);
    const { primary, recovery } = regions.sides;
    const { differences, rows, files } = compare(
      { cluster: recovery.bench.cluster, filestore: recovery.filestore },
      { cluster: primary.bench.cluster, filestore: primary.filestore },
    );
    expect(differences).toEqual([]);
    expect(rows).toBeGreaterThan(500);
    expect(files).toBeGreaterThanOrEqual(recovery.confirmed.length);
    // What tells older code that it must not serve this database.
    expect(JSON.parse(primary.beside())).toMatchObject({ releases: [['r1']] });
    await failBack(props());
    expect(regions.calls).toEqual(CALLS);
    await expectHome(regions);
  });

  it('says beforehand what happens, what it costs, and how long users will wait', async () => {
    await failBack(props());
    expect(questions).toHaveLength(3);
    expect(questions[0]).toMatch(
      /odoo_undone_DATE.*lost {8}nothing of what was entered in eu-west-1.*USD 0\.02 per GB/s,
    );
    expect(questions[1]).toMatch(/nobody can work for about \d+ min/);
    expect(questions[2]).toMatch(
      /eu-central-1 has all of it: \d+ rows in \d+ tables and \d+ attachments compared/,
    );
    expect(said.join('\n')).toMatch(/Rehearsed: \d+ rows in \d+ tables/);
  });

  it('keeps what the Region had that was lost, with what was never copied of it', async () => {
    const { primary } = regions.sides;
    const tail = primary.confirmed;
    await failBack(props());
    const undone = primary.databases().filter((name) => name !== 'odoo');
    expect(undone).toEqual([expect.stringMatching(/^odoo_undone_\d{8}_\d{6}$/)]);
    const orders = primary.sql("SELECT id || ' ' || attachment_id || ' ' || note FROM sale_order", undone[0]);
    expect(tail.filter((line) => !orders.split('\n').includes(line))).toEqual([]);
    // Some of them are nowhere else, and their files are still there.
    const lost = primary.missing(tail);
    expect(lost.length).toBeGreaterThan(3);
    const files = [...regions.s3.current(primary.files).keys()];
    expect(lost.filter((line) => !files.some((key) => key.endsWith(line.split(' ')[2] ?? '')))).toEqual([]);
  });

  it('brings home what had lost an attachment before, which then is nobody’s fault', async () => {
    const { primary, recovery } = regions.sides;
    const [name = ''] = recovery.sql('SELECT store_fname FROM ir_attachment ORDER BY id LIMIT 1').split('\n');
    for (const side of [primary, recovery]) side.lose(name);
    await failBack(props());
    await expectHome(regions);
    expect(existsSync(join(primary.filestore, name))).toBe(false);
  });

  it('is handed over once, also where nobody heard that it was', async () => {
    regions.crash = 'after hand over';
    await expect(failBack(props())).rejects.toThrow(Crash);
    const dumps = () => [...regions.s3.current(regions.sides.recovery.backups).values()].map(({ id }) => id);
    const before = dumps();
    expect(before).toHaveLength(4);
    await failBack(props());
    expect(dumps()).toEqual(before);
  });

  it('is not begun by whoever says no, and stopped nobody then', async () => {
    await expect(failBack(props({ confirm: async () => questions.push('') !== 2 }))).rejects.toThrow(
      'run failback again to go on',
    );
    expect(await regions.serving()).toEqual(['recovery']);
    expect(regions.calls).not.toContain('hand over');
  });
});

describe('the side that has handed over', () => {
  it('serves nobody, whatever is deployed or started there', async () => {
    regions.crash = 'after hand over';
    await expect(failBack(props())).rejects.toThrow(Crash);
    const { recovery } = regions.sides;
    await recovery.stopNode();
    for (const release of ['r1', 'r2']) {
      recovery.startNode(release);
      // The gate of a node that may serve is through within a second or two.
      await new Promise((resolve) => setTimeout(resolve, 4000));
      expect(await recovery.answers()).toBe(false);
      await recovery.stopNode();
    }
    for (const kind of ['release', 'undo', 'withdraw', 'receive']) {
      const { code, report } = await recovery.job({ kind }, { release: 'r2' });
      expect([code, report?.error]).toEqual([1, expect.stringContaining('this database was handed over at')]);
    }
  });

  it('has seen every node end its Odoo, or is not silent at all', async () => {
    const { recovery } = regions.sides;
    const hanging = recovery.bench.cluster.hold(
      'postgres',
      'node',
      'SELECT pg_advisory_lock_shared(1868853104)',
    );
    regions.jobs = { 'hand over': { flags: ['--service-seconds=3'] } };
    try {
      await expect(failBack(props())).rejects.toThrow('not all Odoo nodes stood back');
    } finally {
      hanging.kill();
    }
    expect(recovery.beside()).not.toContain('handedOver');
    await expectAway(regions);
  });

  it('does not hand over what somebody writes into past Odoo meanwhile', async () => {
    const writer = regions.sides.recovery.startWriter();
    try {
      await expect(failBack(props())).rejects.toThrow(
        'somebody wrote into the database while it was being saved',
      );
    } finally {
      writer.kill();
    }
    expect(regions.calls).not.toContain('receive');
    await undo(props());
    await expectAway(regions);
  });
});

describe('what is not received', () => {
  it('is a database that other code has served', async () => {
    regions.jobs = { 'rehearse receive': { release: 'r0' } };
    await expect(failBack(props())).rejects.toThrow(
      'the database was served by release r1, and here r0 is deployed: deploy the same one on both sides first',
    );
    expect(await regions.serving()).toEqual(['recovery']);
  });

  it('is more than fits', async () => {
    regions.jobs = { 'rehearse receive': { flags: ['--storage-gib=0.01'] } };
    await expect(failBack(props())).rejects.toThrow(
      /the database that is to be received takes 0\.0 GiB beside/,
    );
    expect(await regions.serving()).toEqual(['recovery']);
  });

  it('is a database whose last attachments are not in the bucket yet', async () => {
    await expect(
      failBack(
        props({
          sleep: async () => {
            if (!regions.calls.includes('hand over')) regions.sides.recovery.export();
          },
        }),
      ),
    ).rejects.toThrow(/\d+ of \d+ files are not in the filestore/);
    expect(await regions.serving()).toEqual([]);
    await failBack(props());
    await expectHome(regions);
  });
});

describe('what is in the way', () => {
  it('is said all at once, before anything is done', async () => {
    regions.stacks.primary.delete('Service');
    regions.stacks.recovery.delete('Dns');
    regions.note = { fencedAt: new Date('2026-11-30T10:00:00Z'), seenAt: new Date(), running: 2 };
    const { environment } = props();
    const error = await failBack(props({ environment: { ...environment, account: '999988887777' } })).then(
      () => '',
      ({ message }: Error) => message,
    );
    expect(error.split('\n')).toEqual([
      'account: 999988887777, but the credentials are of 111122223333: use those of 999988887777',
      'stack test-Service does not exist: npx cdk deploy -c env=test test-Service',
      'stack test-Recovery-Dns does not exist: npx cdk deploy -c env=test -c recover=latest test-Recovery-Dns',
      '2 of test still run in eu-central-1: npm run fence -- --env test waits for their end',
    ]);
    expect(regions.calls).toEqual([]);
  });

  it('is a guard that has not looked for a while', async () => {
    regions.note = { fencedAt: new Date('2026-11-30T10:00:00Z'), seenAt: new Date(0), running: 0 };
    await expect(failBack(props())).rejects.toThrow('has not looked for three minutes');
  });

  it('is a recovered side that does not serve', async () => {
    await regions.sides.recovery.stopNode();
    await expect(failBack(props())).rejects.toThrow('does not serve in eu-west-1 as it should');
  });
});

describe('the end of a failback', () => {
  it('is refused before the switch, and where there is none', async () => {
    await expect(finish(props())).rejects.toThrow('nothing to finish');
    regions.crash = 'before delete Dns';
    await expect(failBack(props())).rejects.toThrow(Crash);
    await expect(finish(props())).rejects.toThrow('the domain does not lead to eu-central-1 yet');
    expect(regions.stacks.recovery.has('Service')).toBe(true);
  });

  it.each(['before delete Service', 'after delete Edge'])(
    'lets go what served, also when it dies %s, and keeps the data',
    async (moment) => {
      await failBack(props());
      regions.crash = moment;
      await expect(finish(props())).rejects.toThrow(Crash);
      await expect(undo(props())).rejects.toThrow('run --finish again');
      await finish(props());
      expect([...regions.stacks.recovery]).toEqual(['Data']);
      expect(said.at(-1)).toContain('test-Recovery-Data');
      await expect(undo(props())).rejects.toThrow('nothing to undo');
    },
  );
});
