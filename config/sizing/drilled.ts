import type { Environment } from '../environment.ts';
import type { Problem } from '../problem.ts';
import type { Plan, ServerPlan } from './plan.ts';

/** Disk that Fargate gives to a task, in GiB: the least that can be asked for, and the most. */
const TASK_DISK_GIB = { least: 21, most: 200 };

type DrilledPlan = Pick<Plan, 'tier' | 'server'>;

/** Why an environment has no drills, though it has copies; nothing where it has some. */
export function withoutDrill(
  { name, storage }: Pick<Environment, 'name' | 'storage'>,
  plan: DrilledPlan,
): Problem | undefined {
  if (plan.tier === 'small') return withoutRoom(name, plan);
  if (storage.filestore !== 'efs') return undefined;
  return {
    path: `${name}.storage.filestore`,
    value: storage.filestore,
    message:
      'has no drill: the copy can only be read while it is one, and to end that for a drill would leave none',
    allowed: 's3-files',
    fix: 'its recovery points are restored and looked at each week (docs/restore-tests.md)',
  };
}

function withoutRoom(name: string, plan: DrilledPlan): Problem | undefined {
  const disk = drillDiskGiB(plan);
  if (disk <= TASK_DISK_GIB.most) return undefined;
  return {
    path: `${name}.storage`,
    value: `${disk} GiB for database and attachments`,
    message: 'is more than the task of a drill has room for, so that there are no drills',
    allowed: `${TASK_DISK_GIB.most} GiB`,
    fix: 'try the recovery by hand in a staging environment (docs/recovery-small.md); the backup is proven on the server each week (docs/restore-tests.md)',
  };
}

/**
 * The server whose backups a drill of small restores in a task of the same size.
 *
 * @throws if the plan has none.
 */
export function drilledServer({ server, tier }: DrilledPlan): ServerPlan {
  if (server === undefined) throw new Error(`${tier} has no server`);
  return server;
}

/** Disk of that task, in GiB: as much as the data volume, of which the database is a part. Images and packages share it. */
export function drillDiskGiB(plan: DrilledPlan): number {
  return Math.max(TASK_DISK_GIB.least, drilledServer(plan).dataVolume.sizeGiB);
}
