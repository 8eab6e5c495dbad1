import type { Plan } from '../sizing/plan.ts';
import { TESTED_LOAD } from '../sizing/workload.ts';
import {
  COLDNESS,
  DETECTION_MS,
  DRAIN_MS,
  FAILOVER_MS,
  MORNING_MS,
  RESTART_MS,
  SCALE_OUT_COOLDOWN_MS,
  TASK_START_MS,
} from './assumptions.ts';
import { Autoscaling } from './autoscaling.ts';
import { EventLoop } from './event-loop.ts';
import { Meter } from './meter.ts';
import { Random } from './random.ts';
import { Recorder } from './recorder.ts';
import { Service } from './service.ts';
import { shapeOf } from './shape.ts';
import { Traffic } from './traffic.ts';

const MINUTE_MS = 60_000;
const METER_MS = 10_000;
/** Empty queues fill within seconds. */
const WARM_UP_MS = 30_000;
const OBSERVED_MS = 5 * MINUTE_MS;
/** When the zone is lost or the deployment begins, and how long it is looked at from there. */
const EVENT_AT_MS = MINUTE_MS;
const AFTERMATH_MS = 6 * MINUTE_MS;

/** `declared`: the expected load. `headroom`: 150 % of it, all of whom come within ten minutes in the morning. */
export const scenarioNames = ['declared', 'headroom', 'az-loss', 'rolling'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** What one run of a scenario has shown. */
export interface Observation {
  readonly recorder: Recorder;
  /** Share of CPU in use during the observation, from 0 to 1. */
  readonly web: number;
  /** The same of the database; of the one server where it has no machine of its own. */
  readonly database: number;
  /** Nodes in service at the end. */
  readonly nodes: number;
}

interface Scenario {
  /** Users at work, as a multiple of those expected. */
  readonly load: number;
  readonly observedFrom: number;
  readonly observedMs: number;
  /** They come one by one within this time, instead of being there from the beginning. */
  readonly morningMs?: number;
  /** Happens at {@link EVENT_AT_MS}. */
  readonly event?: (run: Run) => void;
}

interface Run {
  readonly plan: Plan;
  readonly loop: EventLoop;
  readonly service: Service;
}

const aroundEvent = { observedFrom: WARM_UP_MS, observedMs: EVENT_AT_MS - WARM_UP_MS + AFTERMATH_MS };

const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  declared: { load: 1, observedFrom: WARM_UP_MS, observedMs: OBSERVED_MS },
  headroom: {
    load: TESTED_LOAD,
    observedFrom: MORNING_MS,
    observedMs: OBSERVED_MS,
    morningMs: MORNING_MS,
  },
  'az-loss': { load: 1, ...aroundEvent, event: loseZone },
  rolling: { load: 1, ...aroundEvent, event: deploy },
};

/** Users at work, as a multiple of those expected. */
export function loadOf(name: ScenarioName): number {
  return scenarios[name].load;
}

/** Runs a scenario once. The same plan and seed give the same observation. */
export function observe(plan: Plan, name: ScenarioName, seed: number): Observation {
  const { load, observedFrom, observedMs, morningMs, event } = scenarios[name];
  const random = new Random(seed);
  const loop = new EventLoop();
  const recorder = new Recorder(observedFrom);
  const service = new Service(loop, shapeOf(plan), COLDNESS, random, recorder);
  if (plan.server === undefined) {
    new Autoscaling(loop, service, {
      nodesMax: plan.app.nodesMax,
      target: plan.app.targetCpuPercent / 100,
      cooldownMs: SCALE_OUT_COOLDOWN_MS,
      startMs: TASK_START_MS,
    });
  }
  const users = Math.ceil(load * plan.concurrentUsers);
  const traffic = new Traffic(loop, service, random, morningMs === undefined ? users : 0);
  if (morningMs !== undefined) {
    traffic.bring(users, morningMs);
  }
  if (event !== undefined) {
    loop.when(EVENT_AT_MS, () => event({ plan, loop, service }));
  }
  loop.run(observedFrom);
  return { recorder, ...watch(loop, service, observedMs), nodes: service.nodesInService.length };
}

/** Runs on and looks at the machines meanwhile. */
function watch(loop: EventLoop, service: Service, durationMs: number): Pick<Observation, 'web' | 'database'> {
  const meter = new Meter(service, loop.now);
  const busyBefore = service.database?.busyUntil(loop.now) ?? 0;
  const until = loop.now + durationMs;
  const shares: number[] = [];
  while (loop.now < until) {
    loop.run(Math.min(until, loop.now + METER_MS));
    shares.push(meter.read(loop.now));
  }
  const web = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const { database } = service;
  return {
    web,
    database:
      database === undefined ? web : (database.busyUntil(until) - busyBefore) / (database.vcpu * durationMs),
  };
}

/**
 * The zone with the most nodes and the database is lost. Until the load balancer has noticed, it keeps sending users to
 * nodes that are gone; the watchers on the others answer 503 until the standby has taken over. Without a standby, or
 * with everything on one server, nothing is served any more: what follows is a restore, and not simulated.
 */
function loseZone({ plan, loop, service }: Run): void {
  const lost = service.nodes.filter(({ zone }) => zone === 0);
  for (const node of lost) {
    node.lose(loop.now);
  }
  loop.when(loop.now + DETECTION_MS, (now) => {
    for (const node of lost) {
      service.removeNode(node);
      if (plan.server === undefined) service.addNode(now + TASK_START_MS);
    }
  });
  service.stopDatabase(loop.now);
  if (plan.database.multiAz) {
    loop.when(loop.now + FAILOVER_MS, () => service.resumeDatabase());
  }
}

/** New nodes start beside the old ones; each old one goes when a new one serves. The single server restarts Odoo. */
function deploy({ plan, loop, service }: Run): void {
  if (plan.server !== undefined) {
    service.stopDatabase(loop.now);
    loop.when(loop.now + RESTART_MS, () => service.resumeDatabase());
    return;
  }
  for (const old of service.nodesInService) {
    service.addNode(loop.now + TASK_START_MS, () => {
      service.drain(old);
      loop.when(loop.now + DRAIN_MS, () => service.removeNode(old));
    });
  }
}
