import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { PlannedEnvironment } from '../../config/load.ts';
import { COPIES_NOTE, FENCE } from '../../constructs/audit/audit-prefixes.ts';
import { serverListIn } from '../backups/server-list.ts';
import type { Comparison } from './comparison.ts';
import type { DeployedResources } from './deployed-resources.ts';
import type { LocalAccount } from './local-account.ts';

/** Key under which Odoo would have an attachment, and what is in it. */
const ATTACHMENT = 'filestore/odoo/0b/0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33';
const CONTENT = 'foo';

/**
 * The emulator replicates no bucket of a template: what S3 and the watch over the copies would have written.
 *
 * @returns until when the copies are said to be complete.
 */
export async function copy(
  account: LocalAccount,
  { plan }: PlannedEnvironment,
  copies: DeployedResources,
): Promise<Date> {
  const now = new Date();
  const until = { until: now.toISOString() };
  const note = { writtenAt: now, filestore: until, backups: until };
  await put(account, bucketOf(copies, 'FilestoreReplica'), ATTACHMENT, CONTENT);
  await put(account, bucketOf(copies, 'AuditReplica'), COPIES_NOTE, JSON.stringify(note));
  if (plan.tier === 'small') await list(account, bucketOf(copies, 'BackupReplica'), now);
  return now;
}

/** As the single server lists its backups, in a later second than the note is of: S3 tells no more. */
async function list(account: LocalAccount, bucket: string, oldest: Date): Promise<void> {
  await sleep(1_000);
  const backups = { writtenAt: new Date(), database: { oldest } };
  await put(account, bucket, serverListIn('primary'), JSON.stringify(backups));
}

/** As if it had been set an hour ago: whoever was to stop has had the time for it. */
export async function fence(account: LocalAccount, copies: DeployedResources): Promise<void> {
  const fencedAt = new Date(Date.now() - 3_600_000);
  await put(account, bucketOf(copies, 'AuditReplica'), FENCE, JSON.stringify({ fencedAt }));
}

async function put({ s3 }: LocalAccount, Bucket: string, Key: string, Body: string): Promise<void> {
  await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

/** What was copied is there, and is what it was. */
export async function compareCopy(account: LocalAccount, copies: DeployedResources): Promise<Comparison> {
  const Bucket = bucketOf(copies, 'FilestoreReplica');
  const { Body } = await account.s3.send(new GetObjectCommand({ Bucket, Key: ATTACHMENT }));
  return { what: 'attachment in the copy', expected: CONTENT, actual: await Body?.transformToString() };
}

function bucketOf(copies: DeployedResources, logicalId: string): string {
  const found = copies.all.find(
    (each) => each.type === 'AWS::S3::Bucket' && each.logicalId.startsWith(logicalId),
  );
  if (found === undefined) throw new Error(`no bucket ${logicalId} in the recovery Region`);
  return found.physicalId;
}
