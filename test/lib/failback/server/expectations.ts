import { expect } from 'vitest';
import type { FailbackProps } from '../../../../lib/failback/failback.ts';
import { serverWay } from '../../../../lib/failback/server/server-way.ts';
import { environmentOf, planOf, production } from '../../../support/environments.ts';
import type { TwoServers } from './two-servers.ts';

/** What the operator is shown and asked. */
export interface Terminal {
  readonly said: string[];
  readonly questions: string[];
}

const hostedZone = { id: 'Z0123456789ABCDEFGHIJ', name: 'example.com' };

/** A failback whose operator agrees to everything. */
export function propsOf(
  servers: TwoServers,
  { said, questions }: Terminal = { said: [], questions: [] },
  changes: Partial<FailbackProps> = {},
): FailbackProps {
  return {
    environment: environmentOf(10, { ...production, domain: { name: 'erp.example.com', hostedZone } }),
    plan: planOf(10, production),
    recoveryRegion: 'eu-west-1',
    cloud: servers,
    way: serverWay(servers),
    journals: servers,
    say: (text) => said.push(text),
    confirm: async (question) => {
      questions.push(question);
      return true;
    },
    sleep: async () => undefined,
    now: () => servers.now(),
    ...changes,
  };
}

/** Home has everything, users work there alone, and what was never copied from the old server is still there. */
export async function expectHome(servers: TwoServers): Promise<void> {
  const { home, away } = servers;
  expect(await servers.serving()).toEqual(['primary']);
  expect(servers.dns).toBe('primary');
  expect(servers.wrong).toEqual([]);
  expect(home.volume?.entries).toEqual(away.volume?.entries);
  expect([...home.stacks].toSorted()).toEqual(['Backup', 'Data', 'Dns', 'Network', 'Operations', 'Server']);
  expectNothingLost(servers);
  // The fence is gone, and its guard has nothing to start or to stop any more.
  servers.guard();
  expect(await servers.serving()).toEqual(['primary']);
  expect([servers.standing, servers.note]).toEqual([undefined, undefined]);
}

/** The recovered server is as it was, users work there, and nobody can start another one. */
export async function expectAway(servers: TwoServers): Promise<void> {
  expect(await servers.serving()).toEqual(['recovery']);
  expect(servers.dns).toBe('recovery');
  expect(servers.wrong).toEqual([]);
  expect(servers.standing).toBeDefined();
  servers.guard();
  servers.away.enter('entered after the undo');
  servers.away.backUp();
  expectNothingLost(servers);
}

function expectNothingLost({ home }: TwoServers): void {
  const volumes = [...home.kept, ...(home.volume ? [home.volume] : [])];
  expect(volumes.filter(({ entries }) => entries.includes('never copied'))).toHaveLength(1);
  const contents = [...home.backups.values()];
  expect(contents.filter((content) => content.includes('never copied'))).toHaveLength(1);
  expect(contents).toContain('a dump');
}
