// @ts-check
import { copiedByEfs, copiedByRds, copiedByS3, newestRecoveryPoint } from './copied-until.mjs';

/**
 * Looks at the copies in the Region that it runs in: until when is what was written in the primary Region here? It is
 * published as metrics, and noted in an object that can be read when the primary Region is gone.
 *
 * @typedef {keyof typeof COPY_AGE} Part
 *
 * @typedef {object} Settings The construct `CopyWatch` writes them.
 * @property {string} environment For example `prod`.
 * @property {string} bucket Where the note is kept.
 * @property {string} key Its name.
 * @property {string} vault Name of the vault with the copied recovery points.
 * @property {string} encryptionKey ARN of the key of all copies; by it RDS's and EFS's are told from others'.
 * @property {{ kind: 's3', bucket: string, delay: number } | { kind: 'efs' }} filestore Replica of the attachments, and
 *   seconds after which at the latest an attachment is in the bucket that is copied.
 * @property {{ kind: 'rds' } | { kind: 's3', bucket: string }} database What the database is restored from: RDS's automated
 *   backups, or the replica of pgBackRest's repository.
 *
 * @typedef {import('./copied-until.mjs').Clients} Clients
 *
 * @typedef {object} Note What is kept. Everything written before `until` has arrived; null: not known.
 * @property {string} writtenAt
 * @property {string} since When the copies were looked at first.
 * @property {{ until: string } | null} filestore
 * @property {{ until: string } | null} backups Of the repository of the single server.
 * @property {{ until: string } | null} database Of RDS.
 * @property {{ until: string } | null} recoveryPoints When the newest one was made.
 *
 * @typedef {{ clients: Clients, settings: Settings, now: () => Date, log: (line: string) => void }} Surroundings
 */

/** Namespace of the metrics. */
export const COPIES = 'Odoo/Copies';

/** Metrics in seconds, by what they are about. */
export const COPY_AGE = /** @type {const} */ ({
  filestore: 'FilestoreCopyAge',
  backups: 'BackupsCopyAge',
  database: 'DatabaseCopyAge',
  recoveryPoints: 'RecoveryPointCopyAge',
});

/** @param {Surroundings} surroundings */
export function createHandler({ clients, settings, now, log }) {
  const { bucket, key, filestore, database } = settings;

  /** @returns {Promise<Partial<Note>>} */
  async function lastNote() {
    try {
      const { Body } = await clients.s3.getObject({ Bucket: bucket, Key: key });
      return JSON.parse((await Body?.transformToString()) ?? '');
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return {};
      throw error;
    }
  }

  /** @returns {[Part, () => Promise<Date | undefined>][]} */
  function questions() {
    return [
      [
        'filestore',
        () =>
          filestore.kind === 's3'
            ? copiedByS3(clients, filestore.bucket, filestore.delay, now())
            : copiedByEfs(clients, settings.encryptionKey),
      ],
      database.kind === 's3'
        ? ['backups', () => copiedByS3(clients, database.bucket, 0, now())]
        : ['database', () => copiedByRds(clients, settings.encryptionKey)],
      ['recoveryPoints', () => newestRecoveryPoint(clients, settings.vault)],
    ];
  }

  /** @param {readonly (readonly [Part, Date])[]} known */
  function publish(known) {
    const ages = known.map(([part, until]) => /** @type {const} */ ([COPY_AGE[part], secondsSince(until)]));
    const Metrics = ages.map(([Name]) => ({ Name, Unit: 'Seconds' }));
    const CloudWatchMetrics = [{ Namespace: COPIES, Dimensions: [['Environment']], Metrics }];
    const embedded = { Timestamp: now().getTime(), CloudWatchMetrics };
    log(JSON.stringify({ _aws: embedded, Environment: settings.environment, ...Object.fromEntries(ages) }));
  }

  /** @param {Date} moment */
  function secondsSince(moment) {
    return Math.max(0, (now().getTime() - moment.getTime()) / 1000);
  }

  return async function watchCopies() {
    const last = await lastNote();
    const since = last.since ?? now().toISOString();
    /** @type {Note} */
    const note = {
      filestore: null,
      backups: null,
      database: null,
      recoveryPoints: null,
      ...last,
      since,
      writtenAt: now().toISOString(),
    };
    /** @type {[Part, Date][]} */
    const known = [];
    const asked = questions().map(async ([part, ask]) => {
      try {
        const until = await ask();
        // What is not known now was known: the Region that it came from may just be gone.
        if (until !== undefined) note[part] = { until: until.toISOString() };
        // Until there is a first copy, the time that nothing has come.
        known.push([part, new Date(note[part]?.until ?? since)]);
      } catch (error) {
        // Its alarm notices that there is no value, and all others are published.
        log(JSON.stringify({ level: 'ERROR', part, error: String(error) }));
      }
    });
    await Promise.all(asked);
    publish(known);
    await clients.s3.putObject({
      Bucket: bucket,
      Key: key,
      Body: JSON.stringify(note),
      ContentType: 'application/json',
    });
    return note;
  };
}
