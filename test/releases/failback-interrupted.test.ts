import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { failBack } from '../../lib/failback/fail-back.ts';
import type { FailbackProps } from '../../lib/failback/failback.ts';
import { undo } from '../../lib/failback/undo.ts';
import { expectAway, expectHome, propsOf } from './failback/expectations.ts';
import { Crash } from '../support/mortal.ts';
import { TwoRegions } from './failback/two-regions.ts';

// Whatever dies on the way home, at most one side serves, and it can be gone on with and undone. Jobs, databases and gates are real.
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

describe('a failback', () => {
  it.each([
    'after rehearse dump',
    'before dump',
    'after rehearse receive',
    'before hand over',
    'after hand over',
    'before receive',
    'after receive',
    'before lift',
    'after lift',
    'after delete Dns',
  ])('goes on when the operator’s machine dies %s', async (moment) => {
    regions.crash = moment;
    await expect(failBack(props())).rejects.toThrow(Crash);
    expect((await regions.serving()).length).toBeLessThan(2);
    await failBack(props());
    await expectHome(regions);
  });

  it.each([
    'after rehearse receive',
    'before hand over',
    'after hand over',
    'after receive',
    'before lift',
    'after lift',
  ])('is undone when the operator’s machine has died %s', async (moment) => {
    regions.crash = moment;
    await expect(failBack(props())).rejects.toThrow(Crash);
    await undo(props());
    await expectAway(regions);
  });

  it.each(['after fence', 'after take back', 'before deploy Dns'])(
    'is undone after the switch, also when that dies %s, and can be begun anew',
    async (moment) => {
      await failBack(props());
      regions.crash = moment;
      await expect(undo(props())).rejects.toThrow(Crash);
      await expect(failBack(props())).rejects.toThrow('an earlier --undo was interrupted: run it again');
      await undo(props());
      await expectAway(regions);
      expect(questions.at(-1)).toMatch(/Whatever was entered there since .* will NOT be in eu-west-1/);
      await failBack(props());
      await expectHome(regions);
      // What was brought the first time, and entered there, is kept as well.
      expect(regions.sides.primary.databases()).toHaveLength(3);
    },
  );

  it.each<[string, string]>([
    ['hand over', 'hold_services'],
    ['hand over', 'silence'],
    ['hand over', 'upload'],
    ['receive', 'restore'],
    ['receive', 'compare_attachments'],
    ['receive', 'put_in_service'],
    ['release', 'ensure_settings'],
  ])('goes on when the job of "%s" is killed after %s', async (call, killedAfter) => {
    regions.jobs = { [call]: { killedAfter } };
    await expect(failBack(props())).rejects.toThrow();
    // Before the mark it goes on serving, as if nothing had been.
    expect(
      (await regions.serving()).filter((side) => killedAfter !== 'hold_services' || side === 'primary'),
    ).toEqual([]);
    await failBack(props());
    await expectHome(regions);
  });

  it('does not let the recovery Region serve while nobody knows whether the other one has stopped', async () => {
    await failBack(props());
    regions.guardLives = false;
    let time = Date.now();
    const patient = { now: () => new Date(time), sleep: async (passed: number) => void (time += passed) };
    await expect(undo(props(patient))).rejects.toThrow(
      'it is not known whether test has stopped in eu-central-1',
    );
    expect(regions.calls).not.toContain('take back');
    expect(await regions.serving()).toEqual(['primary']);
    regions.guardLives = true;
    await regions.guard();
    await undo(props());
    await expectAway(regions);
  });
});
