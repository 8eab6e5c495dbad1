import type { Environment, SizingMode } from '../environment.ts';

/** Concurrent users that one Odoo HTTP worker serves by the rule of thumb of Odoo's deployment guide. */
const USERS_PER_WORKER_RULE = 6;

/** The load that capacity is dimensioned and tested for, as a multiple of the expected one. */
export const TESTED_LOAD = 1.5;

/**
 * CPU-milliseconds of one request, by tier: mean of a mix of lists, forms, searches, writes and attachments measured on
 * Odoo 18.0 (November 2026). The higher of two series, taken on a busy machine: Odoo 12.7 and nginx 0.35, PostgreSQL
 * 5.0. A quiet machine needed 14 instead of 18 in total.
 */
const CPU_MS_PER_REQUEST = { app: 13.05, database: 5 } as const;

/**
 * What a worker waits for across the network in one request, in milliseconds: 17 statements to the database (Odoo 18.0,
 * mean of the same mix, counted in PostgreSQL's log, November 2026) of 0.8 ms between Availability Zones and 5 ms for
 * the session on a network file system, both assumed.
 */
const NETWORK_WAIT_MS = 17 * 0.8 + 5;

/** Assumed, not measured: requests that an active user's browser sends in a busy minute. */
export const PEAK_REQUESTS_PER_MINUTE = 30;

/** Share of the CPU that is planned for; response times climb steeply above 85 % (measured). */
export const TARGET_UTILISATION = 0.6;

/**
 * Share of the time that a worker is planned to be busy. At 150 % of the load it becomes three quarters; not far above
 * five sixths, nodes of four workers begin to refuse connections (simulated).
 */
export const WORKER_UTILISATION = 0.5;

/**
 * Odoo HTTP workers for each vCPU. Odoo's rule allows 2 x vCPU + 1 per node; the one that remains is left to nginx and
 * the websocket process. More workers do not help: on two cores five were 8 to 15 % slower than two or three (measured).
 */
export const WORKERS_PER_VCPU = 2;

/** How many people work at once, and how many Odoo workers that takes. */
export interface Workload {
  readonly concurrentUsers: number;
  readonly testedConcurrentUsers: number;
  /** Concurrent users that one worker is planned to serve. */
  readonly usersPerWorker: number;
  /** Concurrent users that one worker still serves when it must, with longer waits. */
  readonly usersPerWorkerAtMost: number;
  /** HTTP workers for the expected and for the tested load, all nodes together. */
  readonly workersExpected: number;
  readonly workersTested: number;
  /** vCPU that PostgreSQL needs for the tested load. */
  readonly databaseVcpu: number;
}

export function workloadOf(environment: Environment): Workload {
  const concurrentUsers = wholeUsers(environment.users * environment.concurrency);
  const testedConcurrentUsers = Math.ceil(TESTED_LOAD * concurrentUsers);
  const usersPerWorker = usersPerWorkerIn(environment.sizing);
  return {
    concurrentUsers,
    testedConcurrentUsers,
    usersPerWorker,
    usersPerWorkerAtMost: TESTED_LOAD * usersPerWorkerIn('measured'),
    workersExpected: Math.ceil(concurrentUsers / usersPerWorker),
    workersTested: Math.max(2, Math.ceil(testedConcurrentUsers / usersPerWorker)),
    databaseVcpu: testedConcurrentUsers / usersBusying(TARGET_UTILISATION, CPU_MS_PER_REQUEST.database),
  };
}

/** Concurrent users whose requests keep one vCPU or one worker busy for this share of the time. */
function usersBusying(share: number, msPerRequest: number): number {
  return (share * 60_000) / (PEAK_REQUESTS_PER_MINUTE * msPerRequest);
}

/**
 * A worker serves one request at a time, from its first byte to the last: it is as busy while it waits for the database
 * as while it computes, and workers run out before the CPU does. With the 45 users per worker that the CPU would carry,
 * 5 % of the simulated requests of 500 users took 7 seconds or more at 150 % of the load.
 */
function usersPerWorkerIn(sizing: SizingMode): number {
  const { app, database } = CPU_MS_PER_REQUEST;
  const byCpu = usersBusying(TARGET_UTILISATION, app) / WORKERS_PER_VCPU;
  const byTime = usersBusying(WORKER_UTILISATION, app + database + NETWORK_WAIT_MS);
  return sizing === 'reference' ? USERS_PER_WORKER_RULE : Math.floor(Math.min(byCpu, byTime));
}

/** Rounds up to whole people, but not because of the last bits of a product such as 0.07 x 100. */
function wholeUsers(product: number): number {
  return Math.max(1, Math.ceil(product - 1e-9));
}
