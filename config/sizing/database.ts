import type { Environment } from '../environment.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import { chooseRdsClass } from './database-class.ts';
import { floorsOf } from './floors.ts';
import type { DatabasePlan } from './plan.ts';
import { leastPostgresMemoryMiB, postgresMemory } from './postgres-memory.ts';
import { hostParameters, type Parameter, rdsParameters } from './postgres-parameters.ts';
import type { PriceBook } from './prices.ts';
import type { SingleServer } from './server.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';
import { databaseStorageGiB, databaseStorageMaxGiB } from './storage.ts';
import type { Workload } from './workload.ts';

/**
 * Share of an RDS class's memory that PostgreSQL may use: `DBInstanceClassMemory` is less than the nominal memory by
 * what the system and RDS take. Assumed; the amount is not published.
 */
const RDS_USABLE_MEMORY = 0.9;

/** PostgreSQL on the single server, with what the server leaves to it. */
export function sizeHostDatabase(
  environment: Environment,
  { server, databaseMemoryMiB }: SingleServer,
  { needed, maxConnections }: ConnectionBudget,
): Sized<DatabasePlan> {
  const notes = new SizingNotes(environment);
  notes.because('database.kind', 'host', 'one server holds everything', sources.project);
  notes.because('database.class', server.instanceType, 'the single server', sources.project);
  const storageGiB = notes.because(
    'database.storageGiB',
    server.dataVolume.sizeGiB,
    'the data volume, shared with the filestore',
    sources.project,
  );
  notes.because(
    'database.storageMaxGiB',
    storageGiB,
    'an EBS volume does not grow by itself',
    sources.project,
  );
  notes.because('database.multiAz', false, 'one server lives in one zone', sources.project);
  return notes.sized({
    kind: 'host',
    class: server.instanceType,
    vcpu: server.vcpu,
    memoryMiB: databaseMemoryMiB,
    storageGiB,
    storageMaxGiB: storageGiB,
    multiAz: false,
    parameters: sizeParameters(notes, environment, hostParameters, databaseMemoryMiB, maxConnections),
    maxConnections,
    connectionsNeeded: needed,
  });
}

/** The RDS instance of medium and large. */
export function sizeRdsDatabase(
  environment: Environment,
  workload: Workload,
  appNodeMemoryMiB: number,
  { needed, maxConnections }: ConnectionBudget,
  prices: PriceBook,
): Sized<DatabasePlan> {
  const notes = new SizingNotes(environment);
  notes.because('database.kind', 'rds', 'a database server apart from the application', sources.guide);
  const multiAz = notes.overridable(
    'database.multiAz',
    { name: 'database.multiAz', value: environment.overrides.database?.multiAz },
    environment.availability === 'multi-az',
    `follows availability "${environment.availability}"`,
    sources.configured,
  );
  const load = { workload, maxConnections, appNodeMemoryMiB, multiAz, usableMemory: RDS_USABLE_MEMORY };
  const rds = chooseRdsClass(notes, environment, load, prices);
  notes.because('database.vcpu', rds.vcpu, `what ${rds.name} has`, sources.prices);
  notes.because('database.memoryMiB', rds.memoryMiB, `what ${rds.name} has`, sources.prices);
  const storageGiB = sizeStorage(notes, environment);
  const storageMaxGiB = notes.because(
    'database.storageMaxGiB',
    databaseStorageMaxGiB(storageGiB, environment),
    'storage autoscaling reaches three years of growth, and at least 10 % more than is allocated, or RDS refuses it',
    sources.rds,
  );
  const usableMiB = Math.floor(rds.memoryMiB * RDS_USABLE_MEMORY);
  return notes.sized({
    kind: 'rds',
    class: rds.name,
    vcpu: rds.vcpu,
    memoryMiB: rds.memoryMiB,
    storageGiB,
    storageMaxGiB,
    multiAz,
    parameters: sizeParameters(notes, environment, rdsParameters, usableMiB, maxConnections),
    maxConnections,
    connectionsNeeded: needed,
  });
}

function sizeStorage(notes: SizingNotes, environment: Environment): number {
  const { floorGiB } = environment.storage;
  const least = Math.max(floorsOf(environment).storageGiB, floorGiB);
  const storageGiB = notes.overridable(
    'database.storageGiB',
    { name: 'database.storageGiB', value: environment.overrides.database?.storageGiB },
    databaseStorageGiB(environment),
    `the larger of today's estimate, the reference size and storage.floorGiB (${floorGiB}); gp3 with the IOPS it includes, 3,000 below 400 GiB and 12,000 from there on`,
    environment.sizing === 'reference' ? sources.guide : sources.project,
  );
  notes.require(
    storageGiB >= least,
    'overrides.database.storageGiB',
    storageGiB,
    'below what the reference size or the deployed database has; RDS storage cannot shrink',
    `${least} or more`,
    'raise the override, or lower storage.floorGiB if nothing is deployed yet',
  );
  return storageGiB;
}

/** The parameters with overrides applied, or a problem if so many connections do not fit into the memory. */
function sizeParameters(
  notes: SizingNotes,
  { overrides }: Environment,
  parametersFor: typeof hostParameters,
  memoryMiB: number,
  maxConnections: number,
): Record<string, string> {
  const memory = postgresMemory(memoryMiB, maxConnections);
  if (memory === undefined) {
    notes.problem(
      overrides.database?.maxConnections === undefined
        ? 'overrides.database.class'
        : 'overrides.database.maxConnections',
      overrides.database?.maxConnections ?? overrides.database?.class,
      `${maxConnections} connections do not fit into the ${memoryMiB} MiB that PostgreSQL may use`,
      `${leastPostgresMemoryMiB(maxConnections)} MiB or more for so many`,
      'choose a larger class or instance type, or lower maxConnections as far as Odoo allows',
    );
    return {};
  }
  return explain(notes, parametersFor(memory, maxConnections), overrides.database?.parameters ?? {});
}

function explain(
  notes: SizingNotes,
  computed: Readonly<Record<string, Parameter>>,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, { value, because, source }] of Object.entries(computed)) {
    values[name] = notes.overridable(
      `database.parameters.${name}`,
      { name: `database.parameters.${name}`, value: overrides[name] },
      value,
      because,
      source,
    );
  }
  for (const [name, value] of Object.entries(overrides).filter(([name]) => !(name in computed))) {
    const because = `set by overrides.database.parameters.${name}`;
    values[name] = notes.because(`database.parameters.${name}`, value, because, sources.configured);
  }
  return values;
}
