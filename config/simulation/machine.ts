import { Heap } from './heap.ts';

/** What a machine computes for. */
export interface Computation {
  /** The CPU time that was asked for has been given. */
  computed(now: number): void;
  /** It never will be: the machine is gone. */
  fail(now: number): void;
}

/**
 * A machine whose cores are shared by all that computes on it, each thread on one core at most, as the kernel's
 * scheduler does. All times in milliseconds.
 *
 * Everybody who computes progresses at the same rate, so one clock of progress suffices: a computation ends when that
 * clock has advanced by its CPU time.
 */
export class Machine {
  /** When the next computation ends, if nothing else happens until then. */
  nextEnd = Infinity;
  private readonly cores: number;
  private readonly slowness: number;
  private readonly running = new Heap<Computation>();
  private progress = 0;
  private rate = 1;
  private takenCores = 0;
  private updated: number;
  private busyMs = 0;

  /**
   * @param cores - vCPU.
   * @param slowness - CPU time of a computation here, as a multiple of that on the machine of the measurement.
   * @param now - when it starts.
   */
  constructor(cores: number, slowness: number, now: number) {
    this.cores = cores;
    this.slowness = slowness;
    this.updated = now;
  }

  /** Begins to compute for `cpuMs` of the measured machine. */
  compute(now: number, cpuMs: number, computation: Computation): void {
    this.advance(now);
    this.running.push(this.progress + cpuMs * this.slowness, computation);
    this.reschedule(now);
  }

  /** Ends the computation that is due. */
  endNext(now: number): void {
    this.advance(now);
    const computation = this.running.pop();
    this.reschedule(now);
    computation?.computed(now);
  }

  /** Something else takes so many cores from now on. */
  take(now: number, cores: number): void {
    this.advance(now);
    this.takenCores = cores;
    this.reschedule(now);
  }

  /** Everything that was computed is lost. */
  stop(now: number): void {
    this.advance(now);
    const lost = this.running.drain();
    this.reschedule(now);
    for (const computation of lost) {
      computation.fail(now);
    }
  }

  /** Core-milliseconds in use until now, whatever for. */
  busyUntil(now: number): number {
    this.advance(now);
    return this.busyMs;
  }

  get vcpu(): number {
    return this.cores;
  }

  private advance(now: number): void {
    const elapsed = now - this.updated;
    if (elapsed > 0) {
      this.progress += elapsed * this.rate;
      this.busyMs += elapsed * (this.takenCores + Math.min(this.running.size, this.cores - this.takenCores));
      this.updated = now;
    }
  }

  private reschedule(now: number): void {
    const { size, least } = this.running;
    this.rate = size === 0 ? 1 : Math.min(1, (this.cores - this.takenCores) / size);
    this.nextEnd = size === 0 ? Infinity : now + Math.max(0, least - this.progress) / this.rate;
  }
}
