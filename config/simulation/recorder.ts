import { Histogram } from './histogram.ts';

const MINUTE_MS = 60_000;

/** What became of requests: all of them minute by minute, and those within the time of observation together. */
export class Recorder {
  readonly times = new Histogram();
  errors = 0;
  /** Sum of what requests spent before a worker took them. */
  queuedMs = 0;
  private readonly minutes: Histogram[] = [];
  private readonly from: number;

  /** @param from - when the observation begins, in milliseconds of simulated time. */
  constructor(from: number) {
    this.from = from;
  }

  answered(now: number, tookMs: number, queuedMs: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    (this.minutes[minute] ??= new Histogram()).add(tookMs);
    if (now < this.from) return;
    this.times.add(tookMs);
    this.queuedMs += queuedMs;
  }

  failed(now: number): void {
    if (now >= this.from) this.errors += 1;
  }

  /** Time within which this share of the requests was answered, minute by minute; empty minutes are left out. */
  percentileByMinute(share: number): readonly number[] {
    return this.minutes.flatMap((minute) => minute.percentile(share) ?? []);
  }
}
