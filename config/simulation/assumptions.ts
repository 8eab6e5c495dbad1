import type { Interference } from './interference.ts';
import type { NetworkWait } from './service.ts';

/*
 * What nobody has measured on AWS yet. Replace these by numbers of your own deployment; docs/capacity.md says how.
 */

/**
 * The share is measured: what was busy in six runs and was neither Odoo, PostgreSQL nor nginx, 6 to 9 % of the machine.
 * The length of a burst is calibrated: with 20 to 70 ms the simulation comes near all six runs, with shorter ones not.
 */
export const INTERFERENCE: Interference = { share: 0.07, burstMs: 50 };

/**
 * CPU time compared to the machine of the measurement, a vCPU of AMD EPYC. Assumed, and on the cautious side: Fargate
 * and t4g run on Graviton2 as a rule, whose cores are slower; m7g and r7g on Graviton3. x86_64 on Fargate and t3 are
 * whatever generation is at hand, two vCPU on one core.
 */
export function slownessOf(machine: string): number {
  return /^(db\.)?[cmr]7g\./.test(machine) ? 1 : 1.25;
}

/** A machine that AWS chooses, for {@link slownessOf}. */
export const FARGATE = 'Fargate';

/**
 * A round trip to a database in another Availability Zone, TLS included, and reading the session from a network file
 * system (opened, read, now and then written). Assumed.
 */
export const NETWORK_WAIT: NetworkWait = { roundTripMs: 0.8, filesMs: 5 };

/** From the decision to start a task until the load balancer sends it users: place, image, Odoo, two health checks. */
export const TASK_START_MS = 180_000;

/** `scaleOutCooldown` of the service. */
export const SCALE_OUT_COOLDOWN_MS = 120_000;

/** `deregistrationDelay` of the target group. */
export const DRAIN_MS = 90_000;

/** Four failed health checks, fifteen seconds apart: until the load balancer stops sending users to a lost node. */
export const DETECTION_MS = 60_000;

/** Failover of a Multi-AZ instance: "typically 60-120 seconds" (Amazon RDS user guide); the longer end. */
export const FAILOVER_MS = 120_000;

/** Stop and start of Odoo on the single server; 2 to 10 seconds were measured until it answered. */
export const RESTART_MS = 10_000;

/** A node's first requests; a cold page load took twice the CPU time of a warm one (215 and 107 ms, measured). */
export const COLDNESS = { requestsPerWorker: 20, factor: 2 };

/** How long it takes on a busy morning until everybody has logged in. */
export const MORNING_MS = 600_000;
