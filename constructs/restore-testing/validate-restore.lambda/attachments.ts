import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { BucketVersions, type Version } from './bucket-versions.ts';
import { isNamedAfter } from './content-sum.ts';
import type { Database } from './database.ts';
import { type Fault, isSampled, noteFault, type Progress, type Sample, type Tally } from './progress.ts';

/** Rows that are fetched, and files that are judged, at once. */
const BATCH = 2000;

/** Objects read at the same time. */
const READS = 16;

export interface AttachmentsProps {
  readonly database: Database;
  readonly s3: S3Client;
  readonly bucket: string;
  /** Where the attachments are in it, for example `filestore/odoo/`. */
  readonly prefix: string;
  readonly recoveryPoint: Date;
  /** Files that are read to the end and hashed, chosen by chance; all of them, if there are no more. */
  readonly readAtMost: number;
  readonly seed: Sample['seed'];
  /** Whether there is no time for another batch. */
  readonly late: () => boolean;
}

interface File {
  readonly name: string;
  /** As Odoo noted it; null in old rows. */
  readonly size: number | null;
  /** When the attachment was made. */
  readonly created: Date | null;
}

/**
 * Looks whether every file that a database refers to can be had from the versioned bucket: there at the recovery point or
 * since, of the right size, and, for a sample, of the content that its name is the SHA-1 of. Nothing is restored for that.
 *
 * Database and bucket are read side by side in the order of the names, a batch at a time, so that memory does not grow with
 * their number; at the end of a batch the progress is all that the next one needs.
 */
export async function checkAttachments(props: AttachmentsProps, from: Progress): Promise<Progress> {
  let progress = from;
  const { s3: client, bucket, prefix } = props;
  const after = from.after === '' ? undefined : `${prefix}${from.after}`;
  const versions = new BucketVersions({ client, bucket, prefix, after });
  const share = await shareOf(props);
  if (props.late()) return progress;
  for await (const files of filesAfter(props.database, from.after)) {
    progress = await judgeAll({ ...props, share }, versions, files, progress);
    if (props.late()) break;
  }
  return progress;
}

async function shareOf({ database, readAtMost }: AttachmentsProps): Promise<number> {
  const { files } = await database.row<{ files: string }>(
    `SELECT count(DISTINCT store_fname) AS files FROM ir_attachment WHERE type = 'binary'`,
  );
  return readAtMost / Number(files);
}

/** Names are compared byte by byte, as S3 does, whatever the collation of the database. */
function filesAfter(database: Database, after: string): AsyncIterable<readonly File[]> {
  return database.batches<File>(
    BATCH,
    `SELECT store_fname COLLATE "C" AS name, max(file_size) AS size, min(create_date) AS created
       FROM ir_attachment WHERE type = 'binary' AND store_fname COLLATE "C" > $1
      GROUP BY 1 ORDER BY 1`,
    [after],
  );
}

type Sampling = AttachmentsProps & Sample;

async function judgeAll(
  props: Sampling,
  versions: BucketVersions,
  files: readonly File[],
  before: Progress,
): Promise<Progress> {
  const progress: Tally = { ...before, faults: { ...before.faults } };
  const reading = new Set<Promise<void>>();
  for (const file of files) {
    const judged = judge(await versions.of(`${props.prefix}${file.name}`), file, props.recoveryPoint);
    note(progress, file, judged);
    if (judged.version === undefined || !isSampled(file.name, props)) continue;
    const read = contentFault(props, file.name, judged.version).then((fault) => {
      progress.read++;
      if (fault !== undefined) noteFault(progress, fault, file.name);
    });
    const settled = read.finally(() => reading.delete(settled));
    reading.add(settled);
    if (reading.size >= READS) await Promise.race(reading);
  }
  await Promise.all(reading);
  progress.after = files.at(-1)?.name ?? progress.after;
  progress.done = files.length < BATCH;
  return progress;
}

interface Judgement {
  readonly fault?: Fault;
  /** What a restore would give Odoo. */
  readonly version?: Version;
  readonly deletedSince?: boolean;
}

function judge(versions: readonly Version[], { size }: File, recoveryPoint: Date): Judgement {
  const version = versions.find(({ isDeleteMarker }) => !isDeleteMarker);
  if (version === undefined) return { fault: 'missing' };
  // Oldest marker above the newest content: when Odoo lost it.
  const marker = versions.slice(0, versions.indexOf(version)).at(-1);
  if (marker !== undefined && marker.modified < recoveryPoint) return { fault: 'deleted' };
  if (size !== null && version.size !== size) return { fault: 'wrong size' };
  return { version, deletedSince: marker !== undefined };
}

function note(progress: Tally, { name, size, created }: File, judged: Judgement): void {
  progress.checked++;
  progress.bytes += size ?? 0;
  if (judged.deletedSince) progress.deletedSince++;
  if (judged.fault !== undefined) noteFault(progress, judged.fault, name);
  const moment = created?.getTime();
  if (moment === undefined) return;
  if (judged.fault === 'missing') progress.oldestMissing = Math.min(progress.oldestMissing ?? moment, moment);
  else progress.newestThere = Math.max(progress.newestThere ?? moment, moment);
}

async function contentFault(
  { s3, bucket, prefix }: AttachmentsProps,
  name: string,
  { id }: Version,
): Promise<Fault | undefined> {
  try {
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: `${prefix}${name}`, VersionId: id }),
    );
    if (!(Body instanceof Readable)) return 'not readable';
    return (await isNamedAfter(Body, name)) ? undefined : 'wrong content';
  } catch {
    return 'not readable';
  }
}
