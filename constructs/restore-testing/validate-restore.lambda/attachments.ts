import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { BucketVersions, type Version } from './bucket-versions.ts';
import type { Database } from './database.ts';
import { Damage } from './finding.ts';

/** Rows that are fetched, and files that are judged, at once. */
const BATCH = 2000;

/** Objects read at the same time. */
const READS = 16;

/** How many files a report names of each fault. */
const NAMED = 10;

/** What can be wrong with a file that the database refers to. */
export const FAULTS = ['missing', 'deleted', 'wrong size', 'wrong content', 'not readable'] as const;
export type Fault = (typeof FAULTS)[number];

/** How far the look at the attachments is: small, so that another invocation goes on with it. */
export interface Progress {
  /** The last file that was judged; empty before the first one. */
  readonly after: string;
  readonly done: boolean;
  /** Files that the database refers to, and their bytes. */
  readonly checked: number;
  readonly bytes: number;
  /** Of these, read to the end. */
  readonly read: number;
  /** Deleted from the bucket after the recovery point: a restore has to bring them back, and can. */
  readonly deletedSince: number;
  readonly faults: Readonly<Partial<Record<Fault, FaultyFiles>>>;
  /** Of the files that are there, when the newest was written; of those that are not, the oldest. Milliseconds since 1970. */
  readonly newestThere: number | null;
  readonly oldestMissing: number | null;
}

interface FaultyFiles {
  readonly count: number;
  /** The first of them. */
  readonly named: readonly string[];
}

export const NOTHING_CHECKED: Progress = {
  after: '',
  done: false,
  checked: 0,
  bytes: 0,
  read: 0,
  deletedSince: 0,
  faults: {},
  newestThere: null,
  oldestMissing: null,
};

export interface AttachmentsProps {
  readonly database: Database;
  readonly s3: S3Client;
  readonly bucket: string;
  /** Where the attachments are in it, for example `filestore/odoo/`. */
  readonly prefix: string;
  readonly recoveryPoint: Date;
  /** Files that are read to the end and hashed, chosen by chance; all of them, if there are no more. */
  readonly readAtMost: number;
  /** Chooses other files in each test. */
  readonly seed: string;
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
  const sample = await sampleOf(props);
  if (props.late()) return progress;
  for await (const files of filesAfter(props.database, from.after)) {
    progress = await judgeAll({ ...props, sample }, versions, files, progress);
    if (props.late()) break;
  }
  return progress;
}

async function sampleOf({ database, readAtMost }: AttachmentsProps): Promise<number> {
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

/** Progress while a batch is judged. */
type Tally = { -readonly [Field in keyof Progress]: Progress[Field] } & {
  faults: Partial<Record<Fault, FaultyFiles>>;
};

/** With the share of the files that is read. */
type Sampling = AttachmentsProps & { readonly sample: number };

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

function noteFault({ faults }: Tally, fault: Fault, name: string): void {
  const { count = 0, named = [] } = faults[fault] ?? {};
  faults[fault] = { count: count + 1, named: named.length < NAMED ? [...named, name] : named };
}

/** The names are sums, so that any of their digits are as good as dice. */
function isSampled(name: string, { sample, seed }: Sampling): boolean {
  if (sample >= 1) return true;
  const dice = createHash('sha1').update(`${seed} ${name}`).digest().readUInt32BE() / 2 ** 32;
  return dice < sample;
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
    const hash = createHash('sha1');
    for await (const block of Body) hash.update(block);
    return name.endsWith(`/${hash.digest('hex')}`) ? undefined : 'wrong content';
  } catch {
    return 'not readable';
  }
}

/** @throws Damage that names what is wrong with how many files. */
export function judgeAttachments(progress: Progress): string {
  const { checked, bytes, read, deletedSince, faults, newestThere, oldestMissing } = progress;
  const problems = FAULTS.flatMap((fault) => {
    const { count = 0, named = [] } = faults[fault] ?? {};
    return count === 0
      ? []
      : [`${count} ${fault} (${named.join(', ')}${count > named.length ? ', ...' : ''})`];
  });
  if (oldestMissing !== null && oldestMissing > (newestThere ?? 0)) {
    problems.push(
      'all that is missing is newer than all that is there: the filestore is older than the database',
    );
  }
  const extent = `${checked} files of ${(bytes / 2 ** 20).toFixed(1)} MiB looked at, ${read} of them read`;
  if (problems.length > 0) throw new Damage(`${problems.join('; ')}; ${extent}`);
  return deletedSince === 0
    ? extent
    : `${extent}; ${deletedSince} were deleted since the recovery point and can be brought back`;
}
