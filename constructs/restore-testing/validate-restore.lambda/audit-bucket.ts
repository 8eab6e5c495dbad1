import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { MANIFESTS, RESTORE_TESTS } from '../../audit/audit-prefixes.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { hasPassed, htmlOf, type RestoreReport } from './report.ts';

/** Of the JSON of a test that passed: when it did. */
const PASSED = new RegExp(`^${RESTORE_TESTS}(.+Z)-passed-.+\\.json$`);

/** A manifest is taken before each backup; one that is older than this belongs to another one, ms. */
const MANIFEST_MS = 26 * 3_600_000;

/** Manifests and reports in the audit bucket. */
export class AuditBucket {
  private readonly s3: S3Client;
  private readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.s3 = s3;
    this.bucket = bucket;
  }

  async keepManifest(manifest: Manifest): Promise<string> {
    const key = `${MANIFESTS}${manifest.takenAt}.json`;
    await this.put(key, JSON.stringify(manifest, undefined, 2), 'application/json');
    return key;
  }

  /** The newest that was taken before the moment. */
  async manifestBefore(moment: Date): Promise<Manifest | undefined> {
    const from = new Date(moment.getTime() - MANIFEST_MS).toISOString();
    const until = `${MANIFESTS}${moment.toISOString()}.json`;
    let found: string | undefined;
    for await (const key of this.keys(MANIFESTS, `${MANIFESTS}${from}`)) if (key <= until) found = key;
    if (found === undefined) return undefined;
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: found }));
    return manifestSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  }

  /**
   * When a restore was proven last; where none ever was, since when there has been something to prove. Undefined before the
   * first manifest.
   */
  async lastProof(): Promise<Date | undefined> {
    let last: string | undefined;
    for await (const key of this.keys(RESTORE_TESTS)) last = PASSED.exec(key)?.[1] ?? last;
    if (last !== undefined) return new Date(last);
    for await (const key of this.keys(MANIFESTS))
      return new Date(key.slice(MANIFESTS.length, -'.json'.length));
    return undefined;
  }

  /** For programs and for people; returns the key of the page. */
  async keepReport(report: RestoreReport): Promise<string> {
    const name = `${RESTORE_TESTS}${report.validated}-${hasPassed(report) ? 'passed' : 'failed'}-${report.restoreJobId}`;
    await this.put(`${name}.json`, JSON.stringify(report, undefined, 2), 'application/json');
    await this.put(`${name}.html`, htmlOf(report), 'text/html; charset=utf-8');
    return `${name}.html`;
  }

  private async *keys(Prefix: string, StartAfter?: string): AsyncGenerator<string> {
    const pages = paginateListObjectsV2({ client: this.s3 }, { Bucket: this.bucket, Prefix, StartAfter });
    for await (const { Contents = [] } of pages) {
      for (const { Key = '' } of Contents) yield Key;
    }
  }

  private async put(Key: string, Body: string, ContentType: string): Promise<void> {
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key, Body, ContentType }));
  }
}
