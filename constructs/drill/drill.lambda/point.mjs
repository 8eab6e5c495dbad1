// @ts-check
import { copiedDatabase, noteUntil } from '../../recovery/restore-point.lambda/copies.mjs';
import { named, NO_POINT } from './errors.mjs';

/**
 * The newest moment of which both database and attachments are in this Region: what `cdk deploy -c recover=latest` would go on
 * from now.
 *
 * @param {Pick<import('../../recovery/restore-point.lambda/copies.mjs').Clients, 'rds' | 's3'>} clients
 * @param {{ bucket: string, note: string, encryptionKey: string }} settings
 * @returns {Promise<{ arn: string, time: string }>} ARN of the automated backup, and the moment to the second.
 * @throws NoRestorePoint if there is none.
 */
export async function findPoint(clients, { bucket, note, encryptionKey }) {
  // Secrets are what the task definition names.
  const copies = { ...clients, secrets: { listSecrets: async () => ({}) } };
  const database = await copiedDatabase(copies, encryptionKey);
  const { filestore } = await noteUntil(copies, { bucket, key: note }, database.until);
  const known = Date.parse(filestore?.until ?? '');
  if (Number.isNaN(known))
    throw named(NO_POINT, 'how far the attachments are copied was not known in the last note');
  const complete = new Date(Math.min(known, database.until.getTime()));
  if (complete < database.from) {
    throw named(
      NO_POINT,
      `attachments are complete until ${complete.toISOString()}, and the database can be had from ${database.from.toISOString()} on`,
    );
  }
  return { arn: database.source, time: `${complete.toISOString().slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z` };
}
