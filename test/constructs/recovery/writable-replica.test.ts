import { beforeEach, describe, expect, it } from 'vitest';
import { BROUGHT_BACK } from '../../../constructs/recovery/writable-replica.lambda/replicas.mjs';
import { createHandlers } from '../../../constructs/recovery/writable-replica.lambda/writable-replica.mjs';
import { KEY, ReplicatedFileSystems } from './replicated-file-systems.ts';

const START = Date.parse('2026-11-30T12:00:00Z');
const POLL = 15_000;

const settings = {
  encryptionKey: KEY,
  policy: { Version: '2012-10-17', Statement: [] },
  lifecycle: [{ TransitionToIA: 'AFTER_90_DAYS' }],
};

let there: ReplicatedFileSystems;
let now: number;
let lines: string[];

beforeEach(() => {
  there = new ReplicatedFileSystems();
  // Of somebody else, and replicated too.
  there.addReplica('fs-other', 'fs-others-source', {
    KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/other',
  });
  // The sessions of an environment that was recovered before have the key of the copies.
  there.add('fs-sessions');
  there.addReplica('fs-copy', 'fs-home');
  now = START;
  lines = [];
});

function handlers() {
  return createHandlers({
    efs: there.client,
    settings,
    now: () => new Date(now),
    log: (line) => void lines.push(line),
  });
}

const create = (Moment = '2026-11-30T11:49:59Z') =>
  handlers().onEvent({ RequestType: 'Create', ResourceProperties: { Moment } });

/** Asks as the provider framework does. Returns how often. */
async function untilComplete(PhysicalResourceId = 'fs-copy', limit = 100): Promise<number> {
  for (let asked = 1; asked <= limit; asked += 1) {
    const { IsComplete } = await handlers().isComplete({ RequestType: 'Create', PhysicalResourceId });
    if (IsComplete) return asked;
    now += POLL;
    there.settle();
  }
  throw new Error(`not complete after ${limit} looks`);
}

const ends = () => there.changes.filter((change) => change.startsWith('end'));

describe('the copy of the attachments', () => {
  it('can be written when its replication has ended in both Regions, and is set up', async () => {
    expect(await create()).toEqual({
      PhysicalResourceId: 'fs-copy',
      Data: { FileSystemId: 'fs-copy' },
    });
    expect(await untilComplete()).toBeGreaterThan(3);
    expect(there.changes).toEqual([
      'tag fs-copy',
      'end fs-home ALL_CONFIGURATIONS',
      'throughput fs-copy',
      'policy fs-copy',
      'lifecycle fs-copy',
    ]);
    expect(there.one('fs-copy')).toMatchObject({
      ThroughputMode: 'elastic',
      FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
    });
    expect(there.policies.get('fs-copy')).toEqual(settings.policy);
    expect(there.lifecycles.get('fs-copy')).toEqual(settings.lifecycle);
  });

  it('is not complete while EFS has not said that it can be written', async () => {
    await create();
    there.stuck = true;
    for (let look = 0; look < 5; look += 1) {
      const answer = await handlers().isComplete({ RequestType: 'Create', PhysicalResourceId: 'fs-copy' });
      expect(answer).toEqual({ IsComplete: false });
    }
    there.stuck = false;
    await untilComplete();
    there.one('fs-copy').FileSystemProtection = { ReplicationOverwriteProtection: 'REPLICATING' };
    const answer = await handlers().isComplete({ RequestType: 'Create', PhysicalResourceId: 'fs-copy' });
    expect(answer).toEqual({ IsComplete: false });
  });

  it('leaves others, and what is no copy, as they are', async () => {
    const before = JSON.stringify([there.one('fs-other'), there.one('fs-sessions')]);
    await create();
    await untilComplete();
    expect(JSON.stringify([there.one('fs-other'), there.one('fs-sessions')])).toBe(before);
  });
});

describe('when the primary Region is lost', () => {
  it.each(['FileSystemNotFound', 'InternalServerError', 'TimeoutError'])(
    'and EFS refuses to end it there (%s), it ends here',
    async (name) => {
      there.refusal = Object.assign(new Error('no answer from there'), { name });
      await create();
      await untilComplete();
      expect(ends()).toEqual(['end fs-home ALL_CONFIGURATIONS', 'end fs-home LOCAL_CONFIGURATION_ONLY']);
      expect(lines.join()).toContain('no answer from there');
    },
  );

  it('and the end there never comes, it ends here after ten minutes and no earlier', async () => {
    there.stuck = true;
    await create();
    const asked = await untilComplete();
    expect(ends()).toEqual(['end fs-home ALL_CONFIGURATIONS', 'end fs-home LOCAL_CONFIGURATION_ONLY']);
    expect(asked).toBeGreaterThan((10 * 60_000) / POLL);
  });

  it('and it cannot be ended here while that is under way, it is tried again', async () => {
    there.stuck = true;
    there.localRefusal = new Error('deletion in progress');
    await create();
    await expect(untilComplete('fs-copy', 50)).rejects.toThrow('not complete');
    expect(lines.join()).toContain('deletion in progress');
    there.localRefusal = undefined;
    await untilComplete();
  });

  it('and it can be ended nowhere, the deployment says why', async () => {
    there.refusal = new Error('no answer from there');
    there.localRefusal = Object.assign(new Error('not allowed'), { name: 'AccessDeniedException' });
    await expect(create()).rejects.toThrow('not allowed');
  });
});

