import {
  CopyObjectCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  paginateListObjectsV2,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ObjectName, ObjectStore, ObjectVersion, StoredObject, StoredVersion } from './cloud.ts';

/** Amazon S3. */
export class AwsStore implements ObjectStore {
  private readonly client: S3Client;

  constructor(client: S3Client) {
    this.client = client;
  }

  async *objects(bucket: string, prefix: string): AsyncGenerator<StoredObject> {
    for await (const page of paginateListObjectsV2(
      { client: this.client },
      { Bucket: bucket, Prefix: prefix },
    )) {
      for (const { Key: key = '', Size: size = 0, LastModified: modified = new Date(0) } of page.Contents ??
        []) {
        yield { key, size, modified };
      }
    }
  }

  async *versions(bucket: string, prefix: string): AsyncGenerator<StoredVersion> {
    let next: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
    while (next !== undefined) {
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...next }),
      );
      yield* inOrder(page);
      next = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
  }

  async copy(from: ObjectVersion, to: ObjectName): Promise<{ readonly version?: string }> {
    const { VersionId: version } = await this.client.send(
      new CopyObjectCommand({
        Bucket: to.bucket,
        Key: to.key,
        CopySource: `${from.bucket}/${encodeURIComponent(from.key)}?versionId=${encodeURIComponent(from.version)}`,
        // Owner and permissions of S3 Files are user metadata.
        MetadataDirective: 'COPY',
        TaggingDirective: 'COPY',
      }),
    );
    return { version };
  }

  async deleteVersion({ bucket, key, version }: ObjectVersion): Promise<void> {
    await this.client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: version }));
  }
}

/** S3 lists versions and delete markers of a page apart; a key's are put together again, the newest first. */
function inOrder({
  Versions = [],
  DeleteMarkers = [],
}: ListObjectVersionsCommandOutput): readonly StoredVersion[] {
  const all = [
    ...Versions.map((version) => ({ ...version, isDeleteMarker: false })),
    ...DeleteMarkers.map((marker) => ({ ...marker, Size: 0, isDeleteMarker: true })),
  ].map(
    ({ Key: key = '', VersionId: version = '', IsLatest, Size: size = 0, LastModified, isDeleteMarker }) => ({
      key,
      version,
      size,
      isLatest: IsLatest === true,
      modified: LastModified ?? new Date(0),
      isDeleteMarker,
    }),
  );
  return all.toSorted(
    (one, other) =>
      compare(one.key, other.key) ||
      Number(other.isLatest) - Number(one.isLatest) ||
      other.modified.getTime() - one.modified.getTime() ||
      // Deleted in the second in which it was written: times are whole seconds.
      Number(other.isDeleteMarker) - Number(one.isDeleteMarker),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
