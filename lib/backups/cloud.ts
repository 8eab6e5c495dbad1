/**
 * What `npm run backups` asks of AWS, and nothing else: one account, one Region. The real one is `aws-cloud.ts`. Nothing in
 * here changes anything.
 */
export interface Cloud {
  /** What a stack consists of; undefined where none has that name. */
  resources(stack: string): Promise<readonly StackResource[] | undefined>;
  /** RDS's own backups: of one instance by its identifier, or all that are in the Region. */
  automatedBackups(instance?: string): Promise<readonly AutomatedBackup[]>;
  /** Everything in a vault of AWS Backup. */
  recoveryPoints(vault: string): Promise<readonly RecoveryPoint[]>;
  /** Days for which what is deleted below a prefix is kept at least. */
  keptDays(bucket: string, prefix: string): Promise<number | 'for-ever'>;
  /** Keys below a prefix, in their order. */
  keys(bucket: string, prefix: string): Promise<readonly string[]>;
  /**
   * Text of an object; undefined where there is none.
   *
   * @param until - the newest version that was written until then, instead of the newest.
   */
  text(bucket: string, key: string, until?: Date): Promise<string | undefined>;
}

export interface StackResource {
  /** CloudFormation's, for example `AWS::S3::Bucket`. */
  readonly type: string;
  readonly logicalId: string;
  readonly physicalId: string;
}

/** RDS's own backups of one instance. */
export interface AutomatedBackup {
  readonly instance: string;
  readonly resourceId: string;
  readonly arn?: string;
  /** RDS's word: `active`, `retained` after the instance was deleted, `creating`. */
  readonly status: string;
  readonly kmsKey?: string;
  /** Absent until the first one is complete. */
  readonly window?: { readonly from: Date; readonly until: Date };
}

/** A recovery point of AWS Backup. */
export interface RecoveryPoint {
  readonly arn: string;
  /** AWS Backup's word, for example `COMPLETED`, `PARTIAL`, `CREATING`, `EXPIRED`. */
  readonly status: string;
  /** `RDS`, `EBS`, `EFS`, ... */
  readonly resourceType: string;
  readonly created: Date;
  readonly completed?: Date;
  readonly deletedAt?: Date;
  readonly bytes?: number;
}
