export interface PatienceProps {
  /** Milliseconds between two looks. */
  readonly interval: number;
  /** Milliseconds after which waiting for one thing ends with an error. */
  readonly limit: number;
  /** Ends every waiting but that of `insist`. */
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Waits for what AWS does in its own time. */
export class Patience {
  private readonly props: PatienceProps;

  constructor(props: PatienceProps) {
    this.props = props;
  }

  /** Looks again and again until there is an answer. */
  async until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const { signal } = this.props;
    return this.insist(what, () => {
      signal.throwIfAborted();
      return look();
    });
  }

  /** The same, also after an interruption: for clearing up. */
  async insist<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    const { interval, limit, sleep } = this.props;
    for (let waited = 0; waited <= limit; waited += interval) {
      const found = await look();
      if (found !== undefined) return found;
      await sleep(interval);
    }
    throw new Error(`waited ${Math.round(limit / 60_000)} minutes for ${what}`);
  }

  async pause(): Promise<void> {
    this.props.signal.throwIfAborted();
    await this.props.sleep(this.props.interval);
  }
}
