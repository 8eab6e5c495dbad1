import { describe, expect, it } from 'vitest';
import { followExecution } from '../../../lib/cli/follow-execution.ts';

/** Follows an execution that stands so at each look; `interruptIn` pauses somebody has enough. */
async function follow(statuses: readonly string[], interruptIn = Infinity) {
  const left = [...statuses];
  const shown: string[] = [];
  let pauses = 0;
  const ended = await followExecution(
    async () => ({ status: left.shift() ?? 'unknown' }),
    async ({ status }) => void shown.push(status),
    { pause: async () => void pauses++, interrupted: () => pauses >= interruptIn },
  );
  return { ended, shown, pauses };
}

describe('an execution that is followed', () => {
  it('is shown after each look, also after the one that finds its end', async () => {
    expect(await follow(['running', 'running', 'failed'])).toEqual({
      ended: { status: 'failed' },
      shown: ['running', 'running', 'failed'],
      pauses: 2,
    });
  });

  it('goes on when the watching ends', async () => {
    expect(await follow(['running', 'running', 'succeeded'], 1)).toEqual({
      ended: undefined,
      shown: ['running'],
      pauses: 1,
    });
  });
});
