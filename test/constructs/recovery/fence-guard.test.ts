import { beforeEach, describe, expect, it } from 'vitest';
import {
  createHandler,
  type Settings,
} from '../../../constructs/recovery/fence-guard.lambda/fence-guard.mjs';
import { Account, LARGE, SMALL } from './fenced-account.ts';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const FENCED_AT = '2026-11-30T11:58:00.000Z';

let account: Account;
beforeEach(() => {
  account = new Account();
});

const look = (settings: Settings) => createHandler({ clients: account.clients, settings, now: () => NOW })();

describe('the guard of a fence', () => {
  it('leaves an environment alone that is not fenced, also one whose release has stopped a service', async () => {
    account.desired = { web: 0, cron: 0 };
    await look(LARGE);
    expect([account.calls, account.objects]).toEqual([[], {}]);
  });

  it('stops every service, past what scales it, and says what still runs', async () => {
    account.fence(FENCED_AT);
    await look(LARGE);
    expect(account.calls).toEqual(['odoo/web to 0 within 0 to 0', 'odoo/cron to 0 within 0 to 0']);
    expect(account.seen).toEqual({ fencedAt: FENCED_AT, seenAt: NOW.toISOString(), running: 6 });
    await look(LARGE);
    expect(account.seen).toMatchObject({ running: 0 });
  });

  it('stops again what somebody started meanwhile', async () => {
    account.fence(FENCED_AT);
    await look(LARGE);
    account.desired['cron'] = 1;
    await look(LARGE);
    expect(account.desired).toEqual({ web: 0, cron: 0 });
  });

  it('stops the single server', async () => {
    account.fence(FENCED_AT);
    await look(SMALL);
    expect([account.group, account.seen]).toEqual([
      0,
      { fencedAt: FENCED_AT, seenAt: NOW.toISOString(), running: 1 },
    ]);
    await look(SMALL);
    expect(account.seen).toMatchObject({ running: 0 });
  });

  it.each([
    ['large', LARGE],
    ['small', SMALL],
  ])(
    'starts what it has stopped, as the template has it, once the fence is lifted: %s',
    async (_, settings) => {
      account.fence(FENCED_AT);
      await look(settings);
      account.lift();
      await look(settings);
      expect(account.seen).toBeNull();
      if (settings === SMALL) expect(account.group).toBe(1);
      else
        expect([account.desired, account.bounds]).toEqual([
          { web: 3, cron: 1 },
          { min: 3, max: 8 },
        ]);
      account.calls.length = 0;
      await look(settings);
      expect(account.calls).toEqual([]);
    },
  );

  it('keeps its note until everything is started, so that the next one goes on', async () => {
    account.fence(FENCED_AT);
    await look(LARGE);
    account.lift();
    account.refusesUpdates = true;
    await expect(look(LARGE)).rejects.toThrow('throttled');
    expect(account.seen).not.toBeNull();
    account.refusesUpdates = false;
    await look(LARGE);
    expect([account.seen, account.desired]).toEqual([null, { web: 3, cron: 1 }]);
  });

  it('changes nothing and fails, which its alarm sees, when the recovery Region cannot be read', async () => {
    account.unreadable = true;
    await expect(look(LARGE)).rejects.toThrow('no route to eu-west-1');
    expect(account.calls).toEqual([]);
  });
});