describe('what was interrupted', () => {
  it('goes on while the replication is ending, and asks for no second end', async () => {
    await create();
    expect(await create()).toMatchObject({ PhysicalResourceId: 'fs-copy' });
    await untilComplete();
    expect(ends()).toHaveLength(1);
  });

  it('goes on with what can be written already', async () => {
    await create();
    await untilComplete();
    expect(await create()).toMatchObject({ PhysicalResourceId: 'fs-copy' });
    expect(await untilComplete()).toBe(1);
    expect(ends()).toHaveLength(1);
  });

  it('waits for the other Region anew, not from the first time', async () => {
    await create();
    there.stuck = true;
    now += 60 * 60_000;
    await create();
    await handlers().isComplete({ RequestType: 'Create', PhysicalResourceId: 'fs-copy' });
    expect(ends()).toEqual(['end fs-home ALL_CONFIGURATIONS']);
  });

  it('and whose replication a person has ended is known by its tag', async () => {
    await there.client.deleteReplicationConfiguration({
      SourceFileSystemId: 'fs-home',
      DeletionMode: 'LOCAL_CONFIGURATION_ONLY',
    });
    there.settle();
    await expect(create()).rejects.toThrow(new RegExp(`no copy of the attachments.*${BROUGHT_BACK}`));
    expect(there.changes.filter((change) => change.startsWith('tag'))).toEqual([]);
    there.one('fs-copy').Tags = [{ Key: BROUGHT_BACK, Value: '' }];
    expect(await create()).toMatchObject({ PhysicalResourceId: 'fs-copy' });
    await untilComplete();
  });
});

describe('which one it is', () => {
  it('is not guessed where there are two', async () => {
    there.addReplica('fs-second', 'fs-home-2');
    await expect(create()).rejects.toThrow(/several .* are copies .*: fs-copy, fs-second\. End/);
    expect(there.changes).toEqual([]);
  });

  it('is the copy of today, and not what was brought back before', async () => {
    there.add('fs-old', { Tags: [{ Key: BROUGHT_BACK, Value: '2026-01-01T00:00:00.000Z' }] });
    expect(await create()).toMatchObject({ PhysicalResourceId: 'fs-copy' });
  });

  it('is not guessed among several that were copies', async () => {
    const tagged = { Tags: [{ Key: BROUGHT_BACK, Value: '' }] };
    const former = new ReplicatedFileSystems();
    former.add('fs-one', tagged);
    former.add('fs-two', tagged);
    there = former;
    await expect(create()).rejects.toThrow(/were copies .*: fs-one, fs-two\./);
  });
});

describe('nothing is ended', () => {
  it.each([
    ['that has never been complete', null, /of no moment completely yet/],
    ['that is not as far as the database', new Date('2026-11-30T11:49:58Z'), /until 2026-11-30T11:49:58/],
  ])('of a copy %s', async (_what, until, says) => {
    there = new ReplicatedFileSystems();
    there.addReplica('fs-copy', 'fs-home', { until });
    await expect(create()).rejects.toThrow(says);
    expect(there.changes).toEqual([]);
  });

  it('unless the copy has everything that the database names', async () => {
    await create('2026-11-30T11:50:00Z');
    expect(ends()).toHaveLength(1);
  });
});

it('one that EFS has given up ends the deployment, with what is left', async () => {
  await create();
  there.one('fs-copy').LifeCycleState = 'error';
  await expect(
    handlers().isComplete({ RequestType: 'Create', PhysicalResourceId: 'fs-copy' }),
  ).rejects.toThrow(/fs-copy.*recovery points/);
});

it.each(['Update', 'Delete'] as const)('%s changes nothing, whatever there is', async (RequestType) => {
  there.addReplica('fs-second', 'fs-home-2');
  const ResourceProperties = { Moment: '2026-11-30T11:49:59Z' };
  const event = { RequestType, PhysicalResourceId: 'fs-copy', ResourceProperties };
  expect(await handlers().onEvent(event)).toEqual({
    PhysicalResourceId: 'fs-copy',
    Data: { FileSystemId: 'fs-copy' },
  });
  expect(await handlers().isComplete(event)).toEqual({ IsComplete: true });
  expect(there.changes).toEqual([]);
  expect(there.ids).toEqual(['fs-other', 'fs-sessions', 'fs-copy', 'fs-second']);
});
