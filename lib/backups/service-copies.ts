import type { FilestoreKind } from '../../config/environment.ts';
import { RESTORE_TESTS } from '../../constructs/audit/audit-prefixes.ts';
import type { AutomatedBackup } from './cloud.ts';
import type { DatabaseWindow, Filestore } from './copies.ts';
import { filestoreVersions } from './filestore-versions.ts';
import type { Found } from './found.ts';
import { expected, type Inquiry } from './inquiry.ts';
import { lastProofs, type Proof, recoveryPointOf } from './proof.ts';
import { databasePoints, type VaultContents, vaultContents } from './recovery-points.ts';

/** What there is of medium and large. */
export async function serviceCopies(inquiry: Inquiry, filestoreKind: FilestoreKind): Promise<Found> {
  const vault = vaultContents(inquiry);
  const database = databaseWindows(inquiry);
  const until = filestoreUntil(inquiry, database);
  const [windows, contents, filestore, proofs, watermark] = await Promise.all([
    database,
    vault,
    filestoreKind === 'efs' ? fileSystemPoints(inquiry, vault, until) : versions(inquiry, until),
    restoreTests(inquiry),
    inquiry.role === 'recovery' ? inquiry.watermark() : undefined,
  ]);
  return {
    windows,
    points: databasePoints(contents, 'RDS', 'recovery-point'),
    unusable: contents.unusable,
    filestore,
    proofs,
    copiesToldAt: watermark?.writtenAt,
  };
}

async function databaseWindows(inquiry: Inquiry): Promise<readonly DatabaseWindow[]> {
  const backups = await (inquiry.role === 'recovery' ? replicatedBackups(inquiry) : ownBackups(inquiry));
  return backups.flatMap(({ instance, resourceId, arn, status, window }) =>
    window === undefined
      ? []
      : {
          kind: 'automated-backup' as const,
          name: instance,
          ...window,
          resourceId,
          arn,
          retained: status === 'retained',
        },
  );
}

async function ownBackups(inquiry: Inquiry): Promise<readonly AutomatedBackup[]> {
  const instance = await inquiry.instance();
  if (instance === undefined) return [];
  const what = `RDS, automated backups of ${instance}`;
  return (await inquiry.ask(what, () => inquiry.cloud.automatedBackups(instance))) ?? [];
}

/** Only the primary Region knows the name of the instance, and may not answer: the key says whose backups they are. */
async function replicatedBackups(inquiry: Inquiry): Promise<readonly AutomatedBackup[]> {
  const key = await inquiry.copiesKey();
  if (key === undefined) return [];
  const all = await inquiry.ask('RDS, replicated automated backups', () => inquiry.cloud.automatedBackups());
  return (all ?? []).filter(({ kmsKey }) => kmsKey === key || kmsKey?.endsWith(`/${key}`));
}

async function versions(
  inquiry: Inquiry,
  complete: Promise<Date | undefined>,
): Promise<Filestore | undefined> {
  const [found, until] = await Promise.all([filestoreVersions(inquiry), complete]);
  return found && { ...found, until };
}

/** The file system as it is now, or its replica, and its recovery points. */
async function fileSystemPoints(
  inquiry: Inquiry,
  vault: Promise<VaultContents>,
  complete: Promise<Date | undefined>,
): Promise<Filestore> {
  const [{ usable }, until] = await Promise.all([vault, complete]);
  const points = usable
    .filter(({ resourceType }) => resourceType === 'EFS')
    .map(({ arn, created }) => ({ name: arn, created }));
  const name = inquiry.role === 'recovery' ? 'the replica of the file system' : 'the file system in service';
  return { kind: 'points', points: until === undefined ? points : [...points, { name, created: until }] };
}

/**
 * Where the environment runs nothing is on its way: what a task has not exported yet is on the mount. Of the copy, what a recovery would
 * take it for: by the last moment of the database that has arrived.
 */
async function filestoreUntil(
  inquiry: Inquiry,
  windows: Promise<readonly DatabaseWindow[]>,
): Promise<Date | undefined> {
  if (inquiry.role !== 'recovery') return inquiry.now;
  const moments = (await windows).map(({ until }) => until.getTime());
  const alive = moments.length === 0 ? undefined : new Date(Math.max(...moments));
  return (await inquiry.watermarkThatCounts(alive))?.filestore?.until;
}

async function restoreTests(inquiry: Inquiry): Promise<readonly Proof[]> {
  const bucket = await inquiry.bucket('audit');
  if (bucket === undefined) return [];
  const keys = await inquiry.ask(`reports of restore tests, s3://${bucket}/${RESTORE_TESTS}`, () =>
    inquiry.cloud.keys(bucket, RESTORE_TESTS),
  );
  return Promise.all(
    lastProofs(keys ?? []).map(async (proof) => ({
      ...proof,
      restoredTo: await inquiry.ask(`report s3://${bucket}/${proof.report}`, async () =>
        recoveryPointOf(expected(await inquiry.cloud.text(bucket, proof.report), 'it is gone')),
      ),
    })),
  );
}
