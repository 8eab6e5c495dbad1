interface Entry<T> {
  readonly key: number;
  readonly item: T;
}

/** A queue that gives the item with the smallest key first; items of equal keys in any, but reproducible order. */
export class Heap<T> {
  private entries: Entry<T>[] = [];

  get size(): number {
    return this.entries.length;
  }

  /** The smallest key; infinity where there is none. */
  get least(): number {
    return this.entries[0]?.key ?? Infinity;
  }

  push(key: number, item: T): void {
    const { entries } = this;
    const entry = { key, item };
    let at = entries.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = entries[parent];
      if (above === undefined || above.key <= key) break;
      entries[at] = above;
      at = parent;
    }
    entries[at] = entry;
  }

  pop(): T | undefined {
    const { entries } = this;
    const first = entries[0];
    const last = entries.pop();
    if (last !== undefined && entries.length > 0) {
      this.sink(last);
    }
    return first?.item;
  }

  /** Takes everything out, in no order. */
  drain(): readonly T[] {
    const all = this.entries.map(({ item }) => item);
    this.entries = [];
    return all;
  }

  /** Finds the entry its place from the top down. */
  private sink(entry: Entry<T>): void {
    const { entries } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = entries[child];
      const right = entries[child + 1];
      if (below !== undefined && right !== undefined && right.key < below.key) {
        below = right;
        child += 1;
      }
      if (below === undefined || below.key >= entry.key) break;
      entries[at] = below;
      at = child;
    }
    entries[at] = entry;
  }
}
