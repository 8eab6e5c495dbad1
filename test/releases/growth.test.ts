import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { finish } from '../../lib/growth/finish.ts';
import { grow } from '../../lib/growth/grow.ts';
import { GrowthProblem, type GrowthProps } from '../../lib/growth/growth.ts';
import { undo } from '../../lib/growth/undo.ts';
import { environmentOf, planOf } from '../support/environments.ts';
import { compare } from './growth/comparison.ts';
import { Crash, LocalCloud } from './growth/local-cloud.ts';
import { NewSide } from './growth/new-side.ts';
import { OldServer } from './growth/old-server.ts';

// The command's own steps, from the environment file to the switched domain. Behind them are the real programs and real
// databases, and users who work on the server for as long as its Odoo runs.
let old: OldServer;
let grown: NewSide;
let cloud: LocalCloud;
let said: string[];
let questions: string[];

beforeAll(async () => {
  old = await OldServer.start();
  grown = await NewSide.start(old.host);
  await old.boot();
  for (const job of ['filestore-all', 'dump']) await old.backup(job);
  // pgBackRest is not part of this.
  old.host.evaluate(
    'import time\nfrom backup import metrics\nfrom backup.host import Host\nmetrics.remember(Host(), "database", {"succeeded": time.time()})',
    'None',
  );
});
afterAll(async () => {
  grown?.stop();
  await old?.stop();
});
beforeEach(async () => {
  await old.handOver('--take-back');
  grown.reset();
  cloud = new LocalCloud(old, grown);
  said = [];
  questions = [];
  await sleep(300);
});

