import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type JournalStore, WorkProblem } from '../work.ts';

/** Somebody has written the journal, or is writing it just now. */
const CONFLICTS = new Set(['PreconditionFailed', 'ConditionalRequestConflict']);

export interface JournalObjectProps {
  readonly client: S3Client;
  readonly bucket: () => Promise<string>;
  readonly key: string;
  /** What is said where somebody else has written it meanwhile. */
  readonly conflict: string;
}

/** A journal in a bucket, where any operator's machine finds it. */
export class JournalObject<Journal> implements JournalStore<Journal> {
  private readonly props: JournalObjectProps;
  /** Of the journal as it was read or written last. */
  private etag?: string;

  constructor(props: JournalObjectProps) {
    this.props = props;
  }

  async read(): Promise<Journal | undefined> {
    const found = await this.find();
    this.etag = found?.etag;
    return found && JSON.parse(found.text);
  }

  async write(journal: Journal): Promise<void> {
    const text = JSON.stringify(journal, undefined, 2);
    try {
      const { ETag } = await this.props.client.send(
        new PutObjectCommand({
          Bucket: await this.props.bucket(),
          Key: this.props.key,
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
      if (found?.text !== text) throw new WorkProblem(this.props.conflict);
      this.etag = found.etag;
    }
  }

  private async find(): Promise<{ readonly text: string; readonly etag?: string } | undefined> {
    try {
      const { Body, ETag } = await this.props.client.send(
        new GetObjectCommand({ Bucket: await this.props.bucket(), Key: this.props.key }),
      );
      return { text: (await Body?.transformToString()) ?? '', etag: ETag };
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }
}
