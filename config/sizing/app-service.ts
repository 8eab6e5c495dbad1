import type { Environment } from '../environment.ts';
import { FARGATE_VCPUS, fargateMemoryMiB, fargateSizesInWords, isFargateSize } from './fargate.ts';
import { floorsOf } from './floors.ts';
import { GEVENT_PROCESSES, taskMemoryMiB, vcpuForWorkers, workersAllowedOn } from './odoo-workers.ts';
import type { AppPlan, Tier } from './plan.ts';
import { zonesOf } from './network.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';
import { type Workload, WORKERS_PER_VCPU } from './workload.ts';

/** Size of the ECS service that serves users. */
export type AppServiceSize = Pick<AppPlan, 'nodesMin' | 'nodesMax' | 'vcpu' | 'memoryMiB' | 'workers'>;

/** Architectures in which Odoo runs as a service. */
export type ServiceTier = Exclude<Tier, 'small'>;

/**
 * From how many nodes on larger ones are taken instead: medium is one or two nodes by design; in large, eight keep the
 * loss of one below a third of the capacity, and more would cost connections (each node has a websocket process).
 */
const MOST_NODES: Readonly<Record<ServiceTier, number>> = { medium: 2, large: 8 };

/**
 * Least workers of a node. Large has three: with two, one heavy report blocks half a node, and the 95th percentile with
 * reports was 232 instead of 162 ms (measured on two cores).
 */
const LEAST_WORKERS: Readonly<Record<ServiceTier, number>> = { medium: 2, large: 3 };

/** Memory per vCPU in GiB that the guide's sizes amount to: 8 GiB for 4 vCPU in medium, 32 GiB for 8 in large. */
const REFERENCE_GIB_PER_VCPU: Readonly<Record<ServiceTier, number>> = { medium: 2, large: 4 };

/**
 * Sizes the service: as many nodes as the expected load needs, room for the tested load and a lost node on top.
 *
 * Capacity and memory never fall when users are added: the size of a node only grows, and a node twice as large
 * replaces no more than two.
 */
export function sizeAppService(
  environment: Environment,
  tier: ServiceTier,
  workload: Workload,
): Sized<AppServiceSize> {
  const notes = new SizingNotes(environment);
  const override = environment.overrides.app ?? {};
  const nodesBase = leastNodes(environment, tier);

  const vcpu = notes.overridable(
    'app.vcpu',
    { name: 'app.vcpu', value: override.vcpu },
    smallestFit(environment, tier, workload),
    whyThisNode(environment, tier),
    environment.sizing === 'reference' ? sources.guide : sources.measured,
  );
  const workers = notes.overridable(
    'app.workers',
    { name: 'app.workers', value: override.workers },
    workersOn(tier, vcpu, nodesBase, workload),
    `${workload.workersTested} HTTP workers in all: ${workload.testedConcurrentUsers} concurrent users under test / ` +
      `${workload.usersPerWorker} users per worker; at most ${WORKERS_PER_VCPU} per vCPU on a node`,
    environment.sizing === 'reference' ? sources.odooDeploy : sources.measured,
  );
  const nodesMin = notes.overridable(
    'app.nodesMin',
    { name: 'app.nodesMin', value: override.nodesMin },
    nodesMinFor(environment, workers, nodesBase, workload),
    `carries the expected ${workload.concurrentUsers} concurrent users without scaling` +
      (nodesBase > 1 ? '; never fewer than 2, so that one can be lost or replaced' : '') +
      (environment.availability === 'multi-az' ? '; without the nodes of one zone as well' : ''),
    sources.project,
  );
  const nodesMax = notes.overridable(
    'app.nodesMax',
    { name: 'app.nodesMax', value: override.nodesMax },
    nodesMaxFor(tier, workers, nodesMin, workload),
    `carries the ${workload.testedConcurrentUsers} concurrent users of the tested load` +
      (tier === 'large' ? ' with one node lost' : '; two nodes at most before nodes get larger'),
    sources.project,
  );
  const memoryMiB = notes.overridable(
    'app.memoryMiB',
    { name: 'app.memoryMiB', value: override.memoryMiB },
    nodeMemoryMiB(environment, tier, vcpu, workers),
    `${workers} workers and the websocket process need ${taskMemoryMiB(workers + GEVENT_PROCESSES)} MiB; ` +
      whyThisMemory(environment, tier),
    environment.sizing === 'reference' ? sources.guide : sources.fargate,
  );
  const size = { nodesMin, nodesMax, vcpu, memoryMiB, workers };
  checkNode(notes, size);
  checkFleet(notes, environment, nodesBase, workload, size);
  return notes.sized(size);
}

