import type { Environment } from '../environment.ts';
import { FARGATE_VCPUS, fargateMemoryMiB } from './fargate.ts';
import { taskMemoryMiB, vcpuForWorkers, workersAllowedOn } from './odoo-workers.ts';
import type { CronPlan, Tier } from './plan.ts';
import { type Sized, SizingNotes } from './sized.ts';
import { sources } from './sources.ts';

/** Users for whom one more cron worker is added; assumed, raise `overrides.app.cronWorkers` when jobs queue. */
const USERS_PER_CRON_WORKER = 1000;

/** Odoo's own default of `max_cron_threads`, and a number beyond which jobs mostly wait for each other's rows. */
const LEAST_CRON_WORKERS = 2;
const MOST_CRON_WORKERS = 8;

/** Most cron workers that the largest Fargate task takes by Odoo's rule. */
const ALLOWED_CRON_WORKERS = workersAllowedOn(Math.max(...FARGATE_VCPUS));

/** Cron workers of the environment: one on the single server, otherwise Odoo's default and one per thousand users. */
export function sizeCronWorkers(notes: SizingNotes, environment: Environment, tier: Tier): number {
  const cronWorkers = notes.overridable(
    'app.cronWorkers',
    { name: 'app.cronWorkers', value: environment.overrides.app?.cronWorkers },
    tier === 'small' ? 1 : cronWorkersFor(environment.users),
    tier === 'small'
      ? 'one, because cron workers count in the rule of 2 x vCPU + 1 on the one server'
      : `Odoo's default of ${LEAST_CRON_WORKERS}, one per ${USERS_PER_CRON_WORKER} users, at most ${MOST_CRON_WORKERS}`,
    sources.odooCode,
  );
  notes.require(
    Number.isInteger(cronWorkers) && cronWorkers >= 1 && cronWorkers <= ALLOWED_CRON_WORKERS,
    'overrides.app.cronWorkers',
    cronWorkers,
    cronWorkers < 1
      ? 'without a cron worker no scheduled job ever runs'
      : `no single machine runs ${cronWorkers} cron workers by Odoo's rule`,
    `a whole number, 1 to ${ALLOWED_CRON_WORKERS}`,
    'change overrides.app.cronWorkers or leave it out',
  );
  return cronWorkers;
}

function cronWorkersFor(users: number): number {
  const wanted = Math.ceil(users / USERS_PER_CRON_WORKER);
  return Math.min(MOST_CRON_WORKERS, Math.max(LEAST_CRON_WORKERS, wanted));
}

/** Size of the ECS service that runs scheduled jobs, in medium and large. */
export function sizeCronTask(environment: Environment, tier: Tier): Sized<CronPlan> {
  const notes = new SizingNotes(environment);
  const workers = sizeCronWorkers(notes, environment, tier);
  const neededMiB = taskMemoryMiB(workers);
  const least = vcpuForWorkers(workers);
  const vcpu = notes.because(
    'cron.vcpu',
    FARGATE_VCPUS.find((candidate) => candidate >= least) ?? Math.max(...FARGATE_VCPUS),
    `the smallest Fargate size for ${workers} cron workers by Odoo's rule; a task of its own, so that a long job takes no CPU from users`,
    sources.odooDeploy,
  );
  const memoryMiB = notes.because(
    'cron.memoryMiB',
    fargateMemoryMiB(vcpu, neededMiB) ?? neededMiB,
    `${workers} cron workers need ${neededMiB} MiB; the least that Fargate offers for it with this vCPU`,
    sources.fargate,
  );
  notes.because(
    'cron.workers',
    workers,
    'all cron workers of the environment run in this task',
    sources.project,
  );
  return notes.sized({ vcpu, memoryMiB, workers });
}
