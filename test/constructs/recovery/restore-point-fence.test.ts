import { beforeEach, describe, expect, it } from 'vitest';
import { refuseWhileServed } from '../../../constructs/recovery/restore-point.lambda/fence.mjs';
import { CopiedRegion } from './copied-region.ts';

const URL = 'https://erp.example.com/web/health';
const SETTINGS = {
  environment: 'prod',
  bucket: 'audit-copy',
  fence: 'fence/fenced.json',
  fenceNote: 'fence/seen.json',
  url: URL,
};

const at = (time: string): string => `2026-11-30T${time}:00Z`;

let region: CopiedRegion;
beforeEach(() => {
  region = new CopiedRegion();
  fence('10:30');
});

function fence(time: string): void {
  region.put('fence/fenced.json', at(time), { fencedAt: at(time) });
}

/** What the guard of the environment has noted. */
function note(seenAt: string, running: number, fencedAt = '10:30'): void {
  region.put('fence/seen.json', at(seenAt), { fencedAt: at(fencedAt), seenAt: at(seenAt), running });
}

const ask = (now = '10:40', settings: Parameters<typeof refuseWhileServed>[1] = SETTINGS) =>
  refuseWhileServed(region.clients, settings, new Date(at(now)));

describe('an environment that is to be brought back', () => {
  it('has to be fenced', async () => {
    region.remove('fence/fenced.json');
    await expect(ask()).rejects.toThrow(
      'prod is not fenced: npm run fence -- --env prod stops it in its own Region first',
    );
  });

  it('is waited for while something of it still runs, for as long as its guard says so', async () => {
    note('10:39', 2);
    await expect(ask()).rejects.toThrow('2 of prod still run in its own Region');
    note('11:39', 1);
    await expect(ask('11:40')).rejects.toThrow('1 of prod still run in its own Region');
    note('11:40', 0);
    expect(await ask('11:41')).toBeUndefined();
  });

  it('is not waited for when its Region is lost before it could say that it has stopped', async () => {
    note('10:31', 2);
    await expect(ask('10:33')).rejects.toThrow('2 of prod still run');
    expect(await ask('10:34')).toBeUndefined();
  });

  it('is given three minutes to stop, of which it needs none once it has said so', async () => {
    fence('10:38');
    await expect(ask()).rejects.toThrow('has not said yet that it has stopped');
    note('10:31', 0);
    await expect(ask()).rejects.toThrow('has not said yet that it has stopped');
    note('10:39', 0, '10:38');
    expect(await ask()).toBeUndefined();
  });

  it('need not answer: its Region may be away', async () => {
    fence('10:37');
    expect(await ask()).toBeUndefined();
  });

  it('is refused while nobody can read the fence', async () => {
    region.unreadable = true;
    await expect(ask()).rejects.toThrow('Access Denied');
  });

  it.each([200, 303, 404])('is refused while its address answers with %i', async (status) => {
    region.served = status;
    await expect(ask()).rejects.toThrow(`${URL} still answers, although prod is fenced`);
  });

  it.each([503, undefined])('is not there any more where its address answers with %s', async (status) => {
    region.served = status;
    expect(await ask()).toBeUndefined();
    expect(region.visited).toEqual([URL]);
  });

  it('may have no address', async () => {
    region.served = 200;
    expect(await ask('10:40', { ...SETTINGS, url: undefined })).toBeUndefined();
  });
});
