import type { Environment } from '../environment.ts';
import { wayOut } from './connection-budget.ts';
import { floorsOf } from './floors.ts';
import { leastPostgresMemoryMiB, WANTED_WORK_MEM_MIB } from './postgres-memory.ts';
import type { ComputeSpec, PriceBook } from './prices.ts';
import type { SizingNotes } from './sized.ts';
import { sources } from './sources.ts';
import type { Workload } from './workload.ts';

/** What an RDS class must be able to carry. */
export interface DatabaseLoad {
  readonly workload: Workload;
  readonly maxConnections: number;
  readonly appNodeMemoryMiB: number;
  readonly multiAz: boolean;
  /** Share of the nominal memory that PostgreSQL may use. */
  readonly usableMemory: number;
}

/** Graviton classes of today's generation. The burstable family stays out of production. */
const productionClasses = /^db\.(m7g|r7g)\./;
const otherClasses = /^db\.(t4g|m7g|r7g)\./;

/** What can be named by an override: every class with a stored size and price. */
const knownClasses = /^db\./;

/** Key of an RDS class in the price data. */
export function rdsPriceKey(instanceClass: string, multiAz: boolean): string {
  return `rds.postgres.${instanceClass}.${multiAz ? 'multiAz' : 'singleAz'}`;
}

/** Chooses the cheapest class that carries the load, or takes and checks the override. */
export function chooseRdsClass(
  notes: SizingNotes,
  environment: Environment,
  load: DatabaseLoad,
  prices: PriceBook,
): ComputeSpec {
  const floors = floorsOf(environment);
  const override = environment.overrides.database?.class;
  const connectionsMiB = Math.ceil(
    leastPostgresMemoryMiB(load.maxConnections, WANTED_WORK_MEM_MIB) / load.usableMemory,
  );
  const leastMiB = Math.max(floors.databaseMemoryMiB, load.appNodeMemoryMiB);
  const need = {
    vcpu: Math.max(floors.databaseVcpu, Math.ceil(load.workload.databaseVcpu)),
    memoryMiB: Math.max(leastMiB, connectionsMiB),
  };
  const priced = pricedClasses(environment, load.multiAz, prices);
  const family = environment.production ? productionClasses : otherClasses;
  const chosen = priced.find(
    ({ name, vcpu, memoryMiB }) => family.test(name) && vcpu >= need.vcpu && memoryMiB >= need.memoryMiB,
  );
  const rds = override === undefined ? chosen : priced.find(({ name }) => name === override);
  if (rds === undefined) {
    notFound(notes, environment, need, priced);
    return { name: override ?? 'none', ...need };
  }
  notes.overridable(
    'database.class',
    { name: 'database.class', value: override },
    chosen?.name ?? rds.name,
    `the cheapest Graviton class${environment.production ? ' that is not burstable' : ''} with ${need.vcpu} vCPU and ${need.memoryMiB} MiB or more: ` +
      `PostgreSQL needs ${load.workload.databaseVcpu.toFixed(1)} vCPU for the tested load, ${connectionsMiB} MiB for ${load.maxConnections} connections with ${WANTED_WORK_MEM_MIB} MB of work_mem, and no less memory than one Odoo node`,
    sources.prices,
  );
  notes.require(
    rds.vcpu >= floors.databaseVcpu && rds.memoryMiB >= leastMiB,
    'overrides.database.class',
    rds.name,
    `${rds.name} has ${rds.vcpu} vCPU and ${rds.memoryMiB} MiB, below the reference size or the memory of one Odoo node`,
    `${Math.max(1, floors.databaseVcpu)} vCPU and ${leastMiB} MiB or more`,
    'choose a larger class, or sizing "measured", which has no reference size',
  );
  return rds;
}

function pricedClasses(
  { region }: Environment,
  multiAz: boolean,
  prices: PriceBook,
): readonly (ComputeSpec & { readonly usd: number })[] {
  return prices
    .specs(knownClasses)
    .map((spec) => ({ ...spec, usd: prices.price(region, rdsPriceKey(spec.name, multiAz))?.usd ?? Infinity }))
    .filter(({ usd }) => usd < Infinity)
    .toSorted((a, b) => a.usd - b.usd);
}

function notFound(
  notes: SizingNotes,
  environment: Environment,
  need: Pick<ComputeSpec, 'vcpu' | 'memoryMiB'>,
  priced: readonly ComputeSpec[],
): void {
  const override = environment.overrides.database?.class;
  if (override !== undefined) {
    notes.problem(
      'overrides.database.class',
      override,
      'size and price of this RDS class are not stored',
      priced.map(({ name }) => name).join(', '),
      'choose one of these, or leave the override out',
    );
    return;
  }
  const largest = priced
    .filter(({ name }) => productionClasses.test(name))
    .toSorted((a, b) => b.vcpu - a.vcpu || b.memoryMiB - a.memoryMiB)[0];
  const limit =
    largest === undefined
      ? 'no class with a known price'
      : `${largest.name}, ${largest.vcpu} vCPU and ${largest.memoryMiB} MiB`;
  notes.problem(
    'users',
    environment.users,
    `needs a database of ${need.vcpu} vCPU and ${need.memoryMiB} MiB; one PostgreSQL writer has at most ${limit}`,
    'what one writer can serve',
    wayOut(environment),
  );
}
