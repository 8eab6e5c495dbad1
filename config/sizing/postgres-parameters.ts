import { AUTOVACUUM_WORKERS, type PostgresMemory } from './postgres-memory.ts';
import { sources } from './sources.ts';

/** One PostgreSQL parameter in the engine's own unit, and why. */
export interface Parameter {
  readonly value: string;
  readonly because: string;
  readonly source: string;
}

/** Parameters that do not depend on the engine's units, in words that PostgreSQL and RDS both take. */
const common: Readonly<Record<string, Parameter>> = {
  checkpoint_completion_target: {
    value: '0.9',
    because: 'spreads the writes of a checkpoint over most of the time until the next one',
    source: sources.postgres,
  },
  default_statistics_target: {
    value: '100',
    because: "PostgreSQL's default, named so that nobody lowers it by accident",
    source: sources.postgres,
  },
  random_page_cost: {
    value: '1.1',
    because: 'on gp3 a random read costs about as much as a sequential one',
    source: sources.postgres,
  },
  effective_io_concurrency: {
    value: '200',
    because:
      'gp3 serves many reads at once; what the measured configuration had, with no effect on cached data',
    source: sources.measured,
  },
  autovacuum_vacuum_scale_factor: {
    value: '0.05',
    because:
      "vacuums a table after 5 % of its rows changed instead of 20 %: Odoo's mail and bus tables churn",
    source: sources.project,
  },
  autovacuum_analyze_scale_factor: {
    value: '0.02',
    because: 'fresh statistics after 2 % of the rows changed, because imports change the shape of tables',
    source: sources.project,
  },
  autovacuum_max_workers: {
    value: `${AUTOVACUUM_WORKERS}`,
    because: "PostgreSQL's default, named because the memory budget counts on it",
    source: sources.postgres,
  },
};

const LOG_SLOWER_THAN_MS = 1000;

/** Parameters of PostgreSQL on the single server: `postgresql.conf` spelling, units written out. */
export function hostParameters(memory: PostgresMemory, maxConnections: number): Record<string, Parameter> {
  return {
    ...sizedParameters(maxConnections, {
      shared_buffers: `${memory.sharedBuffersMiB}MB`,
      effective_cache_size: `${memory.effectiveCacheSizeMiB}MB`,
      work_mem: `${memory.workMemMiB}MB`,
      maintenance_work_mem: `${memory.maintenanceWorkMemMiB}MB`,
      autovacuum_work_mem: `${memory.autovacuumWorkMemMiB}MB`,
      wal_buffers: '16MB',
      checkpoint_timeout: '15min',
      max_wal_size: '2GB',
      log_min_duration_statement: `${LOG_SLOWER_THAN_MS}ms`,
      log_temp_files: '10MB',
      jit: 'off',
      log_lock_waits: 'on',
      track_io_timing: 'on',
    }),
    ...common,
  };
}

/**
 * Parameters of an RDS parameter group, in the units of RDS: 8 kB pages, kB, MB, ms, s, and 0 or 1.
 *
 * The two that follow memory are formulas of RDS, so that a smaller class never keeps a larger class's buffers and
 * fails to start.
 */
export function rdsParameters(memory: PostgresMemory, maxConnections: number): Record<string, Parameter> {
  return {
    ...sizedParameters(maxConnections, {
      shared_buffers: '{DBInstanceClassMemory/32768}',
      effective_cache_size: '{DBInstanceClassMemory*3/32768}',
      work_mem: `${memory.workMemMiB * 1024}`,
      maintenance_work_mem: `${memory.maintenanceWorkMemMiB * 1024}`,
      autovacuum_work_mem: `${memory.autovacuumWorkMemMiB * 1024}`,
      wal_buffers: '2048',
      checkpoint_timeout: '900',
      max_wal_size: '4096',
      log_min_duration_statement: `${LOG_SLOWER_THAN_MS}`,
      log_temp_files: '10240',
      jit: '0',
      log_lock_waits: '1',
      track_io_timing: '1',
    }),
    ...common,
    'rds.force_ssl': {
      value: '1',
      because: 'refuses connections without TLS; the default since PostgreSQL 15, named for the auditor',
      source: sources.rds,
    },
    shared_preload_libraries: {
      value: 'pg_stat_statements',
      because:
        'statistics of every statement, to find slow ones; what RDS loads by default, named so that it stays',
      source: sources.rds,
    },
  };
}

const sizedParameterNames = [
  'shared_buffers',
  'effective_cache_size',
  'work_mem',
  'maintenance_work_mem',
  'autovacuum_work_mem',
  'wal_buffers',
  'checkpoint_timeout',
  'max_wal_size',
  'log_min_duration_statement',
  'log_temp_files',
  'jit',
  'log_lock_waits',
  'track_io_timing',
] as const;

function sizedParameters(
  maxConnections: number,
  values: Readonly<Record<(typeof sizedParameterNames)[number], string>>,
): Record<string, Parameter> {
  return {
    max_connections: {
      value: `${maxConnections}`,
      because: 'database.maxConnections',
      source: sources.guide,
    },
    shared_buffers: {
      value: values.shared_buffers,
      because: 'a quarter of the memory PostgreSQL may use',
      source: sources.guide,
    },
    effective_cache_size: {
      value: values.effective_cache_size,
      because: 'three quarters of the memory PostgreSQL may use; only an estimate for the planner',
      source: sources.guide,
    },
    work_mem: {
      value: values.work_mem,
      because:
        'what is left when every connection uses it once beside shared buffers and maintenance, at most 64 MB; 16 instead of 4 MB halved heavy reports',
      source: sources.measured,
    },
    maintenance_work_mem: {
      value: values.maintenance_work_mem,
      because: 'a thirty-second of the memory, 64 MB to 2 GB: building indexes during an upgrade',
      source: sources.project,
    },
    autovacuum_work_mem: {
      value: values.autovacuum_work_mem,
      because:
        'an eighth of maintenance_work_mem for each of three workers, so that vacuum cannot exhaust memory',
      source: sources.project,
    },
    wal_buffers: {
      value: values.wal_buffers,
      because: '16 MB, one WAL segment: more never helps',
      source: sources.postgres,
    },
    checkpoint_timeout: {
      value: values.checkpoint_timeout,
      because: 'a page that changes all the time is written in full every 15 minutes instead of every 5',
      source: sources.postgres,
    },
    max_wal_size: {
      value: values.max_wal_size,
      because: 'room for the WAL of 15 busy minutes, so that time and not volume triggers checkpoints',
      source: sources.project,
    },
    log_min_duration_statement: {
      value: values.log_min_duration_statement,
      because: 'logs statements that take a second or more',
      source: sources.project,
    },
    log_temp_files: {
      value: values.log_temp_files,
      because: 'logs sorts that spill more than 10 MB to disk: the sign that work_mem is too small',
      source: sources.project,
    },
    jit: {
      value: values.jit,
      because:
        "off: compiling costs more than it saves on Odoo's many short statements; off in the measured configuration too",
      source: sources.project,
    },
    log_lock_waits: {
      value: values.log_lock_waits,
      because: 'logs who waits for a lock longer than a second',
      source: sources.postgres,
    },
    track_io_timing: {
      value: values.track_io_timing,
      because: 'shows in EXPLAIN and pg_stat_statements how much time went into storage',
      source: sources.postgres,
    },
  };
}
