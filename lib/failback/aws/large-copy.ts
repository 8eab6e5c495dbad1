import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  type S3Client,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';

/** What S3 copies at once, bytes. */
const LARGEST = 5 * 1024 ** 3;

/** Of the parts of what is larger. S3 takes 10,000 of them. */
const PART = 1024 ** 3;

/** Parts under way at the same time. */
const CONCURRENCY = 8;

export interface LargeCopy {
  readonly from: { readonly client: S3Client; readonly bucket: string };
  readonly to: { readonly client: S3Client; readonly bucket: string };
  readonly key: string;
  /** @default - the same key */
  readonly as?: string;
}

/**
 * Copies an object inside S3, between two Regions or in one, however large it is, encrypted as the target bucket says.
 *
 * @returns its bytes
 */
export async function copyLarge(copy: LargeCopy): Promise<number> {
  const { from, to, key, as = key } = copy;
  const { ContentLength: size = 0, ETag: etag } = await from.client.send(
    new HeadObjectCommand({ Bucket: from.bucket, Key: key }),
  );
  const source = { CopySource: `${from.bucket}/${encodeURIComponent(key)}`, CopySourceIfMatch: etag };
  if (size <= LARGEST) {
    await to.client.send(new CopyObjectCommand({ Bucket: to.bucket, Key: as, ...source }));
  } else {
    await copyInParts(copy, source, size);
  }
  return size;
}

interface Source {
  readonly CopySource: string;
  /** It is the same object to the end. */
  readonly CopySourceIfMatch?: string;
}

async function copyInParts({ to, key, as = key }: LargeCopy, source: Source, size: number): Promise<void> {
  const target = { Bucket: to.bucket, Key: as };
  const { UploadId } = await to.client.send(new CreateMultipartUploadCommand(target));
  try {
    const ranges = Array.from({ length: Math.ceil(size / PART) }, (_, index) => ({
      PartNumber: index + 1,
      CopySourceRange: `bytes=${index * PART}-${Math.min((index + 1) * PART, size) - 1}`,
    }));
    const Parts: CompletedPart[] = [];
    while (Parts.length < ranges.length) {
      const next = ranges.slice(Parts.length, Parts.length + CONCURRENCY).map(async (range) => {
        const { CopyPartResult } = await to.client.send(
          new UploadPartCopyCommand({ ...target, ...source, ...range, UploadId }),
        );
        return { PartNumber: range.PartNumber, ETag: CopyPartResult?.ETag };
      });
      Parts.push(...(await Promise.all(next)));
    }
    await to.client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
  } catch (error) {
    // What is left of it costs money; the bucket clears away after some days what this does not.
    await to.client.send(new AbortMultipartUploadCommand({ ...target, UploadId })).catch(() => undefined);
    throw error;
  }
}
