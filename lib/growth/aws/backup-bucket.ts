import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GrowthProblem } from '../growth.ts';
import type { Journal, JournalStore } from '../journal.ts';
import type { EnvironmentStacks } from './stacks.ts';

const JOURNAL = 'server/growth.json';

/** The journal in the backup bucket, where any operator's machine finds it, and the server's dumps beside it. */
export class BackupBucket implements JournalStore {
  private readonly stacks: EnvironmentStacks;
  private readonly client: S3Client;
  /** Of the journal as it was read or written last. */
  private etag?: string;

  constructor(stacks: EnvironmentStacks, region: string) {
    this.stacks = stacks;
    this.client = new S3Client({ region });
  }

  async read(): Promise<Journal | undefined> {
    try {
      const { Body, ETag } = await this.client.send(
        new GetObjectCommand({ Bucket: await this.name(), Key: JOURNAL }),
      );
      this.etag = ETag;
      return JSON.parse((await Body?.transformToString()) ?? '');
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  async write(journal: Journal): Promise<void> {
    try {
      const { ETag } = await this.client.send(
        new PutObjectCommand({
          Bucket: await this.name(),
          Key: JOURNAL,
          Body: JSON.stringify(journal, undefined, 2),
          // Two operators at once would each undo what the other one does.
          ...(this.etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: this.etag }),
        }),
      );
      this.etag = ETag;
    } catch (error) {
      if (error instanceof Error && error.name === 'PreconditionFailed')
        throw new GrowthProblem(
          'somebody else is growing this environment at this moment: talk to each other',
        );
      throw error;
    }
  }

  async newestDump(): Promise<string | undefined> {
    let newest: string | undefined;
    const pages = paginateListObjectsV2(
      { client: this.client },
      { Bucket: await this.name(), Prefix: 'server/dumps/' },
    );
    // Their names are moments.
    for await (const { Contents = [] } of pages) newest = Contents.at(-1)?.Key ?? newest;
    return newest;
  }

  private name(): Promise<string> {
    return this.stacks.resource('Data', 'AWS::S3::Bucket', 'BackupBucket');
  }
}
