/** What a database can be restored from: any moment between two, or a single one. */
export type DatabaseSource = DatabaseWindow | DatabasePoint;

/** Backups from which any moment between two can be restored. */
export interface DatabaseWindow {
  /** `automated-backup`: RDS's own, in the recovery Region their replica. `pgbackrest`: the single server's. */
  readonly kind: 'automated-backup' | 'pgbackrest';
  /** Identifier of the RDS instance that they are of; address of pgBackRest's repository. */
  readonly name: string;
  readonly from: Date;
  readonly until: Date;
  /** RDS: id of the instance, which stays the same when the instance is renamed, for example `db-ABCDEFGHIJKL`. */
  readonly resourceId?: string;
  /** RDS: what a restore of a replica is asked for with. */
  readonly arn?: string;
  /** RDS: the instance is gone; its backups wait for their end. */
  readonly retained?: boolean;
}

/** A backup of one moment. */
export interface DatabasePoint {
  /** `recovery-point`: of the database, by AWS Backup. `volume`: of the single server's data volume. `dump`: a portable dump. */
  readonly kind: 'recovery-point' | 'volume' | 'dump';
  /** ARN of the recovery point, address of the dump. */
  readonly name: string;
  /** What is in it was there then, or within the time until it was completed. */
  readonly created: Date;
  /** Nothing in it is newer. */
  readonly completed: Date;
  /** When it is deleted; absent where AWS does not say, or it is kept for ever. */
  readonly deletedAt?: Date;
  readonly bytes?: number;
}

/** A recovery point that cannot be restored, not yet or not any more. */
export interface UnusablePoint {
  readonly name: string;
  /** AWS Backup's word, for example `CREATING`, `PARTIAL`, `EXPIRED`. */
  readonly status: string;
}

/** The attachments that a restored database finds. */
export type Filestore = FilestoreVersions | FilestorePoints;

/** Versions of objects, by which every moment can be had. */
export interface FilestoreVersions {
  readonly kind: 'versions';
  readonly bucket: string;
  readonly prefix: string;
  /** Every attachment that was written before is there. Absent: not known. */
  readonly until?: Date;
  /** Days for which an attachment is kept after it was deleted. */
  readonly keptDays: number | 'for-ever' | 'unknown';
}

/** A file system as it was at some moments (`storage.filestore: 'efs'`). */
export interface FilestorePoints {
  readonly kind: 'points';
  readonly points: readonly FilestorePoint[];
}

export interface FilestorePoint {
  /** ARN of the recovery point, or what else it is. */
  readonly name: string;
  /** Nothing that was written before is missing in it. */
  readonly created: Date;
}
