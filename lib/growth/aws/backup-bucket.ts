import { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GrowthProblem } from '../growth.ts';
import type { Journal, JournalStore } from '../journal.ts';
import type { EnvironmentStacks } from './stacks.ts';

const JOURNAL = 'server/growth.json';

/** Somebody has written the journal, or is writing it just now. */
const CONFLICTS = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

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
    const found = await this.find();
    this.etag = found?.etag;
    return found && JSON.parse(found.text);
  }

  async write(journal: Journal): Promise<void> {
    const text = JSON.stringify(journal, undefined, 2);
    try {
      const { ETag } = await this.client.send(
        new PutObjectCommand({
          Bucket: await this.name(),
          Key: JOURNAL,
          Body: text,
          // Two operators at once would each undo what the other one does.
          ...(this.etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: this.etag }),
        }),
      );
      this.etag = ETag;
    } catch (error) {
      if (!(error instanceof Error && CONFLICTS.has(error.name))) throw error;
      // The client repeats what was not answered, and is refused if it had been done.
      const found = await this.find();
      if (found?.text !== text)
        throw new GrowthProblem(
          'somebody else is growing this environment at this moment: talk to each other',
        );
      this.etag = found.etag;
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

  private async find(): Promise<{ readonly text: string; readonly etag?: string } | undefined> {
    try {
      const { Body, ETag } = await this.client.send(
        new GetObjectCommand({ Bucket: await this.name(), Key: JOURNAL }),
      );
      return { text: (await Body?.transformToString()) ?? '', etag: ETag };
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  private name(): Promise<string> {
    return this.stacks.resource('Data', 'AWS::S3::Bucket', 'BackupBucket');
  }
}
