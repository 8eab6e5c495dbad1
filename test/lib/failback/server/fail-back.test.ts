import { beforeEach, describe, expect, it } from 'vitest';
import { failBack } from '../../../../lib/failback/fail-back.ts';
import type { FailbackProps } from '../../../../lib/failback/failback.ts';
import { undo } from '../../../../lib/failback/undo.ts';
import { Crash } from '../../../support/mortal.ts';
import { environmentOf, production } from '../../../support/environments.ts';
import { expectAway, expectHome, propsOf } from './expectations.ts';
import { TwoServers } from './two-servers.ts';

const CALLS = [
  'silence',
  'delete home Dns',
  'delete home Operations',
  'delete home Backup',
  'delete home Server',
  'set aside',
  'deploy Network Data',
  'attachments',
  'silence',
  'set aside',
  'hand over',
  'attachments',
  'backups',
  'unsilence',
  'lift',
  'deploy Server',
  'deploy Dns',
  'delete away Dns',
  'deploy Backup Operations',
];

/** Each moment at which the operator's machine can die. */
const MOMENTS = [
  ...[...new Set(CALLS)].flatMap((call) => [`before ${call}`, `after ${call}`]),
  'during set aside',
  'during backups',
];

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

describe('the way home of a single server', () => {
  it('brings everything home that was entered, also in the last moment before the handover', async () => {
    const confirm = async (question: string) => {
      if (question.startsWith('From now on nobody can work')) servers.away.enter('in the last moment');
      return true;
    };
    await failBack(props({ confirm }));
    expect(servers.calls).toEqual(CALLS);
    await expectHome(servers);
    expect(servers.home.volume?.entries).toContain('in the last moment');
  });

  it('keeps the volume of the old server, and its backups, with what was never copied', async () => {
    await failBack(props());
    expect(servers.home.kept).toEqual([{ entries: ['old', 'never copied'], handedOver: false }]);
    const aside = servers.home.keys('before-the-loss/');
    expect(aside.map((key) => key.replace(/^before-the-loss\/[^/]+\//, ''))).toEqual([
      'pgbackrest/backup.info',
      'dumps/1',
    ]);
    expect(servers.home.keys('server/')).toEqual(['server/pgbackrest/backup.info', 'server/dumps/2']);
  });

  it('says beforehand what happens, and how long users will wait', async () => {
    await failBack(props());
    expect(questions).toHaveLength(3);
    expect(questions[0]).toMatch(/old server in eu-central-1 is deleted.*before-the-loss.*USD 0\.02 per GB/s);
    // The server's own estimate for a blank volume, and the handover of 1 GB.
    const { recoveryMinutes } = props().plan.server ?? {};
    const minutes = Math.ceil((60 + 22 + 300 + 120) / 60) + (recoveryMinutes?.restored ?? 0);
    expect(questions[1]).toContain(`nobody can work for about ${minutes} min`);
    expect(questions[2]).toContain('with 2 attachments in its database; 2 were handed over');
  });

  it('is not begun by whoever says no, and stopped nobody then', async () => {
    await expect(failBack(props({ confirm: async () => questions.push('') !== 2 }))).rejects.toThrow(
      'run failback again to go on',
    );
    expect(await servers.serving()).toEqual(['recovery']);
    expect(servers.calls).not.toContain('hand over');
    await failBack(props());
    await expectHome(servers);
  });

  it('needs neither a zone in the account nor a domain', async () => {
    for (const domain of [{ name: 'erp.example.com' }, undefined]) {
      servers = new TwoServers();
      for (const site of servers.sites) site.stacks.delete('Dns');
      await failBack(props({ environment: environmentOf(10, { ...production, domain }) }));
      expect(servers.calls.join()).not.toContain('Dns');
      expect(await servers.serving()).toEqual(['primary']);
    }
    const record = 'make its record as the output RecordToCreate of test-Server says';
    expect(said.filter((text) => text.includes(record))).toHaveLength(1);
  });
});

describe('interrupted', () => {
  it.each(MOMENTS)(
    'it goes on, with no two sides serving, when the operator’s machine dies %s',
    async (moment) => {
      servers.crash = moment;
      await expect(failBack(props())).rejects.toThrow(Crash);
      expect((await servers.serving()).length).toBeLessThan(2);
      await failBack(props());
      await expectHome(servers);
    },
  );

  it.each(MOMENTS)(
    'it is undone, and begun anew, when the operator’s machine has died %s',
    async (moment) => {
      servers.crash = moment;
      await expect(failBack(props())).rejects.toThrow(Crash);
      await undo(props());
      await expectAway(servers);
      await failBack(props());
      await expectHome(servers);
      expect(servers.home.volume?.entries).toContain('entered after the undo');
    },
  );

  it.each(['fence', 'silence', 'stop', 'take back', 'deploy away Dns'])(
    'an undo after the switch goes on when it dies before or after "%s"',
    async (call) => {
      for (const when of ['before', 'after']) {
        servers = new TwoServers();
        await failBack(props());
        servers.home.enter('entered at home');
        servers.crash = `${when} ${call}`;
        await expect(undo(props())).rejects.toThrow(Crash);
        expect((await servers.serving()).length).toBeLessThan(2);
        await expect(failBack(props())).rejects.toThrow('an earlier --undo was interrupted: run it again');
        await undo(props());
        await expectAway(servers);
        expect(questions.at(-1)).toMatch(/Whatever was entered there since .* will NOT be in eu-west-1/);
        await failBack(props());
        await expectHome(servers);
        // What was entered at home in between is on a volume that is kept.
        expect(servers.home.kept.some(({ entries }) => entries.includes('entered at home'))).toBe(true);
      }
    },
  );
});

describe('what goes wrong', () => {
  it('a deployment at home that fails is repeated, or undone', async () => {
    servers.fails.set('deploy Server', 'no signal');
    await expect(failBack(props())).rejects.toThrow('no signal');
    expect(await servers.serving()).toEqual([]);
    await undo(props());
    await expectAway(servers);
    await expect(failBack(props())).rejects.toThrow('no signal');
    servers.fails.clear();
    await failBack(props());
    await expectHome(servers);
  });

  it('a server at home that does not answer gets no users', async () => {
    servers.fails.set('probe primary', '/web/login answers 500');
    await expect(failBack(props())).rejects.toThrow(
      'the new server of test in eu-central-1 does not answer as it should: /web/login answers 500',
    );
    expect(servers.dns).toBe('recovery');
    expect(questions).toHaveLength(2);
  });

  it.each(['attachments', 'hand over', 'backups'])(
    'a deployment at home by somebody else after "%s" serves nobody, whatever the fence can do',
    async (call) => {
      servers.crash = `after ${call}`;
      await expect(failBack(props())).rejects.toThrow(Crash);
      await servers.deployHome(['Server']).catch(() => undefined);
      expect((await servers.serving()).filter((side) => side === 'primary')).toEqual([]);
      expect(servers.wrong).toEqual([]);
      await undo(props());
      await failBack(props());
      await expectHome(servers);
    },
  );

  it('a server that somebody deploys at home just before the handover goes as well', async () => {
    const confirm = async (question: string) => {
      if (!question.startsWith('From now on nobody can work')) return true;
      // Of an environment without attachments: an empty Odoo then.
      servers.home.files.clear();
      await servers.deployHome(['Server']);
      expect(servers.home.volume).toEqual({ entries: [], handedOver: true });
      return true;
    };
    await failBack(props({ confirm }));
    await expectHome(servers);
  });
});
