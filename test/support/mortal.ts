/** What the operator's machine dies of in a test. */
export class Crash extends Error {}

/** Two sides of an environment, and an operator's machine that dies at a call, of which it is one. */
export abstract class Mortal<Side extends string> {
  /** Calls in order. */
  readonly calls: string[] = [];
  /** The call at which the operator's machine dies, before it has any effect or after all of it. */
  crash?: string;
  /** Things that must never be, and were. */
  readonly wrong: string[] = [];

  /** Sides at which somebody can work. */
  abstract serving(): Promise<readonly Side[]>;

  protected async act<T>(name: string, effect: () => Promise<T>): Promise<T> {
    this.die(`before ${name}`);
    this.calls.push(name);
    const result = await effect();
    if ((await this.serving()).length > 1) this.wrong.push(`two of them serve after ${name}`);
    this.die(`after ${name}`);
    return result;
  }

  protected die(moment: string): void {
    if (this.crash !== moment) return;
    this.crash = undefined;
    throw new Crash(moment);
  }
}
