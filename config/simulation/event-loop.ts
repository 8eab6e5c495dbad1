import { Heap } from './heap.ts';
import type { Machine } from './machine.ts';

/** Something that happens at a time of its own. */
export interface Timer {
  due(now: number): void;
}

/** Simulated time, in milliseconds: jumps from one event to the next. */
export class EventLoop {
  now = 0;
  private readonly timers = new Heap<Timer>();
  private readonly machines: Machine[] = [];

  at(time: number, timer: Timer): void {
    this.timers.push(time, timer);
  }

  /** Calls `due` at that time, once. */
  when(time: number, due: (now: number) => void): void {
    this.at(time, { due });
  }

  add(machine: Machine): void {
    this.machines.push(machine);
  }

  remove(machine: Machine): void {
    this.machines.splice(this.machines.indexOf(machine), 1);
  }

  run(until: number): void {
    for (;;) {
      let next = this.timers.least;
      let machine: Machine | undefined;
      // A heap of machines would cost more: every arrival moves the end of all computations on its machine.
      for (const candidate of this.machines) {
        if (candidate.nextEnd < next) {
          next = candidate.nextEnd;
          machine = candidate;
        }
      }
      if (next > until) break;
      this.now = next;
      if (machine === undefined) {
        this.timers.pop()?.due(next);
      } else {
        machine.endNext(next);
      }
    }
    this.now = until;
  }
}
