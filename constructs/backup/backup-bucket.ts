import { Duration, type aws_kms as kms, type aws_s3 as s3 } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { DataBucket, type Replica } from '../shared/data-bucket.ts';
import { FAILBACK_DUMPS, RECOVERED_BACKUPS, SERVER_BACKUPS } from './backup-prefixes.ts';

export interface BackupBucketProps {
  readonly encryptionKey: kms.IKey;
  readonly accessLogBucket: s3.IBucket;
  /** Days for which the database can be restored to any moment. */
  readonly pointInTimeDays: number;
  /** Days for which a nightly portable dump is kept. */
  readonly dumpDays: number;
  /** Days for which nothing that was written can be deleted for good; no more than `pointInTimeDays`. Absent: none. */
  readonly objectLockDays?: number;
  /** Only for a bucket that was never deployed without. @default false */
  readonly readyForObjectLock?: boolean;
  /** @default - not copied */
  readonly replica?: Replica;
  /** A server may be brought back from it, which then keeps its own backups in it as well. @default false */
  readonly servesRecovery?: boolean;
}

/**
 * pgBackRest's repository and nightly dumps: the backups of a PostgreSQL server that AWS does not back up by itself.
 * Made in every architecture, so that the backups from before a change of size stay where they are.
 *
 * pgBackRest deletes what its own retention no longer needs, and nothing else may: a backup is a chain, and a rule by
 * age would break it. The nightly dumps stand each for itself, and expire, as do
 * those by which an environment goes home from its recovery Region. Whatever is deleted, or by somebody in the
 * server's name, can be read as a version for as long again as a restore may reach back. With Object Lock that is true of
 * somebody with the right to delete versions as well; pgBackRest only ever deletes what is current.
 */
export class BackupBucket extends DataBucket {
  constructor(scope: Construct, id: string, props: BackupBucketProps) {
    super(scope, id, {
      ...props,
      accessLogPrefix: 'backup/',
      keepDeletedFor: Duration.days(props.pointInTimeDays),
      // What pgBackRest has expired goes from the copy too, which would grow for ever; as a version it stays as long.
      replication: props.replica && {
        ...props.replica,
        contents: 'backups of the single server',
        deletions: true,
        timeControl: true,
      },
    });
    const expireDumps = (id: string, prefix: string): void =>
      this.addLifecycleRule({ id, prefix, expiration: Duration.days(props.dumpDays) });
    expireDumps('ExpireDumps', `${SERVER_BACKUPS}dumps/`);
    if (props.servesRecovery) expireDumps('ExpireRecoveredDumps', `${RECOVERED_BACKUPS}dumps/`);
    expireDumps('ExpireFailbackDumps', FAILBACK_DUMPS);
  }
}
