import type { Environment } from '../environment.ts';
import { sizeCronWorkers } from './cron-task.ts';
import { floorsOf } from './floors.ts';
import { GEVENT_PROCESSES, odooMemoryMiB, vcpuForWorkers, workersAllowedOn } from './odoo-workers.ts';
import type { ServerPlan } from './plan.ts';
import { leastPostgresMemoryMiB } from './postgres-memory.ts';
import type { ComputeSpec, PriceBook } from './prices.ts';
import { sizeRecoveryTime } from './recovery-time.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';
import { dataVolumeGiB } from './storage.ts';
import type { Workload } from './workload.ts';

/** Kernel, systemd, container runtime, nginx and SSM agent, in MiB. */
const OPERATING_SYSTEM_MIB = 1024;

/**
 * Most memory for PostgreSQL on the server: five eighths of it, so that a few more workers do not take any away, and 8
 * GiB, which the smallest database of the next architecture has. The rest serves Odoo's peaks and the page cache.
 */
const MOST_DATABASE_SHARE = 5 / 8;
const MOST_DATABASE_MIB = 8192;

/** System and logs, and container images: Odoo's takes 2 GiB, the old and the new one are there during an update. */
const ROOT_VOLUME_GIB = 20;

/** What gp3 includes at no extra charge; PostgreSQL of 25 users needs a fraction. */
const GP3_IOPS = 3000;
const GP3_THROUGHPUT_MIBPS = 125;

/** Instance families by architecture, as far as prices are stored. */
const families = {
  arm64: /^(t4g|c7g|m7g|r7g)\./,
  x86_64: /^t3\./,
} as const;

/** Odoo's processes on the single server. */
export interface ServerProcesses {
  readonly workers: number;
  readonly cronWorkers: number;
}

/** The single server and how its memory is shared out, in MiB. */
export interface SingleServer {
  readonly server: ServerPlan;
  readonly webMemoryMiB: number;
  readonly cronMemoryMiB: number;
  readonly databaseMemoryMiB: number;
}

interface Need {
  readonly vcpu: number;
  readonly memoryMiB: number;
}

export function sizeServerProcesses(environment: Environment, workload: Workload): Sized<ServerProcesses> {
  const notes = new SizingNotes(environment);
  const workers = notes.overridable(
    'app.workers',
    { name: 'app.workers', value: environment.overrides.app?.workers },
    workload.workersTested,
    `${workload.testedConcurrentUsers} concurrent users under test / ${workload.usersPerWorker} users per worker, at least 2`,
    environment.sizing === 'reference' ? sources.odooDeploy : sources.measured,
  );
  notes.require(
    Number.isInteger(workers) && workers >= workload.workersTested,
    'overrides.app.workers',
    workers,
    `too few workers for ${environment.users} users`,
    `${workload.workersTested} or more`,
    'raise overrides.app.workers, or lower users or concurrency',
  );
  const cronWorkers = sizeCronWorkers(notes, environment, 'small');
  return notes.sized({ workers, cronWorkers });
}

/** Chooses the cheapest server that holds Odoo, PostgreSQL with so many connections, and the operating system. */
export function sizeServer(
  environment: Environment,
  { workers, cronWorkers }: ServerProcesses,
  maxConnections: number,
  prices: PriceBook,
): Sized<SingleServer> {
  const notes = new SizingNotes(environment);
  const floors = floorsOf(environment);
  const webMemoryMiB = odooMemoryMiB(workers + GEVENT_PROCESSES);
  const cronMemoryMiB = odooMemoryMiB(cronWorkers);
  const withoutDatabaseMiB = webMemoryMiB + cronMemoryMiB + OPERATING_SYSTEM_MIB;
  const budgetMiB = withoutDatabaseMiB + leastPostgresMemoryMiB(maxConnections);
  const need: Need = {
    vcpu: Math.max(floors.appVcpu, vcpuForWorkers(workers + cronWorkers)),
    memoryMiB: Math.max(floors.appMemoryMiB, budgetMiB),
  };
  const instance = chooseInstance(notes, environment, need, prices);
  checkInstance(notes, instance, need, workers + cronWorkers);
  const databaseMemoryMiB = Math.min(
    MOST_DATABASE_MIB,
    instance.memoryMiB * MOST_DATABASE_SHARE,
    instance.memoryMiB - withoutDatabaseMiB,
  );
  const sizeGiB = sizeDataVolume(notes, environment);
  const recovery = sizeRecoveryTime(environment);
  notes.reasons.push(...recovery.reasons);
  explainShares(notes, instance, { webMemoryMiB, cronMemoryMiB, databaseMemoryMiB, cronWorkers });
  return notes.sized({
    server: {
      instanceType: instance.name,
      vcpu: instance.vcpu,
      memoryMiB: instance.memoryMiB,
      rootVolumeGiB: notes.because(
        'server.rootVolumeGiB',
        ROOT_VOLUME_GIB,
        "system, logs and two versions of Odoo's image; nothing on it is kept",
        sources.project,
      ),
      dataVolume: { sizeGiB, iops: GP3_IOPS, throughputMiBps: GP3_THROUGHPUT_MIBPS },
      recoveryMinutes: recovery.value,
    },
    webMemoryMiB,
    cronMemoryMiB,
    databaseMemoryMiB,
  });
}

