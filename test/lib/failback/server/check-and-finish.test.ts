import { beforeEach, describe, expect, it } from 'vitest';
import { failBack } from '../../../../lib/failback/fail-back.ts';
import type { FailbackProps } from '../../../../lib/failback/failback.ts';
import { finish } from '../../../../lib/failback/finish.ts';
import { undo } from '../../../../lib/failback/undo.ts';
import { Crash } from '../../../support/mortal.ts';
import { expectHome, propsOf } from './expectations.ts';
import { TwoServers } from './two-servers.ts';

let servers: TwoServers;
let said: string[];
let questions: string[];

beforeEach(() => {
  servers = new TwoServers();
  said = [];
  questions = [];
});

const props = (changes: Partial<FailbackProps> = {}): FailbackProps =>
  propsOf(servers, { said, questions }, changes);

const problems = () =>
  failBack(props()).then(
    () => [],
    ({ message }: Error) => message.split('\n'),
  );

describe('what is in the way of a single server', () => {
  it('is said all at once, before anything is done', async () => {
    servers.home.stacks.delete('Data');
    servers.away.stacks.delete('Dns');
    servers.note = { fencedAt: new Date('2026-11-30T10:00:00Z'), seenAt: new Date(), running: 1 };
    servers.backupAges = { database: 4 * 3600, filestore: 60, dump: null };
    expect(await problems()).toEqual([
      'stack test-Data does not exist: npx cdk deploy -c env=test test-Data',
      'stack test-Recovery-Dns does not exist: npx cdk deploy -c env=test -c recover=latest test-Recovery-Dns',
      '1 of test still run in eu-central-1: npm run fence -- --env test waits for their end',
      expect.stringMatching(/^backup of the server, database: the last one is 4\.0 hours old/),
      expect.stringMatching(/^backup of the server, dump: there is none/),
    ]);
    expect(servers.calls).toEqual([]);
    expect(questions).toEqual([]);
  });

  it('is a fence that is not there, with a server at home and without one', async () => {
    servers.standing = undefined;
    const notFenced = [expect.stringMatching(/^test is not fenced in eu-central-1/)];
    expect(await problems()).toEqual(notFenced);
    servers.home.remove('Server');
    expect(await problems()).toEqual(notFenced);
  });

  it('is no guard where there is no server that it could stop', async () => {
    servers.note = undefined;
    expect(await problems()).toEqual([expect.stringContaining('has not looked for three minutes')]);
    servers.home.remove('Server');
    expect(await problems()).toEqual([]);
    await expectHome(servers);
  });

  it('is a server that has handed over, nobody knows to whom', async () => {
    if (servers.away.volume) servers.away.volume.handedOver = true;
    expect(await problems()).toEqual([
      expect.stringMatching(
        /^the recovered server has handed its service over, .* odoo-hand-over --take-back/,
      ),
    ]);
  });

  it('is a recovered server that is not there, or does not serve', async () => {
    servers.away.instances = 0;
    expect(await problems()).toEqual([
      'test does not serve in eu-west-1 as it should: nobody answers; see why first',
    ]);
    servers.away.remove('Server');
    expect(await problems()).toEqual([expect.stringContaining('stack test-Recovery-Server does not exist')]);
  });
});

describe('the end of the way home of a single server', () => {
  it('is refused before the switch, and for as long as home does not answer', async () => {
    servers.crash = 'before deploy Dns';
    await expect(failBack(props())).rejects.toThrow(Crash);
    await expect(finish(props())).rejects.toThrow('the domain does not lead to eu-central-1 yet');
    await failBack(props());
    servers.home.instances = 0;
    await expect(finish(props())).rejects.toThrow('nobody answers; the side in eu-west-1 stays');
    expect(servers.away.stacks).toContain('Server');
  });

  it.each([
    'before delete away Operations',
    'after delete away Server',
    'during set recovered aside',
    'after set recovered aside',
    'before delete away Data',
  ])('lets the recovered server go, also when it dies %s, and keeps what it had', async (moment) => {
    await failBack(props());
    const { away } = servers;
    const entries = away.volume?.entries;
    servers.crash = moment;
    await expect(finish(props())).rejects.toThrow(Crash);
    await expect(undo(props())).rejects.toThrow('run --finish again');
    await finish(props());
    expect([...away.stacks]).toEqual(['Network']);
    expect(away.kept).toEqual([{ entries, handedOver: true }]);
    // The next one that is recovered would begin with what is below recovered/.
    expect(away.keys('recovered/')).toEqual([]);
    expect(away.keys('gone-home/').map((key) => key.replace(/^gone-home\/[^/]+\//, ''))).toEqual(
      expect.arrayContaining(['handed-over.json', 'pgbackrest/backup.info', 'dumps/2']),
    );
    expect(await servers.serving()).toEqual(['primary']);
    expect(servers.wrong).toEqual([]);
    expect(said.at(-1)).toContain('gone-home/');
  });

  it('frees the way for the next recovery only once nothing is left that it would begin with', async () => {
    await failBack(props());
    servers.crash = 'before set recovered aside';
    await expect(finish(props())).rejects.toThrow(Crash);
    expect(servers.away.stacks).toContain('Data');
  });
});
