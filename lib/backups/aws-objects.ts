import {
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  type LifecycleRule,
  NoSuchKey,
  paginateListObjectsV2,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';

/** What is asked of Amazon S3. */
export class AwsObjects {
  private readonly client: S3Client;

  constructor(config: S3ClientConfig) {
    this.client = new S3Client(config);
  }

  /** Days for which what is deleted below a prefix is kept at least. */
  async keptDays(bucket: string, prefix: string): Promise<number | 'for-ever'> {
    const rules = await this.lifecycleRules(bucket);
    const days = rules
      .filter((rule) => rule.Status === 'Enabled' && meets(rule, prefix))
      .flatMap(({ NoncurrentVersionExpiration }) => NoncurrentVersionExpiration?.NoncurrentDays ?? []);
    return days.length === 0 ? 'for-ever' : Math.min(...days);
  }

  /** Keys below a prefix, in their order. */
  async keys(bucket: string, prefix: string): Promise<readonly string[]> {
    const found: string[] = [];
    const pages = paginateListObjectsV2({ client: this.client }, { Bucket: bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages) found.push(...Contents.flatMap(({ Key }) => Key ?? []));
    return found;
  }

  /** Text of the newest version of an object, or of the newest that was written until a moment; undefined: there is none. */
  async text(bucket: string, key: string, until?: Date): Promise<string | undefined> {
    const version = until && (await this.versionUntil(bucket, key, until));
    if (until !== undefined && version === undefined) return undefined;
    try {
      const { Body } = await this.client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: version }),
      );
      return await Body?.transformToString();
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  private async lifecycleRules(bucket: string): Promise<readonly LifecycleRule[]> {
    try {
      const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
      return (await this.client.send(command)).Rules ?? [];
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchLifecycleConfiguration') return [];
      throw error;
    }
  }

  /** Versions of a key come newest first, those of keys that begin with it after them. A replica keeps the time of its source. */
  private async versionUntil(bucket: string, key: string, until: Date): Promise<string | undefined> {
    let marker: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
    while (marker !== undefined) {
      const page: ListObjectVersionsCommandOutput = await this.client.send(
        new ListObjectVersionsCommand({ Bucket: bucket, Prefix: key, ...marker }),
      );
      const versions = (page.Versions ?? []).filter((version) => version.Key === key);
      const found = versions.find(({ LastModified }) => LastModified !== undefined && LastModified <= until);
      if (found !== undefined) return found.VersionId;
      marker = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
        : undefined;
    }
    return undefined;
  }
}

/** Whether a rule deletes anything below a prefix. One that looks at tags or sizes as well is taken to delete everything. */
function meets({ Filter, Prefix }: LifecycleRule, prefix: string): boolean {
  const of = Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? '';
  return prefix.startsWith(of) || of.startsWith(prefix);
}
