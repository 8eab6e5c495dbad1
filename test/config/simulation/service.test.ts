import { describe, expect, it } from 'vitest';
import { Autoscaling } from '../../../config/simulation/autoscaling.ts';
import { EventLoop } from '../../../config/simulation/event-loop.ts';
import { Random } from '../../../config/simulation/random.ts';
import { Recorder } from '../../../config/simulation/recorder.ts';
import { Service, type ServiceShape } from '../../../config/simulation/service.ts';

const quiet = { share: 0, burstMs: 1 };
const warm = { requestsPerWorker: 0, factor: 1 };

interface Sent {
  readonly answeredAt: number[];
  readonly failedAt: number[];
}

function serviceOf(changes: Partial<ServiceShape> = {}, coldness = warm) {
  const loop = new EventLoop();
  const recorder = new Recorder(0);
  const shape: ServiceShape = {
    nodes: 1,
    workersPerNode: 2,
    node: { vcpu: 2, slowness: 1 },
    zones: 3,
    interference: quiet,
    ...changes,
  };
  const service = new Service(loop, shape, coldness, new Random(1), recorder);
  const sent: Sent = { answeredAt: [], failedAt: [] };
  const send = (user: number, webMs: number, databaseMs = 0, statements = 1): void => {
    const sender = {
      answered: (now: number) => sent.answeredAt.push(Math.round(now)),
      failed: (now: number) => sent.failedAt.push(Math.round(now)),
    };
    service.send(user, { webMs, databaseMs, statements }, sender, loop.now);
  };
  return { loop, recorder, service, sent, send };
}

const apart: Partial<ServiceShape> = {
  database: { vcpu: 1, slowness: 1 },
  network: { roundTripMs: 1, filesMs: 5 },
};

describe('a node', () => {
  it('serves as many requests at a time as it has workers, the others in the order in which they came', () => {
    const { loop, sent, send } = serviceOf();
    for (const ms of [100, 100, 50, 10]) send(1, ms);
    loop.run(1000);
    expect(sent.answeredAt).toEqual([100, 100, 110, 150]);
  });

  it('keeps eight connections per worker in line; the kernel brings the next ones again after a second', () => {
    const { loop, sent, send } = serviceOf();
    for (let count = 0; count < 2 + 16 + 1; count += 1) send(1, 10);
    loop.run(10_000);
    expect(sent.answeredAt.slice(-2)).toEqual([90, 1010]);
  });

  it('fails what finds no place in the line for ten seconds', () => {
    const { loop, sent, send } = serviceOf();
    for (let count = 0; count < 2 + 16 + 1; count += 1) send(1, 20_000);
    loop.run(15_000);
    expect(sent.failedAt).toEqual([10_000]);
  });

  it('keeps a worker occupied while the network and the database take their time', () => {
    const { loop, sent, send } = serviceOf({ ...apart, workersPerNode: 1 });
    send(1, 10, 20, 15);
    send(2, 10, 20, 15);
    loop.run(1000);
    // 10 in Odoo, 15 statements and files for 20, 20 in PostgreSQL; the second waits for all of it.
    expect(sent.answeredAt).toEqual([50, 100]);
  });

  it('shares the database with the other nodes', () => {
    const { loop, sent, send } = serviceOf({ ...apart, nodes: 2 });
    send(1, 0, 100, 0);
    send(2, 0, 100, 0);
    loop.run(1000);
    expect(sent.answeredAt).toEqual([200, 200]);
  });
});

describe('the load balancer', () => {
  it('keeps a user on one node, and gives newcomers the idlest', () => {
    const { loop, service, send } = serviceOf({ nodes: 2 });
    for (let count = 0; count < 4; count += 1) send(1, 100);
    send(2, 100);
    const outstanding = service.nodes.map((node) => node.outstanding);
    expect([Math.min(...outstanding), Math.max(...outstanding)]).toEqual([1, 4]);
    loop.run(1000);
  });

  it('sends nobody to a node that starts before it is ready, and its first requests take longer', () => {
    const { loop, service, sent, send } = serviceOf({ nodes: 0 }, { requestsPerWorker: 1, factor: 2 });
    service.addNode(500);
    send(1, 10);
    loop.run(500);
    for (let count = 0; count < 3; count += 1) send(2, 10);
    loop.run(1000);
    expect(sent).toEqual({ answeredAt: [520, 520, 530], failedAt: [0] });
  });

  it('lets a node finish what it has when it is taken out', () => {
    const { loop, service, sent, send } = serviceOf({ nodes: 2 });
    for (let user = 0; user < 8; user += 1) send(user, 50);
    for (const node of service.nodesInService.slice(0, 1)) service.drain(node);
    for (let user = 0; user < 8; user += 1) send(user, 50);
    loop.run(5000);
    expect(sent.answeredAt).toHaveLength(16);
    expect(sent.failedAt).toEqual([]);
  });

  it('loses what is on a node that goes without a word, and what it sends there until it knows', () => {
    const { loop, service, sent, send } = serviceOf(apart);
    const [node] = service.nodesInService;
    for (let count = 0; count < 5; count += 1) send(1, 50, 50, 10);
    loop.run(60);
    node?.lose(loop.now);
    send(1, 50);
    loop.run(5000);
    expect({ answered: sent.answeredAt.length, failed: sent.failedAt.length }).toEqual({
      answered: 0,
      failed: 6,
    });
  });
});

describe('the database', () => {
  it('fails what it computes when it goes, and nothing reaches it until it is back', () => {
    const { loop, service, sent, send } = serviceOf(apart);
    send(1, 10, 100, 0);
    loop.when(50, (now) => service.stopDatabase(now));
    loop.when(60, () => send(2, 10, 10, 0));
    loop.when(70, () => service.resumeDatabase());
    loop.when(80, () => send(3, 10, 10, 0));
    loop.run(1000);
    expect(sent).toEqual({ answeredAt: [100], failedAt: [50, 60] });
  });
});

/** Users who keep all cores busy, one request after the other. */
function overloaded(nodes: number, nodesMax: number) {
  const { loop, service, send } = serviceOf({ nodes });
  const busy = (): void => {
    for (let user = 0; user < 2 * nodes; user += 1) send(user, 1000);
    loop.when(loop.now + 1000, busy);
  };
  busy();
  new Autoscaling(loop, service, { nodesMax, target: 0.6, cooldownMs: 120_000, startMs: 180_000 });
  return { loop, service };
}

describe('autoscaling', () => {
  it('takes three minutes above the target, one for the alarm and three to start', () => {
    const { loop, service } = overloaded(2, 8);
    loop.run(419_000);
    expect(service.nodesInService).toHaveLength(2);
    loop.run(421_000);
    // 100 % on two nodes are 50 % on four.
    expect(service.nodesInService).toHaveLength(4);
  });

  it('never goes beyond the greatest number of nodes', () => {
    const { loop, service } = overloaded(2, 3);
    loop.run(3_600_000);
    expect(service.nodesInService).toHaveLength(3);
  });

  it('leaves a service alone that is not busy', () => {
    const { loop, service } = serviceOf({ nodes: 2 });
    new Autoscaling(loop, service, { nodesMax: 8, target: 0.6, cooldownMs: 1000, startMs: 1000 });
    loop.run(3_600_000);
    expect(service.nodesInService).toHaveLength(2);
  });
});
