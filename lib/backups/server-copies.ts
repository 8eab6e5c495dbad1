import type { DatabasePoint, DatabaseWindow } from './copies.ts';
import { filestoreVersions } from './filestore-versions.ts';
import type { Found } from './found.ts';
import { expected, type Inquiry } from './inquiry.ts';
import type { Proof } from './proof.ts';
import { databasePoints, vaultContents } from './recovery-points.ts';
import type { Watermark } from './watermark.ts';
import { backupsOf, serverListIn, type ServerList, serverListOf } from './server-list.ts';

/** Where pgBackRest's repository is among the backups. */
const REPOSITORY = 'pgbackrest/';

interface Told {
  readonly bucket: string;
  readonly list: ServerList;
}

/** What there is of small. */
export async function serverCopies(inquiry: Inquiry): Promise<Found> {
  const counts = inquiry.role === 'recovery' ? watermarkThatCounts(inquiry) : undefined;
  const [contents, told, watermark, versions] = await Promise.all([
    vaultContents(inquiry),
    counts === undefined ? newestList(inquiry) : arrivedList(inquiry, counts),
    inquiry.role === 'recovery' ? inquiry.watermark() : undefined,
    filestoreVersions(inquiry),
  ]);
  const copied = told?.list.filestore.copiedAt;
  const until = counts === undefined ? copied : earlier(copied, (await counts)?.filestore?.until);
  return {
    windows: told === undefined ? [] : [windowOf(told, backupsOf(inquiry.role))],
    points: [...databasePoints(contents, 'EBS', 'volume'), ...(told === undefined ? [] : dumpsOf(told))],
    unusable: contents.unusable,
    filestore: versions && { ...versions, until },
    proofs: [proofOf(told?.list.proof)].filter((proof) => proof !== undefined),
    volumeProof: proofOf(told?.list.volumeProof),
    copiesToldAt: watermark?.writtenAt,
    serverToldAt: told?.list.writtenAt,
  };
}

function windowOf({ bucket, list: { database } }: Told, backups: string): DatabaseWindow {
  return {
    kind: 'pgbackrest',
    name: `s3://${bucket}/${backups}${REPOSITORY}`,
    from: database.oldest,
    until: database.latest,
  };
}

function dumpsOf({ bucket, list: { dumps } }: Told): readonly DatabasePoint[] {
  return dumps.map(({ key, writtenAt, bytes }) => ({
    kind: 'dump',
    name: `s3://${bucket}/${key}`,
    created: writtenAt,
    completed: writtenAt,
    bytes,
  }));
}

function proofOf(proof: ServerList['proof'] | undefined): Proof | undefined {
  return proof ? { ...proof, restoredTo: proof.restoredTo ?? undefined } : undefined;
}

async function newestList(inquiry: Inquiry): Promise<Told | undefined> {
  const bucket = await inquiry.bucket('backups');
  return bucket === undefined ? undefined : read(inquiry, bucket, 'the server has not written it');
}

/** By the list that has arrived last: until it was written, the server was at work. */
async function watermarkThatCounts(inquiry: Inquiry): Promise<Watermark | undefined> {
  return inquiry.watermarkThatCounts((await newestList(inquiry))?.list.writtenAt);
}

/** The newest that has arrived together with everything that it names. */
async function arrivedList(
  inquiry: Inquiry,
  counts: Promise<Watermark | undefined>,
): Promise<Told | undefined> {
  const [bucket, watermark] = await Promise.all([inquiry.bucket('backups'), counts]);
  if (bucket === undefined || watermark === undefined) return undefined;
  const { backups } = watermark;
  if (backups === null) {
    inquiry.note(`copy of the server's backups, s3://${bucket}`, 'how far it is, is not known');
    return undefined;
  }
  return read(inquiry, bucket, `none was written before ${backups.until.toISOString()}`, backups.until);
}

function read(inquiry: Inquiry, bucket: string, otherwise: string, until?: Date): Promise<Told | undefined> {
  const list = serverListIn(inquiry.role);
  return inquiry.ask(`what the server says, s3://${bucket}/${list}`, async () => ({
    bucket,
    list: serverListOf(expected(await inquiry.cloud.text(bucket, list, until), otherwise)),
  }));
}

function earlier(one: Date | undefined, other: Date | undefined): Date | undefined {
  return one === undefined || other === undefined ? undefined : one < other ? one : other;
}
