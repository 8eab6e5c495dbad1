// @ts-check
import { copiedDatabase, copiedRepository } from './copies.mjs';

/**
 * What a database is restored from: RDS's automated backups, told from others' by the ARN of the key of all copies; or the single
 * server's, with the listing that it writes beside them.
 *
 * @typedef {{ kind: 'rds', encryptionKey: string } | { kind: 's3', bucket: string, key: string }} DatabaseCopy
 */

/**
 * What there is of the database.
 *
 * @param {import('./copies.mjs').Clients} clients
 * @param {DatabaseCopy} what
 */
export function copied(clients, what) {
  return what.kind === 'rds' ? copiedDatabase(clients, what.encryptionKey) : copiedRepository(clients, what);
}

/**
 * Up to when everything is there of what S3 copies: attachments, and the repository where the database is in one.
 *
 * @param {import('./copies.mjs').Note} note
 * @param {DatabaseCopy} what
 */
export function completeBy({ filestore, backups }, { kind }) {
  const parts = { attachments: filestore, ...(kind === 's3' && { backups }) };
  const moments = Object.entries(parts).map(([part, known]) => {
    const moment = Date.parse(known?.until ?? '');
    if (Number.isNaN(moment))
      throw new Error(`how far the ${part} are copied was not known in the last note`);
    return moment;
  });
  return new Date(Math.min(...moments));
}
