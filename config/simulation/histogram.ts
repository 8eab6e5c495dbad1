/** Width of a class: percentiles are exact to half a percent. */
const STEP = Math.log(1.01);
const LEAST_MS = 0.05;
/** Up to an hour and a half. */
const CLASSES = 1850;

/** Response times, counted in classes that are one percent wide. */
export class Histogram {
  private readonly counts = new Int32Array(CLASSES);
  private total = 0;

  get size(): number {
    return this.total;
  }

  add(ms: number): void {
    const index = Math.floor(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / STEP);
    const inRange = Math.min(index, CLASSES - 1);
    this.counts[inRange] = (this.counts[inRange] ?? 0) + 1;
    this.total += 1;
  }

  /** The time within which this share of the requests was answered; `undefined` where there was none. */
  percentile(share: number): number | undefined {
    if (this.total === 0) {
      return undefined;
    }
    const wanted = share * this.total;
    let counted = 0;
    const index = this.counts.findIndex((count) => {
      counted += count;
      return counted >= wanted;
    });
    return LEAST_MS * Math.exp(STEP * (index + 0.5));
  }

  addAll(other: Histogram): void {
    other.counts.forEach((count, index) => {
      this.counts[index] = (this.counts[index] ?? 0) + count;
    });
    this.total += other.total;
  }
}
