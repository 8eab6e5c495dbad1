import { setFence } from '../../failover/fence.ts';
import { type Failback, FailbackProblem } from '../failback.ts';
import { guardProblems } from '../fence-problems.ts';
import { deleteRecovered } from '../let-go.ts';
import type { WayHome } from '../way-home.ts';
import type { ServiceCloud } from './cloud.ts';
import { serviceSteps } from './steps.ts';

/** What serves on each side, and what the way home needs. */
const NEEDED = ['Data', 'Edge', 'Release', 'Service', 'Dns'] as const;

/** Medium and large: a dump goes home, into the database that is there, and the fence is lifted. */
export function serviceWay(cloud: ServiceCloud): WayHome {
  return {
    steps: serviceSteps(cloud),
    needed: { primary: NEEDED, recovery: NEEDED },
    entry: 'Edge',
    kept: 'its database, its backups and the buckets',
    problemsOfPlan: ({ environment }) =>
      environment.storage.filestore === 'efs'
        ? ["storage.filestore: 'efs' cannot be brought home by this command: only 's3-files' is in a bucket"]
        : [],
    problemsOfState: guardProblems,
    stopHome,
    letGo: (failback) => deleteRecovered(failback, ['Operations', 'Service', 'Release', 'Edge', 'Egress']),
    afterwards: ({ environment: { name } }) =>
      `Until you delete them there are ${name}-Recovery-Backup and ${name}-Recovery-Data with the database, which costs what it costs: docs/recovery.md ("Back home") says how. ${name} cannot be recovered once more before ${name}-Recovery-Data is gone.`,
  };
}

async function stopHome(failback: Failback): Promise<void> {
  const { environment } = failback;
  if ((await setFence(await failback.fencing())) !== 'done') {
    throw new FailbackProblem(
      `it is not known whether ${environment.name} has stopped in ${environment.region}: run --undo again`,
    );
  }
}
