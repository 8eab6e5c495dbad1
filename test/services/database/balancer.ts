import { Agent, createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, ask, type Question, type RunningNode } from '../harness/running-node.ts';

const PROBE_EVERY_MS = 200;
/** Probes in a row that a target must fail, or pass, before its state changes. */
const PROBES = 2;

export interface BalancerProps {
  /** Probes in a row that a target must fail before it gets nothing more. @default 2 */
  readonly unhealthyAfter?: number;
}

/** A probe that was not answered with 200. */
export interface FailedProbe {
  /** Port of the target. */
  readonly port: number;
  /** Seconds since 1970. */
  readonly sent: number;
}

interface Target {
  readonly port: number;
  readonly agent: Agent;
  healthy: boolean;
  /** Answers still owed by the target. */
  busy: number;
  /** Probes in a row that contradicted `healthy`. */
  surprises: number;
}

/**
 * Spreads requests over nodes as an Application Load Balancer does: in turn, the same client to the same node while that
 * is healthy, probes on `/web/health`, a gateway error when a node hangs up, and no second try.
 */
export class Balancer {
  port = 0;
  readonly failedProbes: FailedProbe[] = [];
  private readonly unhealthyAfter: number;
  private readonly targets = new Map<number, Target>();
  private readonly server = createServer((incoming, outgoing) => this.forward(incoming, outgoing));
  private probing: Promise<void> | undefined;
  private next = 0;
  private over = false;

  constructor({ unhealthyAfter = PROBES }: BalancerProps = {}) {
    this.unhealthyAfter = unhealthyAfter;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the balancer listens on no port');
    this.port = address.port;
    this.probing = this.probe();
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.probing;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    for (const { agent } of this.targets.values()) agent.destroy();
  }

  /** Takes a node in; it gets requests once it is healthy. */
  async register({ port }: RunningNode): Promise<void> {
    const agent = new Agent({ keepAlive: true });
    this.targets.set(port, { port, agent, healthy: false, busy: 0, surprises: 0 });
    while (!this.targets.get(port)?.healthy) await sleep(20);
  }

  /** Gives a node nothing more, and resolves when it owes no answer. */
  async deregister({ port }: RunningNode): Promise<void> {
    const target = this.targets.get(port);
    this.targets.delete(port);
    if (!target) return;
    const owes = () => target.busy > 0;
    while (owes()) await sleep(20);
    target.agent.destroy();
  }

  /** How many nodes get requests. */
  get healthy(): number {
    return [...this.targets.values()].filter(({ healthy }) => healthy).length;
  }

  /** Sends one request through the balancer. */
  ask(path: string, question: Question = {}): Promise<Answer> {
    return ask(this.port, path, question);
  }

  private forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const target = this.choose(incoming);
    if (!target) {
      outgoing.writeHead(503).end();
      return;
    }
    target.busy += 1;
    outgoing.once('close', () => (target.busy -= 1));
    const onward = request({
      host: '127.0.0.1',
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...incoming.headers,
        'x-forwarded-for': incoming.headers['x-forwarded-for'] ?? '192.0.2.99',
        'x-forwarded-proto': 'https',
      },
      agent: target.agent,
    });
    const fail = () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { 'x-node': target.port }).end();
    };
    onward.on('error', fail);
    onward.on('response', (answer) => {
      const cookies = [...(answer.headers['set-cookie'] ?? []), `node=${target.port}; Path=/`];
      outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, 'set-cookie': cookies });
      answer.on('error', fail);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  }

  private choose({ headers }: IncomingMessage): Target | undefined {
    const stuck = /node=(\d+)/.exec(headers.cookie ?? '')?.[1];
    const healthy = [...this.targets.values()].filter((target) => target.healthy);
    this.next += 1;
    return healthy.find(({ port }) => port === Number(stuck)) ?? healthy[this.next % healthy.length];
  }

  private async probe(): Promise<void> {
    while (!this.over) {
      await Promise.all([...this.targets.values()].map((target) => this.look(target)));
      await sleep(PROBE_EVERY_MS);
    }
  }

  private async look(target: Target): Promise<void> {
    const sent = Date.now() / 1000;
    const passed = await new Promise<boolean>((resolve) => {
      const probe = request({ host: '127.0.0.1', port: target.port, path: '/web/health', timeout: 1000 });
      probe.on('response', (answer) => resolve(answer.resume().statusCode === 200));
      probe.on('timeout', () => probe.destroy(new Error('no answer')));
      probe.on('error', () => resolve(false));
      probe.end();
    });
    if (!passed) this.failedProbes.push({ port: target.port, sent });
    target.surprises = passed === target.healthy ? 0 : target.surprises + 1;
    if (target.surprises < (target.healthy ? this.unhealthyAfter : PROBES)) return;
    target.healthy = passed;
    target.surprises = 0;
  }
}
