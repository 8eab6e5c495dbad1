import { AwsError } from '../../releases/fake-aws.ts';

interface Stored {
  readonly body: string;
  readonly ETag: string;
}

interface Input {
  readonly Key?: string;
  readonly Prefix?: string;
  readonly Body?: string;
  readonly IfNoneMatch?: string;
  readonly IfMatch?: string;
}

/** When everything was that S3 says it of. */
const WRITTEN = new Date('2026-11-30T11:50:00Z');

/** A bucket of S3, with the conditions of a write. */
export class FakeBucket {
  readonly objects = new Map<string, Stored>();
  private writes = 0;

  readonly putObject = async ({ Key = '', Body = '', IfNoneMatch, IfMatch }: Input) => {
    const there = this.objects.get(Key);
    const fits =
      (IfNoneMatch === undefined || there === undefined) &&
      (IfMatch === undefined || there?.ETag === IfMatch);
    if (!fits) throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions did not hold');
    this.objects.set(Key, { body: Body, ETag: `"${++this.writes}"` });
    return {};
  };

  readonly getObject = async ({ Key = '' }: Input) => {
    const there = this.objects.get(Key);
    if (there === undefined) throw new AwsError('NoSuchKey', Key);
    return { ETag: there.ETag, LastModified: WRITTEN, Body: { transformToString: async () => there.body } };
  };

  readonly listObjectVersions = async ({ Prefix = '' }: Input) => ({
    Versions: [...this.objects.keys()]
      .filter((key) => key.startsWith(Prefix))
      .map((Key) => ({ Key, VersionId: '1', LastModified: WRITTEN })),
  });

  readonly listObjectsV2 = async ({ Prefix = '' }: Input) => ({
    Contents: [...this.objects.keys()]
      .filter((key) => key.startsWith(Prefix))
      .toSorted()
      .map((Key) => ({ Key })),
  });
}
