import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommonFile } from './attachment-lists.ts';
import { isNamedAfter } from './content-sum.ts';
import { type Fault, isSampled, noteFault, type Progress, type Sample, type Tally } from './progress.ts';
import { isNotThere } from './restored-directory.ts';

/** Files that are judged between two looks at the time. */
const BATCH = 2000;

/** Files asked for at the same time: each answer comes over the network. */
const LANES = 32;

export interface RestoredFilesProps extends Sample {
  /** Where the attachments are, mounted. */
  readonly directory: string;
  /** In the order of their names, from the one after the last that was judged. */
  readonly files: AsyncIterable<CommonFile>;
  /** Whether there is no time for another batch. */
  readonly late: () => boolean;
}

/**
 * Looks whether every file that had to be backed up is in a restored directory: of the right size, and, for a sample, of the
 * content that its name is the SHA-1 of. A batch is in memory, however many there are; at its end the progress is all that
 * the next one needs.
 */
export async function checkRestoredFiles(props: RestoredFilesProps, from: Progress): Promise<Progress> {
  let progress = from;
  if (props.late()) return progress;
  for await (const batch of batchesOf(props.files)) {
    progress = await judgeAll(props, batch, progress);
    if (props.late()) return progress;
  }
  return { ...progress, done: true };
}

async function* batchesOf(files: AsyncIterable<CommonFile>): AsyncGenerator<readonly CommonFile[]> {
  let batch: CommonFile[] = [];
  for await (const file of files) {
    batch.push(file);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function judgeAll(
  props: RestoredFilesProps,
  batch: readonly CommonFile[],
  before: Progress,
): Promise<Progress> {
  const progress: Tally = { ...before, faults: { ...before.faults } };
  const files = batch.values();
  const lane = async () => {
    for (const file of files) await judge(props, file, progress);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  progress.after = batch.at(-1)?.name ?? progress.after;
  return progress;
}

async function judge(props: RestoredFilesProps, file: CommonFile, progress: Tally): Promise<void> {
  const { name, size, kept } = file;
  if (!kept) {
    progress.deletedSince++;
    return;
  }
  const path = join(props.directory, name);
  let fault = await faultOf(path, size);
  if (fault === undefined && isSampled(name, props)) {
    progress.read++;
    fault = await contentFault(path, name);
  }
  progress.checked++;
  progress.bytes += size ?? 0;
  if (fault !== undefined) noteFault(progress, fault, name);
}

async function faultOf(path: string, size: number | null): Promise<Fault | undefined> {
  try {
    const found = await lstat(path);
    if (!found.isFile()) return 'not readable';
    return size !== null && found.size !== size ? 'wrong size' : undefined;
  } catch (error) {
    return isNotThere(error) ? 'missing' : 'not readable';
  }
}

async function contentFault(path: string, name: string): Promise<Fault | undefined> {
  try {
    return (await isNamedAfter(createReadStream(path), name)) ? undefined : 'wrong content';
  } catch {
    return 'not readable';
  }
}
