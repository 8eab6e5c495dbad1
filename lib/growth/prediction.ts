import type { Received } from '../release/job-report.ts';
import type { ServerStatus } from './cloud.ts';

/** Seconds of the parts of a growth in which nobody can work. */
export interface Downtime {
  readonly handOver: number;
  readonly move: number;
  readonly serve: number;
  readonly switch: number;
}

const GIGABYTE = 1e9;

/** Odoo's units give running requests this long to end (systemd/odoo-web.service). */
const STOP_SECONDS = 60;

/** Dump and count per GB of database, measured in November 2026: docs/growth.md. */
const SAVE_SECONDS_PER_GB = 22;

/** Until the task of the database job runs: Fargate, and the image. Estimated. */
const TASK_START_SECONDS = 90;

/** CloudFormation, the database job's look at what it finds, and two ECS services until they are healthy. Estimated. */
const SERVE_SECONDS = 600;

/** An update of one record, and the minute for which resolvers remember the old one. */
const SWITCH_SECONDS = 120;

/**
 * What users will have to wait for: the server's part by its size, the move as the rehearsal has just shown it.
 *
 * @param rehearsal - of a nightly dump of the same database
 */
export function predictDowntime(server: ServerStatus, { seconds }: Received): Downtime {
  const rehearsed = Object.values(seconds ?? {}).reduce((sum, each) => sum + each, 0);
  return {
    handOver: handOverSeconds(server),
    move: Math.round(TASK_START_SECONDS + rehearsed),
    serve: SERVE_SECONDS,
    switch: SWITCH_SECONDS,
  };
}

/** What the single server needs to stop Odoo and to save everything, by its size. */
export function handOverSeconds({ databaseBytes }: ServerStatus): number {
  return Math.round(STOP_SECONDS + (databaseBytes / GIGABYTE) * SAVE_SECONDS_PER_GB);
}

/** For example `19 minutes (hand over 2, move 3, serve 10, switch 2, each rounded up)`. */
export function describeDowntime(downtime: Downtime): string {
  const total = minutes(Object.values(downtime).reduce((sum, each) => sum + each, 0));
  const parts = [
    `hand over ${minutes(downtime.handOver)}`,
    `move ${minutes(downtime.move)}`,
    `serve ${minutes(downtime.serve)}`,
    `switch ${minutes(downtime.switch)}`,
  ];
  return `${total} minutes (${parts.join(', ')}; each rounded up)`;
}

function minutes(seconds: number): number {
  return Math.ceil(seconds / 60);
}
