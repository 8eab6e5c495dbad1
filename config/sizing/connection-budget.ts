import type { Environment } from '../environment.ts';
import {
  connectionsNeeded,
  LEAST_MAX_CONNECTIONS,
  maxConnectionsFor,
  MOST_CONNECTIONS,
  type OdooProcesses,
  RESERVED_CONNECTIONS,
} from './connections.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';

/** What Odoo may need at most, and what the database is set to. */
export interface ConnectionBudget {
  readonly needed: number;
  readonly maxConnections: number;
}

/** Sets `max_connections` so that Odoo at its greatest size fits, or says why it cannot. */
export function sizeConnections(environment: Environment, processes: OdooProcesses): Sized<ConnectionBudget> {
  const notes = new SizingNotes(environment);
  const override = environment.overrides.database?.maxConnections;
  const needed = notes.because(
    'database.connectionsNeeded',
    connectionsNeeded(processes),
    whatAddsUp(processes),
    sources.odooCode,
  );
  const maxConnections = notes.overridable(
    'database.maxConnections',
    { name: 'database.maxConnections', value: override },
    Math.min(MOST_CONNECTIONS, maxConnectionsFor(needed)),
    'the connections needed, rounded up to a multiple of 25 so that a few more users do not restart the database; at least 200',
    sources.guide,
  );
  if (override === undefined) {
    checkOneWriter(notes, environment, needed);
  } else {
    const least = Math.max(LEAST_MAX_CONNECTIONS, needed);
    notes.require(
      Number.isInteger(override) && override >= least && override <= MOST_CONNECTIONS,
      'overrides.database.maxConnections',
      override,
      `Odoo needs ${needed} connections at its greatest size, and the guide wants ${LEAST_MAX_CONNECTIONS}`,
      `${least} to ${MOST_CONNECTIONS}`,
      'raise it, or lower overrides.app.nodesMax or overrides.app.workers',
    );
  }
  return notes.sized({ needed, maxConnections });
}

function whatAddsUp({ nodesMax, workers, cronWorkers }: OdooProcesses): string {
  const nodes =
    nodesMax === 1
      ? 'one server'
      : `${nodesMax} nodes scaled out, or twice the steady number during a deployment,`;
  return (
    `${nodes} x (${workers} workers x 3 + 32 for websockets + 1 for the outage watcher) + ` +
    `${cronWorkers} cron workers x 3 + 1 for their gate, 30 % margin, ${RESERVED_CONNECTIONS} reserved for operators and jobs`
  );
}

function checkOneWriter(notes: SizingNotes, environment: Environment, needed: number): void {
  const { app } = environment.overrides;
  notes.require(
    needed <= MOST_CONNECTIONS,
    app === undefined ? 'users' : 'overrides.app',
    app ?? environment.users,
    `needs ${needed} database connections; one PostgreSQL writer takes ${MOST_CONNECTIONS}`,
    `what needs ${MOST_CONNECTIONS} connections or fewer`,
    app === undefined ? wayOut(environment) : 'lower nodesMin, nodesMax or workers',
  );
}

/** What to do when there are more users than one database serves. */
export function wayOut({ sizing }: Environment): string {
  const split = 'split the users into several environments, one per company group';
  return sizing === 'reference' ? `${split}, or try sizing "measured", which plans fewer workers` : split;
}
