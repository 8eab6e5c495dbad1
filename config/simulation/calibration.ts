import { INTERFERENCE } from './assumptions.ts';
import { EventLoop } from './event-loop.ts';
import type { Interference } from './interference.ts';
import { openLoop } from './measurement.ts';
import { Meter } from './meter.ts';
import { Random } from './random.ts';
import { Recorder } from './recorder.ts';
import type { Sender } from './request.ts';
import { Service } from './service.ts';
import { drawDemand, meanDemand, measuredMix, type RequestType } from './service-times.ts';

/** A run of the measurement beside the same run simulated. Times in milliseconds, shares from 0 to 1. */
export interface Comparison {
  readonly requestsPerSecond: number;
  readonly measured: { readonly busy: number; readonly p50: number; readonly p95: number };
  readonly simulated: { readonly busy: number; readonly p50: number; readonly p95: number };
}

/** Long enough for percentiles that do not move: the measured runs had 16 seconds, and chance in them. */
const SIMULATED_MS = 600_000;
const WARM_UP_MS = 10_000;

const mix: readonly RequestType[] = measuredMix().flatMap(({ type, percent }) =>
  Array.from({ length: percent }, () => type),
);

const nobody: Sender = { answered: () => undefined, failed: () => undefined };

/**
 * Simulates every measured run: the same machine, workers, arrivals and CPU time per request, one set of parameters for
 * all of them.
 */
export function compareWithMeasurement(interference: Interference = INTERFERENCE): readonly Comparison[] {
  return openLoop.points.map((point) => {
    const { requestsPerSecond, busy, cpuMs, measuredMs } = point;
    const slowness = cpuMs.service / meanCpuMs();
    return {
      requestsPerSecond,
      measured: { busy, ...measuredMs },
      simulated: simulateRun(requestsPerSecond, slowness, interference),
    };
  });
}

function simulateRun(
  requestsPerSecond: number,
  slowness: number,
  interference: Interference,
): Comparison['simulated'] {
  const { cores, workers } = openLoop;
  const random = new Random(1);
  const loop = new EventLoop();
  const recorder = new Recorder(WARM_UP_MS);
  const shape = {
    nodes: 1,
    workersPerNode: workers,
    node: { vcpu: cores, slowness },
    zones: 1,
    interference,
  };
  const service = new Service(loop, shape, { requestsPerWorker: 0, factor: 1 }, random, recorder);
  const arrive = (now: number): void => {
    const type = mix[random.below(mix.length)];
    if (type !== undefined) service.send(0, drawDemand(type, random), nobody, now);
    loop.when(now + random.exponential(1000 / requestsPerSecond), arrive);
  };
  loop.when(0, arrive);
  loop.run(WARM_UP_MS);
  const meter = new Meter(service, loop.now);
  loop.run(WARM_UP_MS + SIMULATED_MS);
  return {
    busy: meter.read(loop.now),
    p50: recorder.times.percentile(0.5) ?? Infinity,
    p95: recorder.times.percentile(0.95) ?? Infinity,
  };
}

/** CPU time of a request of the mix, as the samples have it. */
function meanCpuMs(): number {
  const demands = mix.map(meanDemand);
  return demands.reduce((sum, { webMs, databaseMs }) => sum + webMs + databaseMs, 0) / mix.length;
}
