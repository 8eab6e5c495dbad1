import type { Deployed } from './deployed.ts';

/** Bounds how many things are under way at the same time. */
export class Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(most: number) {
    this.free = most;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}

/** Asks each thing once, whoever wants to know it, and not more than `turns` allow at the same time. */
export function inTurn(deployed: Deployed, turns: Turns): Deployed {
  const answers = new Map<string, unknown>();
  return new Proxy(deployed, {
    get(target, name, receiver) {
      const question: unknown = Reflect.get(target, name, receiver);
      if (typeof question !== 'function') return question;
      return (...given: readonly unknown[]): unknown => {
        const key = `${String(name)} ${JSON.stringify(given)}`;
        if (!answers.has(key))
          answers.set(
            key,
            turns.take(async () => Reflect.apply(question, target, given)),
          );
        return answers.get(key);
      };
    },
  });
}
