import type { FilestoreVersions } from './copies.ts';
import type { Inquiry } from './inquiry.ts';

/** Where attachments are in the filestore bucket; a test compares it with what the mount and the server use. */
export const FILESTORE_PREFIX = 'filestore/odoo/';

/** The attachments in the filestore bucket or its copy; how far they are is known elsewhere. */
export async function filestoreVersions(
  inquiry: Inquiry,
): Promise<Omit<FilestoreVersions, 'until'> | undefined> {
  const bucket = await inquiry.bucket('filestore');
  if (bucket === undefined) return undefined;
  const keptDays = await inquiry.ask(`S3, lifecycle of bucket ${bucket}`, () =>
    inquiry.cloud.keptDays(bucket, FILESTORE_PREFIX),
  );
  return { kind: 'versions', bucket, prefix: FILESTORE_PREFIX, keptDays: keptDays ?? 'unknown' };
}
