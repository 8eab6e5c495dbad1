import type { WebNode } from './node.ts';
import type { Service } from './service.ts';

/** Reads how busy the nodes were since the last reading, as CloudWatch does for a service. */
export class Meter {
  private readonly service: Service;
  private busyMs = new Map<WebNode, number>();
  private readAt: number;

  constructor(service: Service, now: number) {
    this.service = service;
    this.readAt = now;
    this.read(now);
  }

  /** Mean share of CPU in use, over all nodes that compute now. */
  read(now: number): number {
    const elapsedMs = now - this.readAt;
    const readings = this.service.nodes
      .filter(({ lost }) => !lost)
      .map((node) => ({ node, busyMs: node.machine.busyUntil(now) }));
    const shares = readings.map(
      ({ node, busyMs }) =>
        (busyMs - (this.busyMs.get(node) ?? busyMs)) / (node.machine.vcpu * Math.max(1, elapsedMs)),
    );
    this.busyMs = new Map(readings.map(({ node, busyMs }) => [node, busyMs]));
    this.readAt = now;
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }
}
