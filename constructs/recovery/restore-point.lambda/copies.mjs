// @ts-check

/**
 * What there is in the Region of the copies.
 *
 * @typedef {object} Clients The few calls of the AWS SDK that are made.
 * @property {{
 *   describeDBInstanceAutomatedBackups(input: object): Promise<{
 *     DBInstanceAutomatedBackups?: {
 *       DBInstanceAutomatedBackupsArn?: string,
 *       KmsKeyId?: string,
 *       RestoreWindow?: { EarliestTime?: Date, LatestTime?: Date },
 *     }[],
 *     Marker?: string,
 *   }>,
 * }} rds
 * @property {{
 *   listObjectVersions(input: object): Promise<{
 *     Versions?: { Key?: string, VersionId?: string, LastModified?: Date }[],
 *     IsTruncated?: boolean,
 *     NextKeyMarker?: string,
 *     NextVersionIdMarker?: string,
 *   }>,
 *   getObject(input: object): Promise<{ Body?: { transformToString(): Promise<string> }, LastModified?: Date }>,
 * }} s3
 * @property {{
 *   listSecrets(input: object): Promise<{
 *     SecretList?: { ARN?: string, PrimaryRegion?: string, Tags?: { Key?: string, Value?: string }[] }[],
 *     NextToken?: string,
 *   }>,
 * }} secrets
 *
 * @typedef {{ source: string, from: Date, until: Date }} Database What a database is restored from: the first moment that can be had,
 *   and the last at which the primary Region was at work.
 *
 * @typedef {{ filestore?: { until: string } | null, backups?: { until: string } | null }} Note Until when what S3 copies had
 *   arrived; null: not known.
 */

/** On each secret, with what it is for; a replica has the tags of its source. */
export const PURPOSE = 'odoo-aws:secret';

/**
 * Of an instance that was replaced, the copies stay for a while: the one that reaches furthest is of the last instance.
 *
 * @param {Clients} clients
 * @param {string} encryptionKey ARN of the key that the copies are encrypted with.
 * @returns {Promise<Database>}
 */
export async function copiedDatabase({ rds }, encryptionKey) {
  /** @type {Database[]} */
  const found = [];
  /** @type {string | undefined} */
  let Marker;
  do {
    const page = await rds.describeDBInstanceAutomatedBackups({ Marker });
    for (const backup of page.DBInstanceAutomatedBackups ?? []) {
      const { DBInstanceAutomatedBackupsArn: source, RestoreWindow: window } = backup;
      if (backup.KmsKeyId !== encryptionKey || source === undefined) continue;
      if (window?.EarliestTime === undefined || window.LatestTime === undefined) continue;
      found.push({ source, from: window.EarliestTime, until: window.LatestTime });
    }
    ({ Marker } = page);
  } while (Marker);
  const newest = found.toSorted((one, other) => one.until.getTime() - other.until.getTime()).at(-1);
  if (newest === undefined) {
    throw new Error(`RDS has no copy of a database here that is encrypted with ${encryptionKey}`);
  }
  return newest;
}

/**
 * By the listing that the server writes after each of its jobs, the most frequent of which comes every five minutes whether or not
 * there is anything to copy: the last one that has arrived is the last that is known of the primary Region. A segment of the log
 * comes each minute, but only where somebody works, and would be found by reading the names of weeks.
 *
 * @param {Clients} clients
 * @param {{ bucket: string, key: string }} where
 * @returns {Promise<Database>}
 */
export async function copiedRepository({ s3 }, { bucket, key }) {
  const what = `s3://${bucket}/${key}`;
  const { Body, LastModified } = await s3.getObject({ Bucket: bucket, Key: key }).catch((error) => {
    throw new Error(
      `${what}, which the single server writes with its backups, cannot be read: ${error.message}`,
    );
  });
  const { writtenAt, database } = JSON.parse((await Body?.transformToString()) ?? '');
  const from = new Date(Date.parse(database?.oldest));
  // By the clock of the server or of S3, whichever says less: a sign of life from the future would let every note count.
  const until = new Date(Math.min(Date.parse(writtenAt), LastModified?.getTime() ?? NaN));
  if (Number.isNaN(from.getTime()) || Number.isNaN(until.getTime())) {
    throw new Error(`${what} does not say when it was written, or from when on the database can be restored`);
  }
  return { source: what.slice(0, what.lastIndexOf('/') + 1), from, until };
}

/**
 * The last note of how far the copies are that was written by a moment.
 *
 * @param {Clients} clients
 * @param {{ bucket: string, key: string }} where
 * @param {Date} moment
 * @returns {Promise<Note>}
 */
export async function noteUntil({ s3 }, { bucket, key }, moment) {
  const what = `s3://${bucket}/${key}`;
  const VersionId = await versionUntil({ s3 }, bucket, key, moment);
  if (VersionId === undefined) throw new Error(`${what} has no version from before ${moment.toISOString()}`);
  const { Body } = await s3.getObject({ Bucket: bucket, Key: key, VersionId });
  return JSON.parse((await Body?.transformToString()) ?? '');
}

/**
 * Versions of a key come newest first, those of keys that begin with it after them.
 *
 * @param {Pick<Clients, 's3'>} clients
 * @param {string} Bucket
 * @param {string} key
 * @param {Date} moment
 */
async function versionUntil({ s3 }, Bucket, key, moment) {
  /** @type {{ KeyMarker?: string, VersionIdMarker?: string } | undefined} */
  let marker = {};
  while (marker !== undefined) {
    const page = await s3.listObjectVersions({ Bucket, Prefix: key, ...marker });
    const found = (page.Versions ?? []).find(
      ({ Key, LastModified }) => Key === key && LastModified !== undefined && LastModified <= moment,
    );
    if (found !== undefined) return found.VersionId;
    marker = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return undefined;
}

/**
 * ARNs of the replicas, by their purpose.
 *
 * @param {Clients} clients
 * @param {{ environment: string, secrets: string[] }} wanted
 * @returns {Promise<Record<string, string>>}
 */
export async function copiedSecrets({ secrets }, { environment, secrets: purposes }) {
  /** @type {Record<string, string>} */
  const found = {};
  /** @type {string | undefined} */
  let NextToken;
  do {
    const page = await secrets.listSecrets({
      Filters: [
        { Key: 'tag-key', Values: [PURPOSE] },
        { Key: 'tag-value', Values: [environment] },
      ],
      NextToken,
    });
    for (const { ARN = '', PrimaryRegion, Tags = [] } of page.SecretList ?? []) {
      const tags = Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
      const purpose = tags[PURPOSE] ?? '';
      // The second filter takes the beginning of a word, and any tag.
      if (tags['odoo-aws:environment'] !== environment || PrimaryRegion === undefined) continue;
      if (!purposes.includes(purpose)) continue;
      if (found[purpose] !== undefined) {
        throw new Error(`two secrets of ${environment} are its ${purpose}: ${found[purpose]} and ${ARN}`);
      }
      found[purpose] = ARN;
    }
    ({ NextToken } = page);
  } while (NextToken);
  const missing = purposes.filter((purpose) => found[purpose] === undefined);
  if (missing.length > 0) throw new Error(`no copy is here of ${environment}'s ${missing.join(', ')}`);
  return found;
}
