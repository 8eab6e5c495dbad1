import { GONE_HOME } from '../../../constructs/backup/backup-prefixes.ts';
import { problemsOfBackups } from '../../growth/backup-problems.ts';
import { isComplete } from '../../growth/check.ts';
import type { Failback } from '../failback.ts';
import { fenceProblems, guardProblems } from '../fence-problems.ts';
import { momentOf } from '../journal.ts';
import { deleteRecovered } from '../let-go.ts';
import type { WayHome } from '../way-home.ts';
import type { ServerCloud } from './cloud.ts';
import { serverSteps } from './steps.ts';

/** Small: the recovered server leaves everything in its backups, and a new one at home begins with them. */
export function serverWay(cloud: ServerCloud): WayHome {
  return {
    steps: serverSteps(cloud),
    // At home without a server: an earlier run may have removed it.
    needed: { primary: ['Network', 'Data'], recovery: ['Data', 'Server', 'Dns'] },
    entry: 'Server',
    kept: 'its data volume, its address, its logs, its recovery points and its backups',
    problemsOfPlan: () => [],
    problemsOfState: async (failback) => [
      ...(await problemsAtHome(failback)),
      ...(await problemsOfServer(failback, cloud)),
    ],
    stopHome: (failback) => stopHome(failback, cloud),
    letGo: (failback) => letGo(failback, cloud),
    afterwards: ({ environment: { name }, recoveryRegion }) =>
      `${name} can be recovered once more. Kept in ${recoveryRegion} until you delete them: the data volume, the address and the log group of the recovered server, its vault, and its backups below ${GONE_HOME} in the copy of the backup bucket (docs/recovery-small.md).`,
  };
}

/** Without a server there is no guard that could look, and nothing that it would have to stop. */
async function problemsAtHome(failback: Failback): Promise<readonly string[]> {
  const server = await failback.cloud.stackStatus('primary', 'Server');
  return server === undefined ? fenceProblems(failback) : guardProblems(failback);
}

async function problemsOfServer({ environment }: Failback, cloud: ServerCloud): Promise<readonly string[]> {
  const stack = await cloud.stackStatus('recovery', 'Server');
  // Said already.
  if (stack === undefined || !isComplete(stack)) return [];
  const status = await cloud.serverStatus('recovery');
  return [
    ...(status.handedOver
      ? [
          `the recovered server has handed its service over, and no journal says to whom: see what serves ${environment.name}, then run odoo-hand-over --take-back on it`,
        ]
      : []),
    ...problemsOfBackups(status),
  ];
}

/** Directly, and not by the guard: while a stack is made anew there is none. The fence keeps it so. */
async function stopHome(failback: Failback, cloud: ServerCloud): Promise<void> {
  const region = await cloud.fence();
  if ((await region.fence()) === undefined) await region.setFence({ fencedAt: failback.now });
  await cloud.silenceHome();
  await cloud.stopHome();
}

async function letGo(failback: Failback, cloud: ServerCloud): Promise<void> {
  await deleteRecovered(failback, ['Operations', 'Backup', 'Server', 'Egress']);
  // The next server to be recovered would begin with them, however old they are by then.
  const prefix = `${GONE_HOME}${momentOf(failback.journal)}/`;
  failback.say(`Setting the backups of the recovered server aside, below ${prefix} ...`);
  await cloud.setRecoveredBackupsAside(prefix);
  // Last: without it the environment may be recovered once more. It has the moment of this recovery, and nothing that is kept.
  await deleteRecovered(failback, ['Data']);
}
