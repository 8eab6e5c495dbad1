import { duration } from '../../backups/words.ts';
import { handOverSeconds } from '../../growth/prediction.ts';
import type { Failback } from '../failback.ts';
import { SWITCH_SECONDS } from '../switch-domain.ts';
import { usd } from '../usd.ts';

/** The last attachments and all backups, from bucket to bucket. Estimated. */
const COPY_SECONDS = 300;

/** What is about to happen, for a person to agree to. */
export function announcement({ environment, recoveryRegion }: Failback): string {
  const { name, region } = environment;
  return [
    `${name} goes home: what was entered in ${recoveryRegion} is brought to ${region}, where a new server serves it again.`,
    '',
    `  first       while users work in ${recoveryRegion}: the old server in ${region} is deleted, its backups are set aside, attachments are copied`,
    `  then        you are asked again, with the time for which nobody can work; until --finish, --undo goes back to ${recoveryRegion}`,
    `  new server  fills a blank volume from the backups of the one in ${recoveryRegion}, up to its last transaction`,
    `  kept        the data volume of the old server, with what was never copied from it, and its address; its backups, below before-the-loss/; which only a person deletes`,
    `  address     another one. Firewalls and DNS zones elsewhere that name the old one have to be told`,
    `  lost        nothing of what was entered in ${recoveryRegion}. Everybody logs in again`,
    `  cost        ${usd(recoveryRegion, 'dataTransfer.crossRegionOut')} per GB that is copied, ${usd(region, 's3.standard.put')} per 1,000 objects; both sides run until --finish`,
  ].join('\n');
}

/** For example `about 31 min`: what users will have to wait for, as the plan has it. */
export function downtime({ journal, plan }: Failback): string {
  if (journal.server === undefined || plan.server === undefined) {
    throw new Error('the journal lacks what the preparation noted');
  }
  const seconds = handOverSeconds(journal.server) + COPY_SECONDS + SWITCH_SECONDS;
  const minutes = Math.ceil(seconds / 60) + plan.server.recoveryMinutes.restored;
  return `about ${duration(minutes * 60_000)}`;
}
