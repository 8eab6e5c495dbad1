import type { S3 } from '@aws-sdk/client-s3';
import { DRILLS, MAINTENANCE, RESTORE_TESTS } from '../../audit/audit-prefixes.ts';
import { readReportKey, type Tested } from '../../audit/report-key.ts';
import {
  type MaintenanceReport,
  momentOf,
  reportSchema,
} from '../../database-maintenance/maintain.lambda/maintenance.ts';

/** When something was proven last, and what its last attempt came to. */
export interface Proof {
  readonly of: Tested | 'drill';
  readonly provenAt?: Date;
  readonly lastFailedAt?: Date;
}

type Bucket = Pick<S3, 'listObjectsV2' | 'getObject'>;

/** What the names of reports say of the kinds of restore tests that there are. */
export async function proofsIn(
  s3: Bucket,
  bucket: string,
  kinds: readonly Tested[],
): Promise<readonly Proof[]> {
  const reports = (await keysBelow(s3, bucket, RESTORE_TESTS)).flatMap((key) => readReportKey(key) ?? []);
  return kinds.map((of) => {
    const last = (verdict: string) =>
      reports.findLast((report) => report.of === of && report.verdict === verdict)?.at;
    return proof(of, last('passed'), last('failed'));
  });
}

export async function drillIn(s3: Bucket, bucket: string): Promise<Proof> {
  const keys = await keysBelow(s3, bucket, DRILLS);
  const last = (outcome: string) => {
    const key = keys.findLast((candidate) => candidate.includes(`-${outcome}-`));
    return key?.slice(DRILLS.length, key.indexOf(`-${outcome}-`));
  };
  return proof('drill', last('passed'), last('failed'));
}

function proof(of: Proof['of'], passed?: string, failed?: string): Proof {
  return {
    of,
    ...(passed !== undefined && { provenAt: new Date(passed) }),
    ...(failed !== undefined && { lastFailedAt: new Date(failed) }),
  };
}

/** The last look at the database; undefined before the first one. */
export async function lastLook(s3: Bucket, bucket: string): Promise<MaintenanceReport | undefined> {
  const Key = (await keysBelow(s3, bucket, MAINTENANCE)).findLast((key) => momentOf(key) !== undefined);
  if (Key === undefined) return undefined;
  const { Body } = await s3.getObject({ Bucket: bucket, Key });
  return reportSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
}

/** In the order of their names, which begin with the moment. */
async function keysBelow(s3: Bucket, bucket: string, prefix: string): Promise<readonly string[]> {
  const found: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.listObjectsV2({ Bucket: bucket, Prefix: prefix, ContinuationToken });
    found.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return found;
}
