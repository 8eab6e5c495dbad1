import type { StackPurpose } from '../../growth/cloud.ts';
import type { Failback } from '../failback.ts';
import { BEFORE_THE_LOSS } from '../../../constructs/backup/backup-prefixes.ts';
import { momentOf } from '../journal.ts';
import type { ServerCloud } from './cloud.ts';

/** What refers to the server goes before it. */
const OF_THE_SERVER: readonly StackPurpose[] = ['Dns', 'Operations', 'Backup', 'Server'];

/**
 * Sees that there is no server at home, that one which somebody deploys all the same serves nobody, and that the place for the
 * backups of the recovered one is empty. Only before these are copied there.
 */
export async function clearHome(failback: Failback, cloud: ServerCloud): Promise<void> {
  const { environment, journal, say } = failback;
  // First: a stack that is made anew has its guard only once its server has been provisioned.
  await cloud.silenceHome();
  for (const purpose of OF_THE_SERVER) {
    if ((await cloud.stackStatus('primary', purpose)) === undefined) continue;
    say(`Deleting ${environment.name}-${purpose} ...`);
    await cloud.deleteHome(purpose);
  }
  const prefix = `${BEFORE_THE_LOSS}${momentOf(journal)}/`;
  const moved = await cloud.setHomeBackupsAside(prefix);
  if (moved > 0) say(`Set aside: ${moved} objects of its backups, below ${prefix}`);
}
