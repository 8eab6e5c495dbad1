import { mostRdsConnections } from '../../config/sizing/connections.ts';
import type { DatabasePlan } from '../../config/sizing/plan.ts';

/** From this size on gp3 stripes over four volumes: IOPS and throughput may be named, and below it must not be. */
const STRIPED_FROM_GIB = 400;

/** PostgreSQL's own advice for the upper end; RDS itself gives 25 %. Beyond, with many connections, it does not start. */
const SHARED_BUFFERS_MAX_SHARE = 0.4;

const PAGE_BYTES = 8192;
const MIB = 1024 * 1024;

/**
 * What RDS would refuse, or accept and then not start with, as one sentence each. An instance that does not start after
 * a change of class or of a static parameter is an outage that a rollback does not end.
 */
export function problemsOf(database: DatabasePlan): string[] {
  return [...storageProblems(database), ...startProblems(database)];
}

function storageProblems({ storageGiB, storageMaxGiB, iops, throughputMiBps }: DatabasePlan): string[] {
  const problems: string[] = [];
  const named = iops !== undefined || throughputMiBps !== undefined;
  if (named && storageGiB < STRIPED_FROM_GIB) {
    problems.push(
      `IOPS and throughput cannot be chosen for ${storageGiB} GiB of gp3 storage, got ${iops} IOPS and ${throughputMiBps} MiB/s: leave both out, or take at least ${STRIPED_FROM_GIB} GiB`,
    );
  }
  // RDS rejects a limit that storage autoscaling could hardly use.
  const leastMaxPercent = iops === undefined ? 110 : 126;
  const leastMax = Math.ceil((storageGiB * leastMaxPercent) / 100);
  if (storageMaxGiB < leastMax) {
    problems.push(
      `storage of ${storageGiB} GiB must be allowed to grow to ${leastMax} GiB at least, got a limit of ${storageMaxGiB} GiB: raise the limit`,
    );
  }
  return problems;
}

function startProblems({ class: name, memoryMiB, parameters }: DatabasePlan): string[] {
  const problems: string[] = [];
  const memory = memoryMiB * MIB;
  const buffers = numberIn(parameters, 'shared_buffers') * PAGE_BYTES;
  const mostBuffers = memory * SHARED_BUFFERS_MAX_SHARE;
  if (buffers > mostBuffers) {
    problems.push(
      `shared_buffers of ${Math.round(buffers / MIB)} MiB may keep ${name} from starting: at most ${Math.round(mostBuffers / MIB)} MiB (${Math.floor(mostBuffers / PAGE_BYTES)} pages of 8 kB) of its ${memoryMiB} MiB, or a larger class`,
    );
  }
  const connections = numberIn(parameters, 'max_connections');
  const mostConnections = mostRdsConnections(memoryMiB);
  if (connections > mostConnections) {
    problems.push(
      `max_connections of ${connections} may keep ${name} from starting: at most ${mostConnections} with ${memoryMiB} MiB, or a larger class`,
    );
  }
  return problems;
}

/** 0 where it is left to RDS or given as a formula of the class's memory, which always fits. */
function numberIn(parameters: DatabasePlan['parameters'], name: string): number {
  const value = Number(parameters[name]);
  return Number.isFinite(value) ? value : 0;
}
