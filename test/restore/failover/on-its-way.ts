import { clearTimeout, setTimeout } from 'node:timers';

/** What was written in one Region and has not arrived in the other one: each piece takes its own time, until all of it is lost. */
export class OnItsWay {
  private readonly waiting = new Map<NodeJS.Timeout, number>();
  private lost = false;

  /** @param takes - milliseconds. */
  send(takes: number, arrive: () => void): void {
    if (this.lost) return;
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      arrive();
    }, takes);
    this.waiting.set(timer, Date.now());
  }

  /** Seconds that the oldest piece has waited. */
  behind(): number {
    return this.waiting.size === 0 ? 0 : (Date.now() - Math.min(...this.waiting.values())) / 1000;
  }

  /** From now on nothing arrives; and nobody who looks at the other Region sees that something is missing. */
  lose(): void {
    this.lost = true;
    for (const timer of this.waiting.keys()) clearTimeout(timer);
    this.waiting.clear();
  }
}
