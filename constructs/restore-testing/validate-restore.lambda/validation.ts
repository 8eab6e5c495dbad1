import type { S3Client } from '@aws-sdk/client-s3';
import { checkAttachments } from './attachments.ts';
import { checkDatabase, type ExpectedDatabase } from './database-checks.ts';
import { Database, type Endpoint } from './database.ts';
import { type Finding, findingOf } from './finding.ts';
import { judgeAttachments, NOTHING_CHECKED, type Progress } from './progress.ts';

/** What was restored, and what it must be. */
export interface Restored {
  readonly endpoint: Endpoint;
  readonly expected: ExpectedDatabase;
  /** Absent where the attachments are on EFS: what is restored of that is validated by itself. */
  readonly filestore?: {
    readonly s3: S3Client;
    readonly bucket: string;
    readonly prefix: string;
    /** Files that are read to the end; all of them, if there are no more. */
    readonly readAtMost: number;
  };
  /** Id of the restore: chooses the sample. */
  readonly id: string;
}

/** How far a validation is. */
export interface Validation {
  readonly findings: readonly Finding[];
  readonly attachments?: Progress;
  readonly done: boolean;
  /** Error of Step Functions that left something behind which the test had made; absent if there was none. */
  readonly leftBehind?: { readonly Cause?: string };
}

const DELETED_SINCE = 'were deleted since the recovery point and can be brought back';

export const NOT_BEGUN: Validation = { findings: [], done: false };

/**
 * Validates what was restored, as far as the time allows. Called again with what it returned until it is done; nothing that
 * is wrong with what was restored is an error here, it is a finding.
 */
export async function validate(
  restored: Restored,
  before: Validation,
  { now, late }: { readonly now: Date; readonly late: () => boolean },
): Promise<Validation> {
  let database: Database;
  try {
    database = await Database.connect(restored.endpoint);
  } catch (error) {
    const { host, user } = restored.endpoint;
    const why = error instanceof Error ? error.message : String(error);
    const failed = { check: 'connection', passed: false, details: `${user} at ${host}: ${why}` };
    return { ...before, findings: [...before.findings, failed], done: true };
  }
  try {
    const findings =
      before.findings.length > 0
        ? before.findings
        : [
            { check: 'connection', passed: true, details: 'encrypted, and the certificate is for the name' },
            ...(await checkDatabase(database, restored.expected, now)),
          ];
    return await withAttachments(restored, database, { ...before, findings }, late);
  } finally {
    await database.close().catch(() => undefined);
  }
}

async function withAttachments(
  { expected, filestore, id }: Restored,
  database: Database,
  before: Validation,
  late: () => boolean,
): Promise<Validation> {
  if (filestore === undefined) return { ...before, done: true };
  let attachments = before.attachments ?? NOTHING_CHECKED;
  const finding = await findingOf('attachments', async () => {
    const { recoveryPoint } = expected;
    attachments = await checkAttachments(
      { ...filestore, database, recoveryPoint, seed: id, late },
      attachments,
    );
    return attachments.done ? judgeAttachments(attachments, DELETED_SINCE) : '';
  });
  const done = attachments.done || !finding.passed;
  return { attachments, done, findings: done ? [...before.findings, finding] : before.findings };
}