function props(changes: Partial<GrowthProps> = {}): GrowthProps {
  const hostedZone = { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' };
  return {
    environment: environmentOf(40, { domain: { name: 'erp.example.com', hostedZone } }),
    plan: planOf(40),
    cloud,
    journals: cloud,
    say: (text) => said.push(text),
    confirm: async (question) => {
      questions.push(question);
      return true;
    },
    ...changes,
  };
}

/** The new side has everything that was on the server, and all that a user was told is saved. */
function expectEverythingMoved(): void {
  // What a deployment notes in the new database: which modules it found, and that nodes forget what they cached.
  grown.bench.cluster.sql(
    "DELETE FROM ir_config_parameter WHERE key IN ('odoo_aws.checksums', 'odoo_aws.modules')",
    'odoo',
  );
  const result = compare(
    { cluster: old.cluster, filestore: old.host.filestore },
    { cluster: grown.bench.cluster, filestore: grown.filestore },
  );
  expect(result.differences.filter((text) => !text.startsWith('orm_signaling_stable:'))).toEqual([]);
  const orders = new Set(
    grown.bench.cluster.sql('SELECT id, attachment_id, note FROM sale_order', 'odoo').split('\n'),
  );
  expect(old.confirmed.filter((line) => !orders.has(line.join('|')))).toEqual([]);
  expect(old.serves).toBe(false);
  expect(cloud.newSideServes).toBe(true);
  expect(cloud.dns).toBe('record of the load balancer');
  expect(cloud.wrong).toEqual([]);
}

async function expectServerServes(): Promise<void> {
  expect(cloud.newSideServes).toBe(false);
  expect(cloud.dns).toBe('record of the server');
  expect(cloud.wrong).toEqual([]);
  // Nothing that a deployment by mistake could serve.
  expect(grown.databases().filter((name) => name === 'odoo')).toEqual([]);
  expect(old.serves).toBe(true);
  const before = old.confirmed.length;
  await expect.poll(() => old.confirmed.length).toBeGreaterThan(before);
  const orders = new Set(
    old.cluster.sql('SELECT id, attachment_id, note FROM sale_order', 'odoo').split('\n'),
  );
  expect(old.confirmed.slice(0, before).filter((line) => !orders.has(line.join('|')))).toEqual([]);
}

const CALLS = [
  'deploy Network Data Edge Release',
  'rehearse',
  'handOver',
  'receive',
  'deploy Service Operations',
  'deploy Dns',
];
const MOMENTS = CALLS.flatMap((call) => [`before ${call}`, `after ${call}`]);

describe('growth', () => {
  it('moves everything while users work, and says beforehand how long they will wait', async () => {
    await grow(props());
    expectEverythingMoved();
    expect(cloud.calls).toEqual(CALLS);
    expect(questions[0]).toMatch(
      /nobody can work for about \d+ minutes \(hand over \d+, move \d+, serve \d+, switch \d+/,
    );
    expect(questions[1]).toContain('Point erp.example.com at it?');
    expect(said.join('\n')).toMatch(/Rehearsed with server\/dumps\/\S+: \d+ rows in \d+ tables/);
  });

  it.each(MOMENTS)('goes on when the operator’s machine dies %s', async (moment) => {
    cloud.crash = moment;
    await expect(grow(props())).rejects.toThrow(Crash);
    await grow(props());
    expectEverythingMoved();
  });

  it.each(MOMENTS)('is undone when the operator’s machine has died %s', async (moment) => {
    cloud.crash = moment;
    await expect(grow(props())).rejects.toThrow(Crash);
    await undo(props());
    await expectServerServes();
  });

  it.each([
    'before delete Service',
    'after delete Service',
    'before restore Dns',
    'after restore Dns',
    'before takeBack',
    'after takeBack',
    'before withdraw',
    'after withdraw',
  ])('is undone after the switch, also when that dies %s', async (moment) => {
    await grow(props());
    cloud.crash = moment;
    await expect(undo(props())).rejects.toThrow(Crash);
    await expect(grow(props())).rejects.toThrow('an earlier --undo was interrupted: run it again');
    await undo(props());
    await expectServerServes();
    expect(questions.at(-1)).toMatch(/^The domain was switched at .* will NOT be on the server/);
  });

  it('can be begun again once it was undone, and keeps what was entered on the new side', async () => {
    await grow(props());
    grown.bench.cluster.sql("INSERT INTO bus_bus (message) VALUES ('entered on the new side')", 'odoo');
    await undo(props());
    await sleep(1000);
    await grow(props());
    expectEverythingMoved();
    const undone = grown.databases().find((name) => name.startsWith('odoo_undone_')) ?? '';
    expect(
      grown.bench.cluster.sql(
        "SELECT count(*) FROM bus_bus WHERE message = 'entered on the new side'",
        undone,
      ),
    ).toBe('1');
  });

  it('asks before anybody has to wait, and before the domain is switched; a no changes nothing', async () => {
    const no = (at: number) => props({ confirm: async () => questions.push('') !== at });
    await expect(grow(no(1))).rejects.toThrow('grow again to go on');
    expect(old.serves).toBe(true);
    expect(cloud.calls).not.toContain('handOver');
    questions = [];
    await expect(grow(no(2))).rejects.toThrow('grow again to go on');
    expect(cloud.dns).toBe('record of the server');
    await grow(props());
    expectEverythingMoved();
  });

  it('does not switch to a service that does not answer', async () => {
    cloud.probeProblem = '/web/login answers 503';
    await expect(grow(props())).rejects.toThrow('does not answer as it should: /web/login answers 503');
    expect(cloud.dns).toBe('record of the server');
    await undo(props());
    await expectServerServes();
  });

  it('keeps the server that dies in the middle silent', async () => {
    cloud.crash = 'after handOver';
    await expect(grow(props())).rejects.toThrow(Crash);
    await old.replace();
    expect(old.serves).toBe(false);
    await grow(props());
    await old.replace();
    expectEverythingMoved();
  });
});

/** Why a growth does not begin. */
function refusal(changes: Partial<GrowthProps>): Promise<string> {
  return grow(props(changes)).then(
    () => 'grown',
    (error: unknown) => (error instanceof GrowthProblem ? error.message : String(error)),
  );
}

describe('what is in the way of a growth', () => {
  it('is said all at once, before anything is changed', async () => {
    cloud.stacks.delete('Server');
    cloud.stacks.delete('Dns');
    cloud.stacks.add('Service');
    const problems = (await refusal({ plan: planOf(10) })).split('\n');
    expect(problems).toEqual([
      expect.stringContaining('set users to 26 or more'),
      expect.stringContaining('stack test-Server does not exist'),
      expect.stringContaining('stack test-Service exists already, and not by a growth'),
      expect.stringContaining('stack test-Dns does not exist'),
    ]);
    expect(cloud.calls).toEqual([]);
  });

  it('is another version of Odoo, or an old backup', async () => {
    old.host.evaluate(
      'from backup import metrics\nfrom backup.host import Host\nmetrics.remember(Host(), "dump", {"succeeded": 1})',
      'None',
    );
    const { environment } = props();
    const problems = await refusal({
      environment: { ...environment, odoo: { ...environment.odoo, version: '18.0' } },
    });
    await old.backup('dump');
    expect(problems).toContain("odoo.version: 18.0, but the server's database is of Odoo 19.0.1.3");
    expect(problems).toContain('backup of the server, dump: the last one is');
  });

  it('is a handover that nobody knows of', async () => {
    await old.handOver();
    expect(await refusal({})).toContain('run odoo-hand-over --take-back on it');
  });
});

describe('the end of a growth', () => {
  it('is refused before the switch, and where there is none', async () => {
    await expect(finish(props())).rejects.toThrow('nothing to finish');
    cloud.crash = 'before deploy Dns';
    await expect(grow(props())).rejects.toThrow(Crash);
    await expect(finish(props())).rejects.toThrow('the domain does not lead to the new service yet');
    expect(cloud.stacks.has('Server')).toBe(true);
  });

  it.each(['before snapshot', 'after snapshot', 'before delete Server', 'after delete Server'])(
    'lets the server go after a last snapshot, also when it dies %s',
    async (moment) => {
      await grow(props());
      cloud.crash = moment;
      await expect(finish(props())).rejects.toThrow(Crash);
      await expect(undo(props())).rejects.toThrow('run --finish again');
      await finish(props());
      expect(cloud.stacks.has('Server')).toBe(false);
      expect(cloud.calls.indexOf('snapshot')).toBeLessThan(cloud.calls.indexOf('delete Server'));
      expect(said.at(-1)).toContain('Kept, until you delete them');
      await expect(undo(props())).rejects.toThrow('nothing to undo');
    },
  );
});
