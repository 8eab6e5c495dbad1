import type { EventLoop, Timer } from './event-loop.ts';
import type { Computation, Machine } from './machine.ts';
import type { Customer, WebNode } from './node.ts';
import type { Demand } from './service-times.ts';

/** When the kernel tries a dropped connection again, counted from the first try (Linux: the pause doubles). */
const RETRIES_AFTER_MS: readonly number[] = [1000, 3000, 7000];

/** nginx gives up connecting to Odoo (`proxy_connect_timeout`). */
const CONNECT_TIMEOUT_MS = 10_000;

/** Who wants to know how a request ended. */
export interface Sender {
  answered(now: number): void;
  failed(now: number): void;
}

/** What a request finds beside its node. */
export interface Surroundings {
  readonly loop: EventLoop;
  /** Absent: on the node. */
  readonly database: Machine | undefined;
  /** Whether the database is known to be gone. */
  readonly databaseAway: boolean;
  /** How long a worker waits for answers from across the network. */
  networkWaitMs(demand: Demand): number;
  answered(request: Request, now: number): void;
  failed(now: number): void;
}

/**
 * One request on its way: a worker of Odoo takes it, computes, asks the database, and answers. In reality the parts of
 * Odoo and PostgreSQL alternate many times; here each comes once, with all its CPU time.
 */
export class Request implements Customer, Computation, Timer {
  readonly sentAt: number;
  /** Spent before a worker took it. */
  queuedMs = 0;
  private readonly service: Surroundings;
  private readonly node: WebNode;
  private readonly demand: Demand;
  private readonly sender: Sender;
  private tries = 0;
  private state: 'connecting' | 'in Odoo' | 'on the wire' | 'in PostgreSQL' = 'connecting';

  constructor(service: Surroundings, node: WebNode, demand: Demand, sender: Sender, now: number) {
    this.service = service;
    this.node = node;
    this.demand = demand;
    this.sender = sender;
    this.sentAt = now;
    node.outstanding += 1;
  }

  /** Connects to Odoo; where its line is full, the kernel tries again later. */
  connect(now: number): void {
    if (this.node.accept(now, this)) return;
    const retryAfterMs = RETRIES_AFTER_MS[this.tries];
    this.tries += 1;
    this.service.loop.at(this.sentAt + (retryAfterMs ?? CONNECT_TIMEOUT_MS), this);
  }

  due(now: number): void {
    if (this.node.lost) {
      this.fail(now);
    } else if (this.state === 'on the wire') {
      this.askDatabase(now);
    } else if (this.tries > RETRIES_AFTER_MS.length) {
      this.fail(now);
    } else {
      this.connect(now);
    }
  }

  served(now: number): void {
    this.state = 'in Odoo';
    this.queuedMs = now - this.sentAt;
    const { service, demand, node } = this;
    const alone = service.database === undefined;
    node.machine.compute(now, alone ? demand.webMs + demand.databaseMs : demand.webMs, this);
  }

  computed(now: number): void {
    if (this.node.lost) {
      this.fail(now);
    } else if (this.state === 'in Odoo' && this.service.database !== undefined) {
      this.state = 'on the wire';
      this.service.loop.at(now + this.service.networkWaitMs(this.demand), this);
    } else {
      this.node.outstanding -= 1;
      this.node.release(now);
      this.service.answered(this, now);
      this.sender.answered(now);
    }
  }

  /** Gets no answer, and gives its worker back if it had one. */
  fail(now: number): void {
    this.node.outstanding -= 1;
    if (this.state !== 'connecting') {
      this.node.release(now);
    }
    this.service.failed(now);
    this.sender.failed(now);
  }

  private askDatabase(now: number): void {
    const { database, databaseAway } = this.service;
    if (databaseAway || database === undefined) {
      this.fail(now);
      return;
    }
    this.state = 'in PostgreSQL';
    database.compute(now, this.demand.databaseMs, this);
  }
}
