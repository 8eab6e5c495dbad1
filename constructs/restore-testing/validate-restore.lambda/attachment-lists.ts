import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod/mini';
import type { Database } from './database.ts';
import { PART, uploadInParts } from './upload-in-parts.ts';

/** Rows that are fetched at once. */
const BATCH = 2000;

/** A file that attachments refer to; its name is the sum of its content. */
export interface ListedFile {
  /** Below the directory of the database, for example `9d/9d…`. */
  readonly name: string;
  /** Bytes, as Odoo noted them; null in old rows. */
  readonly size: number | null;
}

/** A line. */
const fileSchema = z.tuple([z.string(), z.nullable(z.int())]);

/**
 * Lists of the files that attachments refer to, in the audit bucket: each once, in the order of the bytes of their names, one
 * JSON array a line, compressed. A million take some 30 MB, of which a part is in memory.
 */
export class AttachmentLists {
  private readonly s3: S3Client;
  private readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.s3 = s3;
    this.bucket = bucket;
  }

  /** Writes what the database refers to; returns how many files that are. */
  async keep(key: string, database: Database): Promise<number> {
    let files = 0;
    async function* lines(): AsyncGenerator<string> {
      for await (const batch of filesOf(database)) {
        files += batch.length;
        yield batch.map(({ name, size }) => `${JSON.stringify([name, size])}\n`).join('');
      }
    }
    const target = { Bucket: this.bucket, Key: key, ContentType: 'application/gzip' };
    await pipeline(Readable.from(lines()), createGzip(), (blocks) => uploadInParts(this.s3, target, blocks));
    return files;
  }

  /** @throws if it cannot be read to its end. */
  async *read(key: string): AsyncGenerator<ListedFile> {
    const text = createGunzip();
    // Otherwise an error of S3 would be waited for without end.
    const blocks = Readable.from(this.blocks(key)).on('error', (error) => text.destroy(error));
    try {
      for await (const line of linesOf(blocks.pipe(text))) {
        const [name, size] = fileSchema.parse(JSON.parse(line));
        yield { name, size };
      }
    } finally {
      blocks.destroy();
    }
  }

  /** A request for each: an answer that is read as slowly as files are judged would be cut off by S3. */
  private async *blocks(key: string): AsyncGenerator<Uint8Array> {
    let [from, size] = [0, Infinity];
    while (from < size) {
      const Range = `bytes=${from}-${from + PART - 1}`;
      const { Body, ContentRange } = await this.s3.send(
        new GetObjectCommand({ Bucket: this.bucket, Key: key, Range }),
      );
      if (Body === undefined) throw new Error(`S3 sent nothing of ${key}`);
      const block = await Body.transformToByteArray();
      size = Number(ContentRange?.split('/')[1]);
      from += block.length;
      yield block;
    }
  }
}

/** Names are compared byte by byte, whatever the collation of the database. */
function filesOf(database: Database): AsyncIterable<readonly ListedFile[]> {
  return database.batches<ListedFile>(
    BATCH,
    `SELECT store_fname COLLATE "C" AS name, max(file_size) AS size
       FROM ir_attachment WHERE type = 'binary' AND store_fname IS NOT NULL GROUP BY 1 ORDER BY 1`,
    [],
  );
}

async function* linesOf(text: Readable): AsyncGenerator<string> {
  let rest = '';
  for await (const block of text.setEncoding('utf8')) {
    const lines = `${rest}${String(block)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

/** A file of the list from before the backup. */
export interface CommonFile extends ListedFile {
  /** Whether it is in the newer list, too: attachments that users delete are no loss. */
  readonly kept: boolean;
}

/** The files of a list, after a name, with whether another list has them. Both must be in order. */
export async function* compared(
  before: AsyncIterable<ListedFile>,
  now: AsyncIterable<ListedFile>,
  after: string,
): AsyncGenerator<CommonFile> {
  const newer = now[Symbol.asyncIterator]();
  try {
    let other = await newer.next();
    for await (const file of before) {
      if (file.name <= after) continue;
      while (!other.done && other.value.name < file.name) other = await newer.next();
      yield { ...file, kept: !other.done && other.value.name === file.name };
    }
  } finally {
    await newer.return?.();
  }
}
