import { duration } from '../../backups/words.ts';
import type { Failback } from '../failback.ts';
import type { FailbackJournal, Rehearsal } from '../journal.ts';
import { SWITCH_SECONDS } from '../switch-domain.ts';
import { usd } from '../usd.ts';

/** Until nodes have ended their Odoo. */
const STOP_SECONDS = 90;

/** From a file's last write until it is in the bucket that S3 Files exports to: a minute, and some for S3 Files itself. */
export const EXPORT_SECONDS = 180;

/** The release job, the guard's minute, and tasks of ECS until the load balancer finds them healthy. Estimated. */
const SERVE_SECONDS = 600;

/** What is about to happen, for a person to agree to. */
export function announcement({ environment, recoveryRegion }: Failback): string {
  const { name, region } = environment;
  return [
    `${name} goes home: what was entered in ${recoveryRegion} is brought to ${region}, which then serves again.`,
    '',
    `  first       a rehearsal while users work in ${recoveryRegion}: dump, attachments, restore in ${region}, comparison. Scheduled jobs rest during the dump`,
    `  then        you are asked again, with the time for which nobody can work; until the end --undo goes back to ${recoveryRegion}`,
    `  database    restored in ${region} beside the one there, and compared with what was counted in ${recoveryRegion}, before it is served`,
    `  set aside   the database that ${region} has now, with what was never copied from there: as odoo_undone_DATE, which only a person drops`,
    `  lost        nothing of what was entered in ${recoveryRegion}. Everybody logs in again`,
    `  duration    the rehearsal takes what dump and restore take, and a first time what all attachments take; it says how long users will wait`,
    `  cost        ${cost(recoveryRegion, region)}; both sides run until --finish`,
  ].join('\n');
}

function cost(from: string, to: string): string {
  return `${usd(from, 'dataTransfer.crossRegionOut')} per GB that is copied, ${usd(to, 's3.standard.put')} per 1,000 attachments`;
}

/** For example `about 21 min`: what users will have to wait for, as the rehearsal has just shown it. */
export function downtime({ rehearsal }: FailbackJournal): string {
  if (rehearsal === undefined) throw new Error('the journal lacks what the rehearsal noted');
  return `about ${duration(Math.ceil(seconds(rehearsal) / 60) * 60_000)}`;
}

function seconds({ handOver, copyDump, receive }: Rehearsal): number {
  return STOP_SECONDS + handOver + EXPORT_SECONDS + copyDump + receive + SERVE_SECONDS + SWITCH_SECONDS;
}
