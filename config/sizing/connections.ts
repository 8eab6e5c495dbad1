/**
 * Connections that one Odoo process really holds: request, a nested cursor, and the listener or the list of databases
 * on database `postgres` (Odoo source code, odoo/sql_db.py).
 */
const CONNECTIONS_PER_PROCESS = 3;

/** Connections of the websocket process; beyond it a websocket is told to try again later. */
export const GEVENT_CONNECTIONS = 32;

/** The watcher beside nginx on every web node, which notices at once when the database goes. */
const CONNECTIONS_PER_WATCHER = 1;

/** What keeps scheduled jobs from running during an upgrade holds a lock, and so a connection, for each cron process. */
const CONNECTIONS_PER_CRON_NODE = 1;

/** Room for what nobody counted, as a multiple. */
const MARGIN = 1.3;

/** Kept free for superusers, RDS itself, the database job, restore checks, the vital signs and an operator's psql. */
export const RESERVED_CONNECTIONS = 15;

/** Least `max_connections` of any environment, from the implementation guide. */
export const LEAST_MAX_CONNECTIONS = 200;

/** Connections by which `max_connections` grows. */
const STEP = 25;

/** Most that RDS for PostgreSQL grants by default however large the class; taken as what one writer can serve. */
export const MOST_CONNECTIONS = 5000;

/** `db_maxconn`: least that never starves a request, and most that is ever useful to one process. */
const LEAST_POOL = 4;
const MOST_POOL = 16;

/** Odoo's processes at their greatest number. */
export interface OdooProcesses {
  readonly nodesMin: number;
  readonly nodesMax: number;
  /** HTTP workers per node. */
  readonly workers: number;
  readonly cronWorkers: number;
}

/**
 * Connections needed, margin and reserve included: every node at maximum scale, or twice the steady number if that is
 * more, because a rolling deployment starts the new nodes before it stops the old ones.
 */
export function connectionsNeeded({ nodesMin, nodesMax, workers, cronWorkers }: OdooProcesses): number {
  const perNode = workers * CONNECTIONS_PER_PROCESS + GEVENT_CONNECTIONS + CONNECTIONS_PER_WATCHER;
  const nodes = Math.max(MARGIN * nodesMax, nodesMax === 1 ? 1 : 2 * nodesMin);
  const cron = MARGIN * (cronWorkers * CONNECTIONS_PER_PROCESS + CONNECTIONS_PER_CRON_NODE);
  return Math.ceil(nodes * perNode + cron) + RESERVED_CONNECTIONS;
}

/**
 * `max_connections`: the need, rounded up so that a few more users do not restart the database. In steps of 25, because
 * with 50 the last users of medium would pay for a larger class.
 */
export function maxConnectionsFor(needed: number): number {
  return Math.max(LEAST_MAX_CONNECTIONS, Math.ceil(needed / STEP) * STEP);
}

/**
 * `db_maxconn` of each Odoo process: the largest pool up to 16 with which even all pools filled at maximum scale stay
 * within `max_connections`.
 */
export function poolPerProcess(
  maxConnections: number,
  { nodesMax, workers, cronWorkers }: OdooProcesses,
): number {
  const perNode = GEVENT_CONNECTIONS + CONNECTIONS_PER_WATCHER;
  const available = maxConnections - RESERVED_CONNECTIONS - nodesMax * perNode - CONNECTIONS_PER_CRON_NODE;
  const pool = Math.floor(available / (nodesMax * workers + cronWorkers));
  return Math.min(MOST_POOL, Math.max(LEAST_POOL, pool));
}

/** Memory that RDS reckons for one connection in its own default of `max_connections`. */
const RDS_BYTES_PER_CONNECTION = 9_531_392;

/** Connections with which an RDS instance of so much memory is sure to start. */
export function mostRdsConnections(memoryMiB: number): number {
  return Math.floor((memoryMiB * 1024 ** 2) / RDS_BYTES_PER_CONNECTION);
}