function leastNodes(environment: Environment, tier: ServiceTier): number {
  return tier === 'large' || environment.availability === 'multi-az' ? 2 : 1;
}

/** The smallest node of which few enough are needed. */
function smallestFit(environment: Environment, tier: ServiceTier, workload: Workload): number {
  const nodesBase = leastNodes(environment, tier);
  const candidates = FARGATE_VCPUS.filter(
    (vcpu) => vcpu * nodesBase >= leastAppVcpu(environment, tier, workload),
  );
  const fitting = candidates.find((vcpu) => {
    const workers = workersOn(tier, vcpu, nodesBase, workload);
    const nodesMin = nodesMinFor(environment, workers, nodesBase, workload);
    return nodesMaxFor(tier, workers, nodesMin, workload) <= MOST_NODES[tier];
  });
  // Beyond the largest node there are simply more of them.
  return fitting ?? Math.max(...FARGATE_VCPUS);
}

/**
 * Least vCPU of the nodes that are always there. In measured mode large still has 2 per node, for its three workers, and
 * medium what the tested load takes, because users stay with the node that served them first: a node that is added
 * later does not relieve one that is overrun.
 */
function leastAppVcpu(environment: Environment, tier: ServiceTier, { workersTested }: Workload): number {
  if (environment.sizing === 'reference') {
    return floorsOf(environment).appVcpu;
  }
  return tier === 'large' ? 4 : Math.ceil(workersTested / WORKERS_PER_VCPU);
}

function workersOn(tier: ServiceTier, vcpu: number, nodesBase: number, { workersTested }: Workload): number {
  const share = Math.ceil(workersTested / nodesBase);
  return Math.min(WORKERS_PER_VCPU * vcpu, Math.max(LEAST_WORKERS[tier], share));
}

function nodesMinFor(
  environment: Environment,
  workers: number,
  nodesBase: number,
  workload: Workload,
): number {
  const expected = Math.ceil(workload.workersExpected / workers);
  return Math.max(nodesBase, expected, nodesForZoneLoss(environment, workers, workload));
}

/**
 * Nodes of which those in the other zones carry the expected load when one zone is lost, without waiting for new ones:
 * the users of the lost nodes move to them at once, and stay.
 */
function nodesForZoneLoss(
  environment: Environment,
  workers: number,
  { concurrentUsers, usersPerWorkerAtMost }: Workload,
): number {
  if (environment.availability === 'single-az') {
    return 0;
  }
  const left = Math.ceil(concurrentUsers / (workers * usersPerWorkerAtMost));
  return left + Math.ceil(left / (zonesOf(environment) - 1));
}

function nodesMaxFor(
  tier: ServiceTier,
  workers: number,
  nodesMin: number,
  { workersTested }: Workload,
): number {
  const tested = Math.ceil(workersTested / workers);
  return tier === 'large' ? Math.max(tested, nodesMin) + 1 : Math.max(tested, nodesMin, 2);
}

function nodeMemoryMiB(environment: Environment, tier: ServiceTier, vcpu: number, workers: number): number {
  const perVcpuMiB = environment.sizing === 'reference' ? REFERENCE_GIB_PER_VCPU[tier] * 1024 * vcpu : 0;
  const neededMiB = Math.max(perVcpuMiB, taskMemoryMiB(workers + GEVENT_PROCESSES));
  // With overridden values there may be no such Fargate size; the check below then says so.
  return fargateMemoryMiB(vcpu, neededMiB) ?? neededMiB;
}

