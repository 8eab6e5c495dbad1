import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { MANIFESTS, RESTORE_TESTS } from '../../audit/audit-prefixes.ts';
import { readReportKey, reportKey, type Tested } from '../../audit/report-key.ts';
import { AttachmentLists } from './attachment-lists.ts';
import type { Database } from './database.ts';
import { type Manifest, manifestSchema } from './manifest.ts';
import { hasPassed, htmlOf, type RestoreReport } from './report.ts';

/** What the names of manifests, and of the lists of attachments beside them, end with. */
const MANIFEST = '.json';
const LIST = '.attachments.gz';

/** A manifest is taken before each backup; one that is older than this belongs to another one, ms. */
const MANIFEST_MS = 26 * 3_600_000;

/** Manifests and reports in the audit bucket. */
export class AuditBucket {
  readonly lists: AttachmentLists;
  private readonly s3: S3Client;
  private readonly bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.s3 = s3;
    this.bucket = bucket;
    this.lists = new AttachmentLists(s3, bucket);
  }

  async keepManifest(manifest: Manifest): Promise<string> {
    const key = `${MANIFESTS}${manifest.takenAt}${MANIFEST}`;
    await this.put(key, JSON.stringify(manifest, undefined, 2), 'application/json');
    return key;
  }

  /** Lists the attachments that a database refers to, for the manifest of the same moment. */
  async keepAttachments(database: Database, takenAt: Date): Promise<NonNullable<Manifest['attachments']>> {
    const list = `${MANIFESTS}${takenAt.toISOString()}${LIST}`;
    return { list, files: await this.lists.keep(list, database) };
  }

  async manifest(key: string): Promise<Manifest> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    return manifestSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  }

  /** The newest that was taken before the moment. */
  async manifestBefore(moment: Date): Promise<Manifest | undefined> {
    const from = new Date(moment.getTime() - MANIFEST_MS).toISOString();
    const until = `${MANIFESTS}${moment.toISOString()}${MANIFEST}`;
    let found: string | undefined;
    for await (const key of this.keys(MANIFESTS, `${MANIFESTS}${from}`)) {
      if (key.endsWith(MANIFEST) && key <= until) found = key;
    }
    return found === undefined ? undefined : this.manifest(found);
  }

  /**
   * When a restore was proven last; where none ever was, since when there has been something to prove: the first manifest, or
   * the first list of attachments. Undefined before that.
   */
  async lastProof(of: Tested): Promise<Date | undefined> {
    let last: string | undefined;
    for await (const key of this.keys(RESTORE_TESTS)) {
      const report = readReportKey(key);
      if (report?.of === of && report.verdict === 'passed') last = report.at;
    }
    if (last !== undefined) return new Date(last);
    const kept = of === 'filestore' ? LIST : MANIFEST;
    for await (const key of this.keys(MANIFESTS)) {
      if (key.endsWith(kept)) return new Date(key.slice(MANIFESTS.length, -kept.length));
    }
    return undefined;
  }

  /** For programs and for people; returns the key of the page. */
  async keepReport(report: RestoreReport): Promise<string> {
    const name = reportKey({
      at: report.validated,
      verdict: hasPassed(report) ? 'passed' : 'failed',
      of: report.of,
      restore: report.restoreJobId,
    });
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
