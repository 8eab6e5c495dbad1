import type { Environment } from '../environment.ts';
import { type AppServiceSize, type ServiceTier, sizeAppService } from './app-service.ts';
import { sizeConnections } from './connection-budget.ts';
import { sizeCronTask } from './cron-task.ts';
import { sizeHostDatabase, sizeRdsDatabase } from './database.ts';
import type { CronPlan, DatabasePlan, ServerPlan, Tier } from './plan.ts';
import type { PriceBook } from './prices.ts';
import { sizeServer, sizeServerProcesses } from './server.ts';
import type { Sized } from './sized.ts';
import type { Workload } from './workload.ts';

/** Everything that runs: Odoo, its scheduled jobs, its database, and in small the server that holds all three. */
export interface Compute {
  readonly app: AppServiceSize;
  readonly cron: CronPlan;
  readonly server?: ServerPlan;
  readonly database: DatabasePlan;
}

export function sizeCompute(
  environment: Environment,
  tier: Tier,
  workload: Workload,
  prices: PriceBook,
): Sized<Compute> {
  return tier === 'small'
    ? onOneServer(environment, workload, prices)
    : onServices(environment, tier, workload, prices);
}

function onOneServer(environment: Environment, workload: Workload, prices: PriceBook): Sized<Compute> {
  const processes = sizeServerProcesses(environment, workload);
  const { workers, cronWorkers } = processes.value;
  const connections = sizeConnections(environment, { nodesMin: 1, nodesMax: 1, workers, cronWorkers });
  const single = sizeServer(environment, processes.value, connections.value.maxConnections, prices);
  const database = sizeHostDatabase(environment, single.value, connections.value);
  const { server, webMemoryMiB, cronMemoryMiB } = single.value;
  return gather([processes, connections, single, database], {
    app: { nodesMin: 1, nodesMax: 1, vcpu: server.vcpu, memoryMiB: webMemoryMiB, workers },
    cron: { vcpu: server.vcpu, memoryMiB: cronMemoryMiB, workers: cronWorkers },
    server,
    database: database.value,
  });
}

function onServices(
  environment: Environment,
  tier: ServiceTier,
  workload: Workload,
  prices: PriceBook,
): Sized<Compute> {
  const app = sizeAppService(environment, tier, workload);
  const cron = sizeCronTask(environment, tier);
  const connections = sizeConnections(environment, { ...app.value, cronWorkers: cron.value.workers });
  const database = sizeRdsDatabase(environment, workload, app.value.memoryMiB, connections.value, prices);
  return gather([app, cron, connections, database], {
    app: app.value,
    cron: cron.value,
    database: database.value,
  });
}

function gather<T>(parts: readonly Sized<unknown>[], value: T): Sized<T> {
  return {
    value,
    reasons: parts.flatMap(({ reasons }) => reasons),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
