/** What PostgreSQL's memory settings come to on a server, in MiB. */
export interface PostgresMemory {
  readonly sharedBuffersMiB: number;
  readonly effectiveCacheSizeMiB: number;
  readonly maintenanceWorkMemMiB: number;
  readonly autovacuumWorkMemMiB: number;
  readonly workMemMiB: number;
}

/**
 * Private memory of a connection in MiB: 1.0 idle, 2.5 after using 150 tables (measured on PostgreSQL 17.10, November
 * 2026). Of the connections that are budgeted at least half are idle.
 */
const CONNECTION_MIB = 2;

/** `work_mem` in MiB: 16 instead of 4 halved heavy reports (measured). More than 64 was never tried. */
export const WANTED_WORK_MEM_MIB = 16;
const LEAST_WORK_MEM_MIB = 4;
const MOST_WORK_MEM_MIB = 64;

/** Autovacuum workers that the memory budget counts on; PostgreSQL's default. */
export const AUTOVACUUM_WORKERS = 3;

const STEP_MIB = 8;
const STEPS_OF_A_GIB = 1024 / STEP_MIB;

/**
 * Memory settings for a PostgreSQL that may use `memoryMiB`.
 *
 * Bound: shared buffers, one maintenance command, all autovacuum workers and every connection with one full `work_mem`
 * fit at the same time. A query may use `work_mem` several times, but of the three connections budgeted for each Odoo
 * process only one runs a query.
 *
 * @returns `undefined` if they do not fit even with the least `work_mem`.
 */
export function postgresMemory(memoryMiB: number, maxConnections: number): PostgresMemory | undefined {
  const sharedBuffersMiB = Math.floor(memoryMiB / 4);
  const maintenanceWorkMemMiB = Math.min(2048, Math.max(64, Math.floor(memoryMiB / 32)));
  const autovacuumWorkMemMiB = Math.floor(maintenanceWorkMemMiB / 8);
  const remainingMiB =
    memoryMiB - sharedBuffersMiB - maintenanceWorkMemMiB - AUTOVACUUM_WORKERS * autovacuumWorkMemMiB;
  const workMemMiB = Math.floor(remainingMiB / maxConnections) - CONNECTION_MIB;
  if (workMemMiB < LEAST_WORK_MEM_MIB) {
    return undefined;
  }
  return {
    sharedBuffersMiB,
    effectiveCacheSizeMiB: Math.floor((memoryMiB * 3) / 4),
    maintenanceWorkMemMiB,
    autovacuumWorkMemMiB,
    workMemMiB: Math.min(MOST_WORK_MEM_MIB, workMemMiB),
  };
}

/** Least memory in MiB, in steps of 8, in which so many connections fit with at least this `work_mem`. */
export function leastPostgresMemoryMiB(maxConnections: number, workMemMiB = LEAST_WORK_MEM_MIB): number {
  const fits = (steps: number): boolean =>
    (postgresMemory(steps * STEP_MIB, maxConnections)?.workMemMiB ?? 0) >= workMemMiB;
  let tooFew = Math.floor((maxConnections * workMemMiB) / STEP_MIB);
  let enough = 2 * tooFew + STEPS_OF_A_GIB;
  while (!fits(enough)) {
    enough *= 2;
  }
  while (enough - tooFew > 1) {
    const steps = Math.floor((tooFew + enough) / 2);
    if (fits(steps)) {
      enough = steps;
    } else {
      tooFew = steps;
    }
  }
  return enough * STEP_MIB;
}