function chooseInstance(
  notes: SizingNotes,
  environment: Environment,
  need: Need,
  prices: PriceBook,
): ComputeSpec {
  const { architecture, region, overrides } = environment;
  const override = overrides.instanceType;
  const candidates = prices
    .specs(families[architecture])
    .map((spec) => ({ ...spec, usd: prices.price(region, `ec2.${spec.name}`)?.usd ?? Infinity }))
    .filter(({ usd }) => usd < Infinity)
    .toSorted((a, b) => a.usd - b.usd);
  const names = candidates.map(({ name }) => name).join(', ');
  const chosen = candidates.find(({ vcpu, memoryMiB }) => vcpu >= need.vcpu && memoryMiB >= need.memoryMiB);
  const instance = override === undefined ? chosen : candidates.find(({ name }) => name === override);
  if (instance === undefined) {
    if (override === undefined) {
      notes.problem(
        'architecture',
        architecture,
        `no ${architecture} instance type with a known price has ${need.vcpu} vCPU and ${need.memoryMiB} MiB`,
        names,
        'lower the overrides, or choose the other architecture',
      );
    } else {
      notes.problem(
        'overrides.instanceType',
        override,
        `size and price of this type are not stored for ${architecture}`,
        names,
        'choose one of these, or leave the override out',
      );
    }
    return { name: override ?? 'none', ...need };
  }
  notes.overridable(
    'server.instanceType',
    { name: 'instanceType', value: override },
    chosen?.name ?? instance.name,
    `the cheapest ${architecture} type with ${need.vcpu} vCPU and ${need.memoryMiB} MiB or more`,
    sources.prices,
  );
  return instance;
}

function checkInstance(notes: SizingNotes, instance: ComputeSpec, need: Need, processes: number): void {
  notes.require(
    processes <= workersAllowedOn(instance.vcpu),
    'overrides.app.workers',
    processes,
    `${processes} HTTP and cron workers on ${instance.vcpu} vCPU break Odoo's rule of 2 x vCPU + 1`,
    `${workersAllowedOn(instance.vcpu)} or fewer, cron workers counted`,
    'lower overrides.app.workers, or choose an instance type with more vCPU',
  );
  notes.require(
    instance.vcpu >= need.vcpu && instance.memoryMiB >= need.memoryMiB,
    'overrides.instanceType',
    instance.name,
    `${instance.name} has ${instance.vcpu} vCPU and ${instance.memoryMiB} MiB, too little for Odoo, PostgreSQL and the system`,
    `${need.vcpu} vCPU and ${need.memoryMiB} MiB or more`,
    'choose a larger instance type, or leave the override out',
  );
}

function sizeDataVolume(notes: SizingNotes, environment: Environment): number {
  const { growthPerYear, floorGiB } = environment.storage;
  const sizeGiB = notes.overridable(
    'server.dataVolume.sizeGiB',
    { name: 'database.storageGiB', value: environment.overrides.database?.storageGiB },
    dataVolumeGiB(environment),
    `database and filestore after three years of ${Math.round(growthPerYear * 100)} % growth, 80 % full; not below storage.floorGiB (${floorGiB})`,
    sources.project,
  );
  const least = Math.max(floorsOf(environment).storageGiB, floorGiB);
  notes.require(
    sizeGiB >= least,
    'overrides.database.storageGiB',
    sizeGiB,
    'a data volume cannot shrink, and the reference size is its least',
    `${least} or more`,
    'raise the override, or lower storage.floorGiB if nothing is deployed yet',
  );
  notes.because(
    'server.dataVolume.iops',
    GP3_IOPS,
    'what gp3 includes; a database of 25 users needs a fraction',
    sources.prices,
  );
  notes.because(
    'server.dataVolume.throughputMiBps',
    GP3_THROUGHPUT_MIBPS,
    'what gp3 includes at no extra charge',
    sources.prices,
  );
  return sizeGiB;
}

function explainShares(
  notes: SizingNotes,
  instance: ComputeSpec,
  shares: Pick<SingleServer, 'webMemoryMiB' | 'cronMemoryMiB' | 'databaseMemoryMiB'> & {
    readonly cronWorkers: number;
  },
): void {
  const shared = `the ${instance.vcpu} vCPU of ${instance.name} are shared by Odoo, PostgreSQL and nginx`;
  const rented = `what ${instance.name} has`;
  const formula = '325 MB per process: 0.8 x 150 + 0.2 x 1024';
  notes.because('server.vcpu', instance.vcpu, rented, sources.prices);
  notes.because('server.memoryMiB', instance.memoryMiB, rented, sources.prices);
  notes.because('app.nodesMin', 1, 'one server', sources.project);
  notes.because(
    'app.nodesMax',
    1,
    'one server; more users than 25 are another architecture',
    sources.project,
  );
  notes.because('app.vcpu', instance.vcpu, shared, sources.project);
  notes.because(
    'app.memoryMiB',
    shares.webMemoryMiB,
    `share of the HTTP workers and the websocket process, ${formula}`,
    sources.odooDeploy,
  );
  notes.because('cron.vcpu', instance.vcpu, shared, sources.project);
  notes.because(
    'cron.memoryMiB',
    shares.cronMemoryMiB,
    `share of the cron workers, ${formula}`,
    sources.odooDeploy,
  );
  notes.because(
    'cron.workers',
    shares.cronWorkers,
    'a process of its own on the same server',
    sources.project,
  );
  notes.because('database.vcpu', instance.vcpu, shared, sources.project);
  notes.because(
    'database.memoryMiB',
    shares.databaseMemoryMiB,
    `what Odoo and the operating system (${OPERATING_SYSTEM_MIB} MiB) leave, at most five eighths of the server and ${MOST_DATABASE_MIB} MiB`,
    sources.project,
  );
}
