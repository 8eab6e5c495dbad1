import type { ObjectStore, StoredObject, StoredVersion } from './cloud.ts';
import { inParallel } from './in-parallel.ts';

/** Where Odoo's attachments are in a filestore bucket. */
const PREFIX = 'filestore/odoo/';

/** An attachment, below its directory of two digits: the sum of its content, which begins with them. */
const ATTACHMENT = /^filestore\/odoo\/([0-9a-f]{2})\/\1[0-9a-f]{38}$/;

/**
 * The object that stands for a directory. With it goes the directory's owner; without it, a mount shows the directory as
 * root's.
 */
const DIRECTORY = /^filestore\/odoo\/([0-9a-f]{2}\/)?$/;

/** CopyObject takes no more, bytes. Odoo reads an attachment into memory as a whole, so that none comes near. */
const LARGEST = 5 * 1024 ** 3;

export interface FilestoreCopyProps {
  readonly store: ObjectStore;
  /** Buckets. */
  readonly from: string;
  readonly to: string;
  /** The database is not older than this: what was deleted later is copied as well. */
  readonly recoveryPoint: Date;
  /** Copies under way at the same time. */
  readonly concurrency: number;
  /** Ends the copying between two objects, with its reason as error. */
  readonly signal: AbortSignal;
}

export interface FilestoreCopyResult {
  readonly copied: number;
  readonly copiedBytes: number;
  /** Among them those that production had deleted after the recovery point. */
  readonly restored: number;
  /** Found in the target already. */
  readonly present: number;
}

/**
 * Copies the attachments that the target lacks, inside S3: nothing passes through here. It never deletes, so that a second
 * run, or one after an interruption, copies the rest.
 *
 * Both buckets are listed in the order of their keys and walked side by side: memory does not grow with their number.
 */
export async function copyFilestore(props: FilestoreCopyProps): Promise<FilestoreCopyResult> {
  const { store, from, to, recoveryPoint, signal } = props;
  const present = new Walk(store.objects(to, PREFIX));
  const result = { copied: 0, copiedBytes: 0, restored: 0, present: 0 };
  await inParallel(
    props.concurrency,
    wanted(store.versions(from, PREFIX), recoveryPoint),
    async (version) => {
      signal.throwIfAborted();
      const found = await present.at(version.key);
      if (found?.size === version.size) {
        result.present++;
        return undefined;
      }
      return async () => {
        await copyOne(props, version);
        result.copied++;
        result.copiedBytes += version.size;
        if (!version.isLatest) result.restored++;
      };
    },
  );
  return result;
}

async function copyOne(
  { store, from, to }: FilestoreCopyProps,
  { key, version, size }: StoredVersion,
): Promise<void> {
  if (size > LARGEST) {
    throw new Error(
      `s3://${from}/${key} is larger than 5 GiB, which S3 does not copy at once: copy it with 'aws s3 cp', then run this again`,
    );
  }
  await store.copy({ bucket: from, key, version }, { bucket: to, key });
}

/** Of each attachment the version that the database needs: what is there, or what was deleted after the moment. */
async function* wanted(versions: AsyncIterable<StoredVersion>, moment: Date): AsyncGenerator<StoredVersion> {
  let key: string | undefined;
  let looking = false;
  for await (const version of versions) {
    if (version.key !== key) {
      key = version.key;
      looking = ATTACHMENT.test(key) || DIRECTORY.test(key);
    }
    if (!looking) continue;
    if (version.isDeleteMarker) {
      // Deleted before the moment: the database does not know it, and what is older is of no use.
      looking = version.modified >= moment;
      continue;
    }
    looking = false;
    yield version;
  }
}

/** Looks keys up in a listing, provided that they are asked for in its order. */
class Walk {
  private readonly iterator: AsyncIterator<StoredObject>;
  private current: StoredObject | undefined;
  private ended = false;

  constructor(listing: AsyncIterable<StoredObject>) {
    this.iterator = listing[Symbol.asyncIterator]();
  }

  async at(key: string): Promise<StoredObject | undefined> {
    while (!this.ended && (this.current === undefined || isBefore(this.current.key, key))) {
      const { done, value } = await this.iterator.next();
      this.ended = done === true;
      this.current = this.ended ? undefined : value;
    }
    return this.current?.key === key ? this.current : undefined;
  }
}

/** In the order of S3, which is that of the bytes; these keys are ASCII. */
function isBefore(one: string, other: string): boolean {
  return one < other;
}
