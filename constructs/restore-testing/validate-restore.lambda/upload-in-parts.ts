import {
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';

/** What is in memory at once, bytes; S3 takes parts from 5 MiB on, and 10,000 of them. */
export const PART = 8 * 2 ** 20;

type Target = Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'ContentType'>;

/**
 * Writes an object whose size is not known beforehand. It is there as a whole or not at all: the parts of an upload that broke
 * off are the bucket's to remove, so that no permission to delete is needed.
 */
export async function uploadInParts(
  s3: S3Client,
  target: Target,
  blocks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const upload = new Upload(s3, target);
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const block of blocks) {
    waiting.push(block);
    length += block.length;
    if (length < PART) continue;
    await upload.add(Buffer.concat(waiting));
    [waiting, length] = [[], 0];
  }
  await upload.end(Buffer.concat(waiting));
}

class Upload {
  private readonly s3: S3Client;
  private readonly target: Target;
  private readonly parts: CompletedPart[] = [];
  private id: string | undefined;

  constructor(s3: S3Client, target: Target) {
    this.s3 = s3;
    this.target = target;
  }

  async add(Body: Uint8Array): Promise<void> {
    this.id ??= await this.begin();
    const PartNumber = this.parts.length + 1;
    const { Bucket, Key } = this.target;
    const { ETag, ChecksumCRC32 } = await this.s3.send(
      new UploadPartCommand({ Bucket, Key, UploadId: this.id, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
    );
    this.parts.push({ ETag, ChecksumCRC32, PartNumber });
  }

  /** What is small is one request. */
  async end(Body: Uint8Array): Promise<void> {
    if (this.id === undefined) {
      await this.s3.send(new PutObjectCommand({ ...this.target, Body }));
      return;
    }
    if (Body.length > 0) await this.add(Body);
    const { Bucket, Key } = this.target;
    const MultipartUpload = { Parts: this.parts };
    await this.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId: this.id, MultipartUpload }),
    );
  }

  private async begin(): Promise<string> {
    const command = new CreateMultipartUploadCommand({ ...this.target, ChecksumAlgorithm: 'CRC32' });
    const { UploadId } = await this.s3.send(command);
    if (UploadId === undefined) throw new Error(`S3 began no upload of ${this.target.Key}`);
    return UploadId;
  }
}
