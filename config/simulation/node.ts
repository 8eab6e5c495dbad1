import type { Machine } from './machine.ts';

/** Odoo listens with a queue of eight connections for each worker (source code, service/server.py). */
const BACKLOG_PER_WORKER = 8;

/** Who waits for a worker. */
export interface Customer {
  /** A worker is there. */
  served(now: number): void;
  /** There never will be one: the node is gone. */
  fail(now: number): void;
}

/** Odoo's processes on one machine: each serves one request at a time, and those that find none free wait in line. */
export class WebNode {
  readonly machine: Machine;
  readonly zone: number;
  /** Requests sent here and not answered yet: what the load balancer counts. */
  outstanding = 0;
  /** Gone without a word: whoever is served here gets no answer. */
  lost = false;
  private readonly workers: number;
  private busyWorkers = 0;
  private line: Customer[] = [];
  private first = 0;

  constructor(machine: Machine, workers: number, zone: number) {
    this.machine = machine;
    this.workers = workers;
    this.zone = zone;
  }

  /** Takes the request to a worker or into the line. Where the line is full, the kernel drops the connection: false. */
  accept(now: number, customer: Customer): boolean {
    if (this.busyWorkers < this.workers) {
      this.busyWorkers += 1;
      customer.served(now);
      return true;
    }
    if (this.line.length - this.first >= BACKLOG_PER_WORKER * this.workers) {
      return false;
    }
    this.line.push(customer);
    return true;
  }

  /** A worker is done and takes the next in line. */
  release(now: number): void {
    if (this.lost) return;
    const next = this.line[this.first];
    if (next === undefined) {
      this.busyWorkers -= 1;
      return;
    }
    this.first += 1;
    if (this.first > 1000) {
      this.line = this.line.slice(this.first);
      this.first = 0;
    }
    next.served(now);
  }

  /** The machine is gone, with everything on it. */
  lose(now: number): void {
    this.lost = true;
    this.machine.stop(now);
    for (const customer of this.line.splice(0).slice(this.first)) {
      customer.fail(now);
    }
  }
}
