import { describe, expect, it } from 'vitest';
import { fenceCommand } from '../../../lib/cli/fence.ts';
import type { Fence, FenceNote, FenceRegion } from '../../../lib/failover/fence.ts';

/** A Region whose guard answers at once, or never. */
function regionWith(guardLives: boolean): FenceRegion & { standing?: Fence } {
  let note: FenceNote | undefined;
  const region: FenceRegion & { standing?: Fence } = {
    fence: async () => region.standing,
    setFence: async (fence) => {
      region.standing = fence;
      if (guardLives) note = { ...fence, seenAt: fence.fencedAt, running: 0 };
    },
    removeFence: async () => {
      delete region.standing;
      note = undefined;
    },
    note: async () => note,
    isRecovered: async () => false,
  };
  return region;
}

async function run(args: readonly string[], region: FenceRegion | Error = regionWith(true)) {
  let out = '';
  let errors = '';
  let time = Date.parse('2026-11-30T12:00:00.000Z');
  const asked: string[] = [];
  const exitCode = await fenceCommand(
    args,
    { write: (text) => (out += text) },
    { write: (text) => (errors += text) },
    {
      cloudIn: async (environment, name) => {
        asked.push(`${environment} in ${name}`);
        if (region instanceof Error) throw region;
        return region;
      },
      now: () => new Date(time),
      sleep: async (milliseconds) => void (time += milliseconds),
    },
  );
  return { exitCode, out, errors, asked };
}

describe('npm run fence', () => {
  it.each([
    [[], '--env is missing'],
    [['--env', 'prod', '--force'], "Unknown option '--force'"],
  ])('called with %j is called wrongly', async (args, message) => {
    const { exitCode, errors } = await run(args);
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
    expect(errors).toContain('npm run fence -- --env NAME');
  });

  it('says which environments there are', async () => {
    const { exitCode, errors } = await run(['--env', 'production']);
    expect(exitCode).toBe(1);
    expect(errors).toContain('dev, prod, staging');
  });

  it('has nothing to do for an environment without a recovery Region', async () => {
    const { exitCode, errors, asked } = await run(['--env', 'dev', '--yes']);
    expect([exitCode, errors, asked]).toEqual([
      1,
      'dev has no recoveryRegion: there is nothing that could stand in for it\n',
      [],
    ]);
  });

  it('asks the recovery Region, and nobody else', async () => {
    const { exitCode, out, asked } = await run(['--env', 'prod', '--yes']);
    expect([exitCode, asked]).toEqual([0, ['prod in eu-west-1']]);
    expect(out).toContain('Nothing of prod runs in eu-central-1 any more.');
  });

  it('does nothing where nobody can be asked', async () => {
    const region = regionWith(true);
    const { exitCode, out } = await run(['--env', 'prod'], region);
    expect([exitCode, region.standing]).toEqual([1, undefined]);
    expect(out).toContain('no (nobody to ask: use --yes)');
  });

  it('ends with 3 where the Region does not answer', async () => {
    expect((await run(['--env', 'prod', '--yes'], regionWith(false))).exitCode).toBe(3);
  });

  it('lifts the fence', async () => {
    const region = regionWith(true);
    await run(['--env', 'prod', '--yes'], region);
    const { exitCode } = await run(['--env', 'prod', '--lift', '--yes'], region);
    expect([exitCode, region.standing]).toEqual([0, undefined]);
  });

  it('says what AWS refused', async () => {
    const { exitCode, errors } = await run(['--env', 'prod', '--yes'], new Error('no credentials'));
    expect([exitCode, errors]).toEqual([1, 'no credentials\n']);
  });
});
