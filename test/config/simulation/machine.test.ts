import { describe, expect, it } from 'vitest';
import { EventLoop } from '../../../config/simulation/event-loop.ts';
import { type Computation, Machine } from '../../../config/simulation/machine.ts';

/** Writes down when each computation ended, and which were lost. */
class Log {
  readonly ended: Record<string, number> = {};
  readonly lost: string[] = [];

  of(name: string): Computation {
    return {
      computed: (now) => {
        this.ended[name] = Math.round(now * 1000) / 1000;
      },
      fail: () => {
        this.lost.push(name);
      },
    };
  }
}

function machineOf(cores: number, slowness = 1): { loop: EventLoop; machine: Machine; log: Log } {
  const loop = new EventLoop();
  const machine = new Machine(cores, slowness, 0);
  loop.add(machine);
  return { loop, machine, log: new Log() };
}

describe('a machine', () => {
  it('gives each computation a core of its own while there are enough', () => {
    const { loop, machine, log } = machineOf(2);
    machine.compute(0, 10, log.of('a'));
    machine.compute(0, 30, log.of('b'));
    loop.run(100);
    expect(log.ended).toEqual({ a: 10, b: 30 });
  });

  it('shares its cores evenly when there are not', () => {
    const { loop, machine, log } = machineOf(1);
    machine.compute(0, 10, log.of('a'));
    machine.compute(0, 20, log.of('b'));
    loop.run(100);
    // Half a core each until a is done at 20, then b has what is left to itself.
    expect(log.ended).toEqual({ a: 20, b: 30 });
  });

  it('lets those who come later share from then on', () => {
    const { loop, machine, log } = machineOf(1);
    machine.compute(0, 10, log.of('a'));
    loop.when(5, (now) => machine.compute(now, 10, log.of('b')));
    loop.run(100);
    expect(log.ended).toEqual({ a: 15, b: 20 });
  });

  it('is slower by its factor', () => {
    const { loop, machine, log } = machineOf(1, 1.25);
    machine.compute(0, 10, log.of('a'));
    loop.run(100);
    expect(log.ended).toEqual({ a: 12.5 });
  });

  it('computes less while something else takes its cores', () => {
    const { loop, machine, log } = machineOf(2);
    machine.compute(0, 10, log.of('a'));
    machine.compute(0, 10, log.of('b'));
    machine.take(0, 1);
    loop.when(8, (now) => machine.take(now, 0));
    loop.run(100);
    expect(log.ended).toEqual({ a: 14, b: 14 });
  });

  it('counts what is in use, by whomever', () => {
    const { loop, machine, log } = machineOf(2);
    machine.compute(0, 10, log.of('a'));
    machine.take(0, 1);
    loop.run(20);
    expect(machine.busyUntil(20)).toBeCloseTo(30);
  });

  it('loses everything when it stops', () => {
    const { loop, machine, log } = machineOf(1);
    machine.compute(0, 10, log.of('a'));
    machine.compute(0, 10, log.of('b'));
    machine.stop(5);
    loop.run(100);
    expect({ ended: log.ended, lost: log.lost.toSorted() }).toEqual({ ended: {}, lost: ['a', 'b'] });
  });
});
