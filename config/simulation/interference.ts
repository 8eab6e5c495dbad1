import type { EventLoop, Timer } from './event-loop.ts';
import type { Machine } from './machine.ts';
import type { Random } from './random.ts';

/**
 * What else computes on a machine, and how unevenly.
 *
 * A machine never belongs to requests alone: kernel, agents, autovacuum, checkpoints, garbage collection, neighbours.
 * Spread evenly they would cost a few percent and nobody would notice; coming in bursts, they make requests wait, which
 * is why models with nothing but requests in them promise better times than are measured.
 */
export interface Interference {
  /** Share of the machine's cores that it takes on average. */
  readonly share: number;
  /** Mean length of a burst in milliseconds. */
  readonly burstMs: number;
}

/** Part of the cores that a burst takes: one of two, as on the measured machine. Larger ones are assumed no better. */
const BURST_WIDTH = 0.5;

/** Takes cores away from a machine now and then, from now on. */
export function disturb(
  loop: EventLoop,
  machine: Machine,
  { share, burstMs }: Interference,
  random: Random,
): void {
  if (share === 0) return;
  const pauseMs = burstMs * (BURST_WIDTH / share - 1);
  let taking = false;
  const timer: Timer = {
    due(now) {
      taking = !taking;
      machine.take(now, taking ? machine.vcpu * BURST_WIDTH : 0);
      loop.at(now + random.exponential(taking ? burstMs : pauseMs), timer);
    },
  };
  loop.at(loop.now + random.exponential(pauseMs), timer);
}
