import { reasonOf } from '../reason-of.ts';
import type { Cloud, StackResource } from './cloud.ts';
import type { BackupProblem, Surroundings } from './report.ts';
import type { Role } from './role.ts';
import { COPIES_NOTE, FENCE } from '../../constructs/audit/audit-prefixes.ts';
import { type Watermark, watermarkOf } from './watermark.ts';

/** Where things are: the purposes of stacks, and what logical ids begin with. */
const PLACES: Readonly<Record<Role, Places>> = {
  primary: {
    database: 'Data',
    buckets: 'Data',
    vault: 'Backup',
    filestore: 'FilestoreBucket',
    backups: 'BackupBucket',
    audit: 'AuditBucket',
  },
  recovery: {
    database: 'Recovery',
    buckets: 'Recovery',
    vault: 'Recovery',
    filestore: 'FilestoreReplica',
    backups: 'BackupReplica',
    audit: 'AuditReplica',
  },
  // It goes on with the copies themselves, and has a database and a vault of its own.
  recovered: {
    database: 'Recovery-Data',
    buckets: 'Recovery',
    vault: 'Recovery-Backup',
    filestore: 'FilestoreReplica',
    backups: 'BackupReplica',
    audit: 'AuditReplica',
  },
};

interface Places {
  readonly database: string;
  readonly buckets: string;
  readonly vault: string;
  readonly filestore: string;
  readonly backups: string;
  readonly audit: string;
}

export interface InquiryProps {
  /** Name of the environment. */
  readonly environment: string;
  readonly region: string;
  readonly role: Role;
  readonly cloud: Cloud;
  readonly now: Date;
}

/**
 * Questions to one Region. One that is not answered becomes a problem, and the others are asked all the same: what is left
 * when a Region is in trouble is what somebody needs to know.
 */
export class Inquiry {
  readonly problems: BackupProblem[] = [];
  readonly role: Role;
  readonly cloud: Cloud;
  readonly now: Date;
  private readonly props: InquiryProps;
  private readonly stacks = new Map<string, Promise<readonly StackResource[] | undefined>>();
  private watermarkRead: Promise<Watermark | undefined> | undefined;

  constructor(props: InquiryProps) {
    this.props = props;
    ({ role: this.role, cloud: this.cloud, now: this.now } = props);
  }

  /** The answer to a question; undefined if there is none, which is noted with the reason. */
  async ask<T>(what: string, question: () => Promise<T>): Promise<T | undefined> {
    try {
      return await question();
    } catch (error) {
      const unanswered = !(error instanceof NothingThere);
      this.note(what, reasonOf(error), unanswered);
      return undefined;
    }
  }

  note(what: string, why: string, unanswered = false): void {
    this.problems.push({ region: this.props.region, what, why, ...(unanswered && { unanswered }) });
  }

  /** A bucket, or in the recovery Region its copy. */
  bucket(what: 'filestore' | 'backups' | 'audit'): Promise<string | undefined> {
    const { buckets, [what]: id } = PLACES[this.role];
    return this.need(buckets, 'AWS::S3::Bucket', id);
  }

  vault(): Promise<string | undefined> {
    return this.need(PLACES[this.role].vault, 'AWS::Backup::BackupVault');
  }

  /** Identifier of the database; where the environment runs. */
  instance(): Promise<string | undefined> {
    return this.need(PLACES[this.role].database, 'AWS::RDS::DBInstance', 'DatabaseInstance');
  }

  /** Id of the key of the copies; in the recovery Region only. */
  copiesKey(): Promise<string | undefined> {
    return this.need('Recovery', 'AWS::KMS::Key', 'Key');
  }

  /** How far the copies are, as it was noted last; in the recovery Region only. */
  watermark(): Promise<Watermark | undefined> {
    return (this.watermarkRead ??= this.readWatermark());
  }

  /**
   * The note that counts: the last one from before a moment at which the primary Region was at work. Later ones may say that
   * nothing is missing because nothing comes any more (docs/recovery.md).
   *
   * @param alive - that moment; undefined where nobody knows one: the newest note then.
   */
  async watermarkThatCounts(alive: Date | undefined): Promise<Watermark | undefined> {
    const newest = await this.watermark();
    return alive === undefined || newest === undefined || newest.writtenAt <= alive
      ? newest
      : this.readWatermark(alive);
  }

  /** What a restore is asked for with, as far as it is there. */
  async surroundings(): Promise<Surroundings> {
    const { database, buckets, vault, backups, audit } = PLACES[this.role];
    const found = async (purpose: string, type: string, id = '') => find(await this.stack(purpose), type, id);
    return {
      subnetGroup: await found(database, 'AWS::RDS::DBSubnetGroup'),
      securityGroup: await found(database, 'AWS::EC2::SecurityGroup', 'DatabaseSecurityGroup'),
      parameterGroup: await found(database, 'AWS::RDS::DBParameterGroup'),
      vault: await found(vault, 'AWS::Backup::BackupVault'),
      backupBucket: await found(buckets, 'AWS::S3::Bucket', backups),
      auditBucket: await found(buckets, 'AWS::S3::Bucket', audit),
    };
  }

  /**
   * Whether the environment was brought back in this Region and is not home again: its data is there, and its own Region is
   * fenced.
   */
  async isBroughtBack(): Promise<boolean> {
    const stack = `${this.props.environment}-${PLACES.recovered.database}`;
    const data = await this.ask(`stack ${stack}`, () => this.cloud.resources(stack));
    const bucket = data && (await this.bucket('audit'));
    if (bucket === undefined) return false;
    const fence = await this.ask(`the fence, s3://${bucket}/${FENCE}`, () => this.cloud.text(bucket, FENCE));
    return fence !== undefined;
  }

  private async readWatermark(until?: Date): Promise<Watermark | undefined> {
    const bucket = await this.bucket('audit');
    if (bucket === undefined) return undefined;
    const never = until ? `it was not written before ${until.toISOString()}` : 'it was never written';
    return this.ask(`how far the copies are, s3://${bucket}/${COPIES_NOTE}`, async () =>
      watermarkOf(expected(await this.cloud.text(bucket, COPIES_NOTE, until), never)),
    );
  }

  /** Physical id of what a stack must have; undefined, which is noted, if it has none. */
  private async need(purpose: string, type: string, id = ''): Promise<string | undefined> {
    const stack = await this.stack(purpose);
    const found = find(stack, type, id);
    if (stack !== undefined && found === undefined) {
      const name = `${this.props.environment}-${purpose}`;
      this.note(`stack ${name}`, `has no ${type}${id && ` ${id}…`}: deploy it from this checkout`);
    }
    return found;
  }

  private stack(purpose: string): Promise<readonly StackResource[] | undefined> {
    const known = this.stacks.get(purpose);
    if (known !== undefined) return known;
    const name = `${this.props.environment}-${purpose}`;
    const asked = this.ask(`stack ${name}`, async () =>
      expected(await this.cloud.resources(name), 'there is none in the account of your credentials'),
    );
    this.stacks.set(purpose, asked);
    return asked;
  }
}

/** There was an answer: that what was asked for is not there. */
class NothingThere extends Error {}

/** @throws with the reason if there is nothing. */
export function expected<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new NothingThere(otherwise);
  return value;
}

function find(stack: readonly StackResource[] | undefined, type: string, id: string): string | undefined {
  return stack?.find((resource) => resource.type === type && resource.logicalId.startsWith(id))?.physicalId;
}
