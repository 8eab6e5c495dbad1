import { ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';

/** A version of an object, or a marker that says that it was deleted. */
export interface Version {
  readonly id: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Date;
  readonly isDeleteMarker: boolean;
}

/** All versions of one key, the newest first. */
interface VersionedKey {
  readonly key: string;
  readonly versions: readonly Version[];
}

export interface BucketVersionsProps {
  readonly client: S3Client;
  readonly bucket: string;
  readonly prefix: string;
  /** Key after which to begin. */
  readonly after?: string;
}

/**
 * What a versioned bucket has below a prefix, asked for in the order of its keys: a page of a thousand versions is in
 * memory, however many there are.
 */
export class BucketVersions {
  private readonly keys: AsyncIterator<VersionedKey>;
  private current: VersionedKey | undefined;
  private ended = false;

  constructor(props: BucketVersionsProps) {
    this.keys = byKey(listed(props));
  }

  /** Versions of a key; none, if there never was one. Keys must be asked for in their order. */
  async of(key: string): Promise<readonly Version[]> {
    while (!this.ended && (this.current === undefined || this.current.key < key)) {
      const { done, value } = await this.keys.next();
      this.ended = done === true;
      this.current = this.ended ? undefined : value;
    }
    return this.current?.key === key ? this.current.versions : [];
  }
}

type Listed = Version & { readonly key: string; readonly isLatest: boolean };

async function* listed({ client, bucket, prefix, after }: BucketVersionsProps): AsyncGenerator<Listed> {
  let marker: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {
    KeyMarker: after,
  };
  while (marker !== undefined) {
    const page: Awaited<ReturnType<typeof list>> = await list(client, {
      Bucket: bucket,
      Prefix: prefix,
      ...marker,
    });
    yield* page.entries;
    marker = page.next;
  }
}

async function list(client: S3Client, input: ListObjectVersionsCommand['input']) {
  const {
    Versions = [],
    DeleteMarkers = [],
    ...page
  } = await client.send(new ListObjectVersionsCommand(input));
  const entries = [
    ...Versions.map((version) => ({ ...version, isDeleteMarker: false })),
    ...DeleteMarkers.map((marker) => ({ ...marker, Size: 0, isDeleteMarker: true })),
  ].map(
    ({
      Key: key = '',
      VersionId: id = '',
      Size: size = 0,
      LastModified,
      IsLatest,
      isDeleteMarker,
    }): Listed => ({
      key,
      id,
      size,
      modified: LastModified ?? new Date(0),
      isLatest: IsLatest === true,
      isDeleteMarker,
    }),
  );
  return {
    // S3 lists both kinds apart.
    entries: entries.toSorted(newestFirst),
    next: page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined,
  };
}

function newestFirst(one: Listed, other: Listed): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return (
    Number(other.isLatest) - Number(one.isLatest) ||
    other.modified.getTime() - one.modified.getTime() ||
    // Deleted in the second in which it was written: times are whole seconds.
    Number(other.isDeleteMarker) - Number(one.isDeleteMarker)
  );
}

/** The versions of a key may be on two pages. */
async function* byKey(versions: AsyncIterable<Listed>): AsyncGenerator<VersionedKey> {
  let key: string | undefined;
  let found: Version[] = [];
  for await (const version of versions) {
    if (version.key !== key) {
      if (key !== undefined) yield { key, versions: found };
      key = version.key;
      found = [];
    }
    found.push(version);
  }
  if (key !== undefined) yield { key, versions: found };
}
