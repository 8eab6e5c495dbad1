import measured from '../data/odoo-service-times.json' with { type: 'json' };
import type { Random } from './random.ts';

/** A kind of request that was measured. */
export type RequestType = keyof typeof measured.types;

/** CPU time that one request asks for, in milliseconds of the measured machine. */
export interface Demand {
  /** nginx and Odoo. */
  readonly webMs: number;
  readonly databaseMs: number;
  /** What Odoo sends to PostgreSQL, one after the other. */
  readonly statements: number;
}

interface Samples {
  readonly cpuMs: readonly number[];
  /** Share of the CPU time that is PostgreSQL's, on average. */
  readonly databaseShare: number;
  readonly statements: number;
}

const samples = new Map<RequestType, Samples>(
  requestTypes().map((type) => {
    const { cpuMs, meanCpuMs, statements } = measured.types[type];
    const total = meanCpuMs.nginx + meanCpuMs.odoo + meanCpuMs.postgres;
    return [type, { cpuMs, databaseShare: meanCpuMs.postgres / total, statements }];
  }),
);

/** Every kind of request that was measured. */
export function requestTypes(): readonly RequestType[] {
  return Object.keys(measured.types).filter((type): type is RequestType => type in measured.types);
}

/** Kinds of requests in the measured mix, and how many of a hundred requests each is. */
export function measuredMix(): readonly { readonly type: RequestType; readonly percent: number }[] {
  const percents = new Map(Object.entries(measured.openLoop.percent));
  return requestTypes().flatMap((type) => {
    const percent = percents.get(type);
    return percent === undefined ? [] : [{ type, percent }];
  });
}

/** What one request of this kind asks for: one of the measured ones, drawn at random. */
export function drawDemand(type: RequestType, random: Random): Demand {
  const all = samplesOf(type);
  return divided(all, all.cpuMs[random.below(all.cpuMs.length)] ?? 0);
}

/** What such a request asks for on average. */
export function meanDemand(type: RequestType): Demand {
  const all = samplesOf(type);
  return divided(all, all.cpuMs.reduce((sum, ms) => sum + ms, 0) / all.cpuMs.length);
}

function divided({ databaseShare, statements }: Samples, cpuMs: number): Demand {
  return { webMs: cpuMs * (1 - databaseShare), databaseMs: cpuMs * databaseShare, statements };
}

function samplesOf(type: RequestType): Samples {
  const found = samples.get(type);
  if (found === undefined) {
    throw new Error(
      `no samples of requests of type "${type}"; add them to config/data/odoo-service-times.json`,
    );
  }
  return found;
}
