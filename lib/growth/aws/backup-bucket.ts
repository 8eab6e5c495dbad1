import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { JournalObject } from '../../steps/aws/journal-object.ts';
import type { JournalStore } from '../../steps/work.ts';
import type { Journal } from '../journal.ts';
import type { EnvironmentStacks } from './stacks.ts';

/** The journal in the backup bucket, and the server's dumps beside it. */
export class BackupBucket implements JournalStore<Journal> {
  private readonly stacks: EnvironmentStacks;
  private readonly client: S3Client;
  private readonly journal: JournalObject<Journal>;

  constructor(stacks: EnvironmentStacks, region: string) {
    this.stacks = stacks;
    this.client = new S3Client({ region });
    this.journal = new JournalObject({
      client: this.client,
      bucket: () => this.name(),
      key: 'server/growth.json',
      conflict: 'somebody else is growing this environment at this moment: talk to each other',
    });
  }

  read(): Promise<Journal | undefined> {
    return this.journal.read();
  }

  write(journal: Journal): Promise<void> {
    return this.journal.write(journal);
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
