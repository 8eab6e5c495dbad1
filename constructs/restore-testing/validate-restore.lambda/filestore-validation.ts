import { type AttachmentLists, compared } from './attachment-lists.ts';
import { Damage, type Finding, findingOf } from './finding.ts';
import { type Manifest, required } from './manifest.ts';
import { judgeAttachments, NOTHING_CHECKED, type Progress } from './progress.ts';
import { type ExpectedAge, ageOf } from './recovery-point.ts';
import { restoredDirectory } from './restored-directory.ts';
import { checkRestoredFiles } from './restored-files.ts';
import type { Validation } from './validation.ts';

/** A restored file system with attachments, and what must be on it. */
export interface RestoredFilestore {
  /** Id of the restore: chooses the sample. */
  readonly id: string;
  /** Where the file system is mounted. */
  readonly mount: string;
  /** Of the attachments on the file system that was backed up, for example `filestore/odoo/`. */
  readonly path: string;
  readonly expected: ExpectedAge;
  readonly restoreStarted: Date;
  /** From before the backup; absent if nobody has noted it. */
  readonly before?: Manifest;
  /** From after the restore began. */
  readonly now: Manifest;
  readonly lists: AttachmentLists;
  /** Files that are read to the end; all of them, if there are no more. */
  readonly readAtMost: number;
}

const DELETED_SINCE = 'were deleted since they were listed, and were not looked for';

/**
 * Validates a restored file system as far as the time allows. Called again with what it returned until it is done. Each time
 * it looks whether the file system is still mounted: a deployment takes it off the function.
 */
export async function validateFilestore(
  restored: RestoredFilestore,
  before: Validation,
  { now, late }: { readonly now: Date; readonly late: () => boolean },
): Promise<Validation> {
  let directory = '';
  const mounted = await findingOf('file system', async () => {
    directory = await restoredDirectory(restored.mount, restored.path);
    return `attachments at ${directory.slice(restored.mount.length)}`;
  });
  if (!mounted.passed) return { ...before, findings: [...before.findings, mounted], done: true };
  const findings =
    before.findings.length > 0
      ? before.findings
      : [mounted, await findingOf('recovery point', async () => ageOf(restored.expected, now))];
  return withFiles(restored, directory, { ...before, findings }, late);
}

async function withFiles(
  restored: RestoredFilestore,
  directory: string,
  before: Validation,
  late: () => boolean,
): Promise<Validation> {
  let attachments = before.attachments ?? NOTHING_CHECKED;
  const finding: Finding = await findingOf('attachments', async () => {
    attachments = await checkedFiles(restored, directory, attachments, late);
    return attachments.done ? judged(attachments) : '';
  });
  const done = attachments.done || !finding.passed;
  return { attachments, done, findings: done ? [...before.findings, finding] : before.findings };
}

/** What both lists name had to be backed up: what came or went in between may or may not be in a backup. */
async function checkedFiles(
  { id: seed, lists, readAtMost, ...restored }: RestoredFilestore,
  directory: string,
  from: Progress,
  late: () => boolean,
): Promise<Progress> {
  if (Date.parse(restored.now.takenAt) < restored.restoreStarted.getTime()) {
    throw new Error(`what is there now was listed at ${restored.now.takenAt}, before the restore began`);
  }
  const [before, now] = [listIn(required(restored.before)), listIn(restored.now)];
  const files = compared(lists.read(before.list), lists.read(now.list), from.after);
  const share = readAtMost / before.files;
  return checkRestoredFiles({ directory, files, share, seed, late }, from);
}

function listIn({ attachments, takenAt }: Manifest): NonNullable<Manifest['attachments']> {
  if (attachments === undefined) throw new Error(`nobody has listed the attachments at ${takenAt}`);
  if (attachments.files === 0) throw new Damage(`no attachment was there at ${takenAt}`);
  return attachments;
}

/** A file system of which nothing had to be looked at is not proven. */
function judged(attachments: Progress): string {
  if (attachments.checked === 0) throw new Damage('no attachment from before the backup is there any more');
  return judgeAttachments(attachments, DELETED_SINCE);
}
