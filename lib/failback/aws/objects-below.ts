import { DeleteObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { StoredObject } from '../../staging/cloud.ts';
import { AwsStore } from '../../staging/aws-store.ts';
import { inParallel } from '../../staging/in-parallel.ts';
import { FailbackProblem } from '../failback.ts';
import type { CopiedBackups } from '../server/cloud.ts';
import { copyLarge } from './large-copy.ts';

/** Copies under way at the same time. */
const CONCURRENCY = 64;

/** What of a bucket has a key that begins so. */
export interface Below {
  readonly client: S3Client;
  readonly bucket: string;
  readonly prefix: string;
}

export interface CopyBelow {
  readonly from: Below;
  readonly to: Below;
  /** Of the source, by what follows the prefix: not copied. */
  readonly except: string;
  /** The same way: without them the rest is of no use. */
  readonly needed: readonly string[];
}

/**
 * Copies everything below a prefix below another one, in another bucket: what the target lacks, or has from before the source
 * was written last. It deletes nothing.
 *
 * @returns how much there is of it, copied now or before
 * @throws FailbackProblem if something that is needed is not there; before anything is copied
 */
export async function copyBelow({ from, to, except, needed }: CopyBelow): Promise<CopiedBackups> {
  const [source, target] = await Promise.all([objectsBelow(from), objectsBelow(to)]);
  for (const name of needed) {
    if (source.has(name)) continue;
    throw new FailbackProblem(
      `s3://${from.bucket}/${from.prefix}${name} is missing: see why, then run failback again, or go back with --undo`,
    );
  }
  source.delete(except);
  await inParallel(CONCURRENCY, source, async ([name, { key, size, modified }]) => {
    const present = target.get(name);
    if (present?.size === size && present.modified >= modified) return undefined;
    return async () => void (await copyLarge({ from, to, key, as: to.prefix + name }));
  });
  return {
    objects: source.size,
    bytes: [...source.values()].reduce((sum, { size }) => sum + size, 0),
  };
}

/**
 * Moves everything below a prefix below another one of the same bucket, each object only once its copy is there.
 *
 * @param except - by what follows the prefix
 * @returns how many there were
 */
export async function moveBelow(from: Below, prefix: string, except?: string): Promise<number> {
  const { client, bucket } = from;
  let moved = 0;
  await inParallel(CONCURRENCY, list(from), async ({ key }) => {
    if (except !== undefined && key === from.prefix + except) return undefined;
    moved++;
    return async () => {
      const as = prefix + key.slice(from.prefix.length);
      const size = await copyLarge({ from, to: from, key, as });
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: as }));
      if (ContentLength !== size) throw new Error(`s3://${bucket}/${as} is not what was copied there`);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    };
  });
  return moved;
}

/** By what follows the prefix. */
async function objectsBelow(below: Below): Promise<Map<string, StoredObject>> {
  const found = new Map<string, StoredObject>();
  for await (const object of list(below)) found.set(object.key.slice(below.prefix.length), object);
  return found;
}

function list({ client, bucket, prefix }: Below): AsyncIterable<StoredObject> {
  return new AwsStore(client).objects(bucket, prefix);
}
