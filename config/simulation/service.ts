import type { EventLoop } from './event-loop.ts';
import { disturb, type Interference } from './interference.ts';
import { Machine } from './machine.ts';
import { WebNode } from './node.ts';
import { answerBeyondCpuMs } from './measurement.ts';
import type { Random } from './random.ts';
import type { Recorder } from './recorder.ts';
import { Request, type Sender, type Surroundings } from './request.ts';
import type { Demand } from './service-times.ts';

/** Size of what serves users. */
export interface ServiceShape {
  /** Nodes at the beginning. */
  readonly nodes: number;
  readonly workersPerNode: number;
  readonly node: MachineShape;
  /** Absent: on the one node. */
  readonly database?: MachineShape;
  readonly zones: number;
  /** What a worker waits for where database and files are across the network. */
  readonly network?: NetworkWait;
  readonly interference: Interference;
}

/** In milliseconds. */
export interface NetworkWait {
  /** Round trip to the database, for each statement. */
  readonly roundTripMs: number;
  /** Session and files, for each request. */
  readonly filesMs: number;
}

export interface MachineShape {
  readonly vcpu: number;
  /** CPU time of a request there, as a multiple of that on the machine of the measurement. */
  readonly slowness: number;
}

/** A fresh node answers its first requests more slowly: so many for each worker, and so many times the CPU time. */
interface Coldness {
  readonly requestsPerWorker: number;
  readonly factor: number;
}

/** Load balancer, nodes of Odoo and the database. */
export class Service implements Surroundings {
  readonly loop: EventLoop;
  readonly database: Machine | undefined;
  /** Whether the watchers know that the database is gone: nothing reaches Odoo meanwhile. */
  databaseAway = false;
  /** Nodes that the load balancer sends new users to. */
  private inService: readonly WebNode[] = [];
  /** Nodes that compute, those on their way in or out included. */
  private running: readonly WebNode[] = [];
  private readonly coldRequests = new Map<WebNode, number>();
  private readonly home: (WebNode | undefined)[] = [];
  private readonly shape: ServiceShape;
  private readonly random: Random;
  private readonly recorder: Recorder;
  private readonly coldness: Coldness;
  private started = 0;

  constructor(loop: EventLoop, shape: ServiceShape, coldness: Coldness, random: Random, recorder: Recorder) {
    this.loop = loop;
    this.shape = shape;
    this.coldness = coldness;
    this.random = random;
    this.recorder = recorder;
    this.database = shape.database && this.startMachine(shape.database);
    for (let count = 0; count < shape.nodes; count += 1) {
      this.inService = [...this.inService, this.startNode()];
    }
  }

  /** Sends a request of this user, who stays with the node that served the last one. */
  send(user: number, demand: Demand, sender: Sender, now: number): void {
    const node = this.nodeOf(user);
    if (this.databaseAway || node === undefined || node.lost) {
      this.failed(now);
      sender.failed(now);
      return;
    }
    new Request(this, node, this.warmedUp(node, demand), sender, now).connect(now);
  }

  answered({ sentAt, queuedMs }: Request, now: number): void {
    this.recorder.answered(now, now - sentAt + answerBeyondCpuMs, queuedMs);
  }

  failed(now: number): void {
    this.recorder.failed(now);
  }

  networkWaitMs({ statements }: Demand): number {
    const { network } = this.shape;
    // A request without a statement is a file that nginx keeps.
    return network === undefined || statements === 0 ? 0 : statements * network.roundTripMs + network.filesMs;
  }

  get nodes(): readonly WebNode[] {
    return this.running;
  }

  get nodesInService(): readonly WebNode[] {
    return this.inService;
  }

  /** Whatever the database computes is lost, and nothing else reaches it. */
  stopDatabase(now: number): void {
    this.databaseAway = true;
    this.database?.stop(now);
  }

  resumeDatabase(): void {
    this.databaseAway = false;
  }

  /** Starts a node; it serves from `readyAt` on. */
  addNode(readyAt: number, ready: () => void = () => undefined): void {
    this.loop.when(readyAt, () => {
      const node = this.startNode();
      this.coldRequests.set(node, this.coldness.requestsPerWorker * this.shape.workersPerNode);
      this.inService = [...this.inService, node];
      ready();
    });
  }

  /** No new request reaches this node; what is on it is finished. */
  drain(node: WebNode): void {
    this.inService = this.inService.filter((other) => other !== node);
  }

  /** The node is no more. */
  removeNode(node: WebNode): void {
    this.drain(node);
    this.running = this.running.filter((other) => other !== node);
    this.loop.remove(node.machine);
  }

  private startNode(): WebNode {
    const machine = this.startMachine(this.shape.node);
    const node = new WebNode(machine, this.shape.workersPerNode, this.started % this.shape.zones);
    this.started += 1;
    this.running = [...this.running, node];
    return node;
  }

  private startMachine({ vcpu, slowness }: MachineShape): Machine {
    const machine = new Machine(vcpu, slowness, this.loop.now);
    this.loop.add(machine);
    disturb(this.loop, machine, this.shape.interference, this.random);
    return machine;
  }

  /** The node of the user's sticky cookie, or where that is gone, the one with the fewest unanswered requests. */
  private nodeOf(user: number): WebNode | undefined {
    const home = this.home[user];
    if (home !== undefined && this.inService.includes(home)) {
      return home;
    }
    let idlest = this.inService[0];
    let candidates = 1;
    for (const node of this.inService.slice(1)) {
      if (idlest === undefined || node.outstanding < idlest.outstanding) {
        idlest = node;
        candidates = 1;
      } else if (node.outstanding === idlest.outstanding) {
        candidates += 1;
        // Equal ones in equal shares, or a quiet service would send everybody to its first node.
        if (this.random.below(candidates) === 0) idlest = node;
      }
    }
    this.home[user] = idlest;
    return idlest;
  }

  private warmedUp(node: WebNode, demand: Demand): Demand {
    const cold = this.coldRequests.get(node);
    if (cold === undefined) {
      return demand;
    }
    if (cold === 1) {
      this.coldRequests.delete(node);
    } else {
      this.coldRequests.set(node, cold - 1);
    }
    return { ...demand, webMs: demand.webMs * this.coldness.factor };
  }
}
