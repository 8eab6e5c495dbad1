import { beforeEach, describe, expect, it } from 'vitest';
import {
  createHandler,
  type Settings,
} from '../../../constructs/recovery/fence-guard.lambda/fence-guard.mjs';
import { type FenceProps, type FenceRegion, liftFence, setFence } from '../../../lib/failover/fence.ts';
import { Account, LARGE, SMALL } from '../../constructs/recovery/fenced-account.ts';

const BEGIN = Date.parse('2026-11-30T12:00:00.000Z');
const MINUTE = 60_000;

let account: Account;
let time: number;
let guardLives: boolean;
let recovered: boolean;
let answer: boolean;
let said: string[];
beforeEach(() => {
  account = new Account();
  time = BEGIN;
  guardLives = true;
  recovered = false;
  answer = true;
  said = [];
});

/** The recovery Region as the guard's own functions see it: the same objects. */
const region: FenceRegion = {
  fence: async () => dated(account.objects['fence/fenced.json']),
  note: async () => dated(account.objects['fence/seen.json']),
  setFence: async ({ fencedAt }) => account.fence(fencedAt.toISOString()),
  removeFence: async () => account.lift(),
  isRecovered: async () => recovered,
};

function dated(text: string | undefined) {
  return text && JSON.parse(text, (key, value) => (key.endsWith('At') ? new Date(value) : value));
}

/** The guard is asked each minute, by EventBridge. */
function props(settings: Settings = LARGE): FenceProps {
  const guard = createHandler({ clients: account.clients, settings, now: () => new Date(time) });
  return {
    environment: 'prod',
    region: 'eu-central-1',
    recoveryRegion: 'eu-west-1',
    cloud: region,
    confirm: async (question) => {
      said.push(question);
      return answer;
    },
    say: (text) => void said.push(text),
    now: () => new Date(time),
    sleep: async (milliseconds) => {
      const minute = Math.floor(time / MINUTE);
      time += milliseconds;
      if (guardLives && Math.floor(time / MINUTE) > minute) await guard();
    },
  };
}

describe('a fence', () => {
  it.each([
    ['large', LARGE],
    ['small', SMALL],
  ])('is set, and nothing of the environment runs any more: %s', async (_, settings) => {
    expect(await setFence(props(settings))).toBe('done');
    expect(said).toEqual([
      'Nobody will be able to work with prod in eu-central-1 from now on. Stop it?',
      'prod is fenced: its guard in eu-central-1 stops it within a minute, and again if somebody starts it.',
      `${settings === SMALL ? 1 : 6} still running in eu-central-1 ...`,
      'Nothing of prod runs in eu-central-1 any more.',
    ]);
  });

  it('is asked for first', async () => {
    answer = false;
    expect(await setFence(props())).toBe('refused');
    expect(account.objects).toEqual({});
  });

  it('stands all the same where the Region does not answer, and says that this is not known', async () => {
    guardLives = false;
    expect(await setFence(props())).toBe('unconfirmed');
    expect(said.at(-1)).toBe(
      'The guard of prod in eu-central-1 has not answered for 6 min. Whether it serves is not known; its guard stops it when it is back, within a minute.',
    );
    expect(account.objects['fence/fenced.json']).toBeDefined();
  });

  it('is looked at again by whoever sets it a second time, and keeps its moment', async () => {
    guardLives = false;
    await setFence(props());
    guardLives = true;
    said = [];
    expect(await setFence(props())).toBe('done');
    expect(said[0]).toBe('prod is fenced since 2026-11-30T12:00:00.000Z.');
  });

  it('is not taken for seen because an earlier one was', async () => {
    account.objects['fence/seen.json'] = JSON.stringify({
      fencedAt: '2026-01-01T00:00:00.000Z',
      seenAt: '2026-01-01T00:01:00.000Z',
      running: 0,
    });
    guardLives = false;
    expect(await setFence(props())).toBe('unconfirmed');
  });

  it('names what does not end', async () => {
    account.clients.ecs.describeServices = async () => ({ services: [{ runningCount: 2 }] });
    expect(await setFence(props())).toBe('unconfirmed');
    expect(said.at(-1)).toBe('2 of prod still run in eu-central-1 after 6 min: look at them in ECS or EC2.');
  });
});

describe('lifting a fence', () => {
  beforeEach(async () => {
    await setFence(props());
    said = [];
  });

  it('lets the environment serve again, as many as before', async () => {
    expect(await liftFence(props())).toBe('done');
    expect(account.desired).toEqual({ web: 3, cron: 1 });
    expect(said).toEqual([
      'prod will serve again in eu-central-1, with what it had when it was stopped. Start it?',
      'prod starts in eu-central-1.',
    ]);
    expect(await liftFence(props())).toBe('done');
    expect(said.at(-1)).toBe('prod is not fenced.');
  });

  it('is refused while the environment goes on in its recovery Region', async () => {
    recovered = true;
    expect(await liftFence(props())).toBe('refused');
    expect(said[0]).toContain('both would serve the same users');
    expect(account.objects['fence/fenced.json']).toBeDefined();
  });

  it('is asked for first', async () => {
    answer = false;
    expect(await liftFence(props())).toBe('refused');
    expect(account.objects['fence/fenced.json']).toBeDefined();
  });

  it('goes on where it was interrupted', async () => {
    account.lift();
    expect(await liftFence(props())).toBe('done');
    expect(account.desired).toEqual({ web: 3, cron: 1 });
  });

  it('says where nobody has started it yet', async () => {
    guardLives = false;
    expect(await liftFence(props())).toBe('unconfirmed');
    expect(said.at(-1)).toContain('its guard starts it when it is back');
  });
});
