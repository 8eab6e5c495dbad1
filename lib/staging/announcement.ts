import { shippedPrices } from '../../config/sizing/prices.ts';
import type { CopyPlan } from './checks.ts';
import type { CopyResult } from './copy-production.ts';

/** Minutes that RDS takes for a restore whatever its size, and its loading from the snapshot afterwards per GiB. */
const RESTORE_MINUTES = 25;

/** Seconds of the job per GiB of database, measured between two servers of two cores (docs/staging.md). */
const JOB_SECONDS_PER_GIB = 30;

/** What is about to happen, for a person to agree to. */
export function announcement({ from, to, source, target, filestore, leftOvers }: CopyPlan): string {
  const [production, staging] = [from.environment.name, to.environment.name];
  const moment = source.recoveryPoint.toISOString().replace('.000', '');
  const lines = [
    `${staging} gets the data of ${production} as of ${moment}${source.kind === 'database' ? ' or a little later' : ''}.`,
    '',
    `  source       ${source.kind === 'database' ? `RDS instance ${source.instance.identifier}` : `nightly dump s3://${source.bucket}/${source.dump.key}`}`,
    `  attachments  from s3://${filestore.from} to s3://${filestore.to}: what is missing there; nothing is deleted`,
    `  meanwhile    ${staging} serves what it serves now; at the end it answers with a maintenance page for seconds`,
    `  afterwards   ${staging} serves the copy, neutralized: no mail, scheduled jobs, payments or webhooks`,
    `  replaced     what ${staging} serves now stays as database odoo_before until the next copy; the one of that name now is dropped`,
    `  people       log in as in ${production}, with its passwords: whoever may log in there sees its data here`,
    `  storage      ${target.identifier} holds both databases, and may grow to ${target.storageMax} GiB, which AWS cannot shrink`,
    `  duration     ${duration(source)}`,
    `  cost         ${cost(target.instanceClass, to.environment.region, source)}`,
  ];
  if (leftOvers.length > 0) {
    lines.push(
      `  deleted      ${leftOvers.join(', ')}: left by an earlier run, or in use by another one right now`,
    );
  }
  return lines.join('\n');
}

function duration(source: CopyPlan['source']): string {
  if (source.kind === 'dump') {
    return `some minutes, and about ${JOB_SECONDS_PER_GIB} seconds per GiB of the database`;
  }
  return (
    `about ${RESTORE_MINUTES} minutes for the restore by RDS, then about ${JOB_SECONDS_PER_GIB} seconds per GiB of the` +
    ` database, more while RDS still loads it (at most ${source.instance.storage} GiB)`
  );
}

function cost(instanceClass: string, region: string, source: CopyPlan['source']): string {
  const usd = (key: string) => {
    const price = shippedPrices.price(region, key);
    return price === undefined ? 'the price of AWS' : `USD ${price.usd}`;
  };
  const requests = `${usd('s3.standard.put')} per 1,000 attachments copied`;
  if (source.kind === 'dump') return requests;
  const hourly = usd(`rds.postgres.${instanceClass}.singleAz`);
  return `${hourly} for each hour of the temporary instance (${instanceClass}), its storage, and ${requests}`;
}

/** What happened. */
export function reportText(
  { from, to, source }: CopyPlan,
  { report, filestore, seconds }: CopyResult,
): string {
  const { attachments, neutralized = [] } = report ?? {};
  const lines = [
    `${to.environment.name} serves a neutralized copy of ${from.environment.name}.`,
    '',
    `  recovery point  ${source.recoveryPoint.toISOString()}${source.kind === 'database' ? ' or a little later' : ''}`,
    `  rows            ${number(report?.rows)} in ${number(report?.tables)} tables`,
    `  attachments     ${number(attachments?.checked)} looked at, ${number(attachments?.absent)} absent; ${number(filestore.copied)} copied, ${number(filestore.restored)} of them deleted in ${from.environment.name} since`,
    `  none of         ${neutralized.length === 0 ? 'the job wrote no report' : neutralized.join('; ')}`,
    `  duration        ${Math.floor(seconds / 60)} min ${seconds % 60} s, of which the database job ${report?.seconds ?? '?'} s`,
    ...(report?.changed ?? []).map((change) => `  done            ${change}`),
    ...(report?.warnings ?? []).map((warning) => `  WARNING         ${warning}`),
    '',
    `To go back to what was served before: npm run upgrade -- --env ${to.environment.name} --undo`,
  ];
  return lines.join('\n');
}

function number(value: number | undefined): string {
  return value === undefined ? '?' : value.toLocaleString('en-US');
}
