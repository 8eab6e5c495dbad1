import { expect, it } from 'vitest';
import type { Deployed } from '../../../lib/doctor/deployed.ts';
import { inTurn, Turns } from '../../../lib/doctor/in-turn.ts';

/** Answers when it is told to, and counts. */
class Slow {
  readonly asked: string[] = [];
  running = 0;
  most = 0;
  private readonly waiting: (() => void)[] = [];

  async template(stack: string): Promise<string> {
    this.asked.push(stack);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running -= 1;
    if (stack === 'broken') throw new Error('no answer');
    return stack;
  }

  async letGo(): Promise<void> {
    while (this.waiting.length > 0) {
      this.waiting.shift()?.();
      await new Promise(setImmediate);
    }
  }
}

const deployedBy = (slow: Slow): Deployed =>
  Object.assign(Object.create(null), { template: slow.template.bind(slow) });

it('asks each thing once, and not more than so many at the same time, also after one has failed', async () => {
  const slow = new Slow();
  const deployed = inTurn(deployedBy(slow), new Turns(2));
  const stacks = ['a', 'broken', 'b', 'a', 'c', 'd', 'broken'];
  const answers = Promise.allSettled(stacks.map((stack) => deployed.template(stack)));
  await new Promise(setImmediate);
  await slow.letGo();
  expect((await answers).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
  ]);
  expect(slow.asked).toEqual(['a', 'broken', 'b', 'c', 'd']);
  expect(slow.most).toBe(2);
});