function whyThisNode(environment: Environment, tier: ServiceTier): string {
  const { appVcpu } = floorsOf(environment);
  const few = `the smallest node of which ${MOST_NODES[tier]} or fewer carry the load`;
  return appVcpu > 0 ? `${few}; the guide wants ${appVcpu} vCPU or more for the application` : few;
}

function whyThisMemory(environment: Environment, tier: ServiceTier): string {
  return environment.sizing === 'reference'
    ? `the guide's sizes amount to ${REFERENCE_GIB_PER_VCPU[tier]} GiB per vCPU`
    : 'the least that Fargate offers for it with this vCPU';
}

function checkNode(notes: SizingNotes, { vcpu, memoryMiB, workers }: AppServiceSize): void {
  const neededMiB = taskMemoryMiB(workers + GEVENT_PROCESSES);
  notes.require(
    isFargateSize(vcpu, memoryMiB),
    FARGATE_VCPUS.includes(vcpu) ? 'overrides.app.memoryMiB' : 'overrides.app.vcpu',
    FARGATE_VCPUS.includes(vcpu) ? memoryMiB : vcpu,
    `Fargate has no task of ${vcpu} vCPU and ${memoryMiB} MiB`,
    fargateSizesInWords(vcpu),
    'choose one of these sizes, or leave the override out',
  );
  notes.require(
    Number.isInteger(workers) && workers >= 1 && workers <= workersAllowedOn(vcpu),
    'overrides.app.workers',
    workers,
    `${workers} workers on a node of ${vcpu} vCPU break Odoo's rule of 2 x vCPU + 1`,
    `1 to ${workersAllowedOn(vcpu)}`,
    `lower overrides.app.workers, or raise overrides.app.vcpu to ${vcpuForWorkers(workers)} or more`,
  );
  notes.require(
    memoryMiB >= neededMiB,
    'overrides.app.memoryMiB',
    memoryMiB,
    `${workers} workers and the websocket process do not fit into ${memoryMiB} MiB`,
    `${neededMiB} or more`,
    'raise overrides.app.memoryMiB or lower overrides.app.workers',
  );
}

function checkFleet(
  notes: SizingNotes,
  environment: Environment,
  nodesBase: number,
  workload: Workload,
  { nodesMin, nodesMax, vcpu, memoryMiB, workers }: AppServiceSize,
): void {
  const floors = floorsOf(environment);
  notes.require(
    nodesMin >= nodesBase,
    'overrides.app.nodesMin',
    nodesMin,
    `fewer nodes than ${environment.availability} in this architecture means`,
    `${nodesBase} or more`,
    nodesBase > 1 ? 'raise it, or choose availability "single-az" below 100 users' : 'raise it',
  );
  notes.require(
    nodesMax >= nodesMin,
    'overrides.app.nodesMax',
    nodesMax,
    `the greatest number of nodes is below the least, ${nodesMin}`,
    `${nodesMin} or more`,
    'raise overrides.app.nodesMax or lower overrides.app.nodesMin',
  );
  notes.require(
    nodesMin * workers >= workload.workersExpected && nodesMax * workers >= workload.workersTested,
    'overrides.app',
    `${nodesMin} to ${nodesMax} nodes of ${workers} workers`,
    `too few workers for ${environment.users} users`,
    `${workload.workersExpected} at the least and ${workload.workersTested} at the greatest number of nodes`,
    'raise nodesMin, nodesMax or workers, or lower users or concurrency',
  );
  notes.require(
    nodesMin * vcpu >= floors.appVcpu && nodesMin * memoryMiB >= floors.appMemoryMiB,
    'overrides.app',
    `${nodesMin} x ${vcpu} vCPU, ${memoryMiB} MiB`,
    'below the reference size of the application',
    `${floors.appVcpu} vCPU and ${floors.appMemoryMiB} MiB or more over all nodes`,
    'raise the override, or choose sizing "measured", which has no such floor',
  );
}
