// @ts-check
import { completeBy, copied } from '../../recovery/restore-point.lambda/complete.mjs';
import { noteUntil } from '../../recovery/restore-point.lambda/copies.mjs';
import { named, NO_POINT } from './errors.mjs';

/**
 * The newest moment of which both database and attachments are in this Region: what `cdk deploy -c recover=latest` would go on
 * from now.
 *
 * @param {Pick<import('../../recovery/restore-point.lambda/copies.mjs').Clients, 'rds' | 's3'>} clients
 * @param {{
 *   bucket: string, note: string, database: import('../../recovery/restore-point.lambda/complete.mjs').DatabaseCopy
 * }} settings
 * @returns {Promise<{ arn: string, time: string }>} ARN of the automated backup, or address of the repository; and the moment to
 *   the second.
 * @throws NoRestorePoint if there is none.
 */
export async function findPoint(clients, { bucket, note, database: what }) {
  // Secrets are what the task definition names.
  const copies = { ...clients, secrets: { listSecrets: async () => ({}) } };
  const database = await copied(copies, what);
  const complete = completeOr(await noteUntil(copies, { bucket, key: note }, database.until), what);
  const until = new Date(Math.min(complete.getTime(), database.until.getTime()));
  if (until < database.from) {
    throw named(
      NO_POINT,
      `what S3 copies is complete until ${until.toISOString()}, and the database can be had from ${database.from.toISOString()} on`,
    );
  }
  return { arn: database.source, time: `${until.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z` };
}

/** @param {Parameters<typeof completeBy>} known */
function completeOr(...known) {
  try {
    return completeBy(...known);
  } catch (error) {
    throw named(NO_POINT, error instanceof Error ? error.message : String(error));
  }
}
