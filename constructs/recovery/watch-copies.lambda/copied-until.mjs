// @ts-check

/**
 * Until when the copies of a service are complete, by what the service itself says in the Region of the copies.
 *
 * @typedef {object} Clients The few calls of the AWS SDK that are made.
 * @property {{
 *   listMetrics(input: object): Promise<{ Metrics?: object[], NextToken?: string }>,
 *   getMetricData(input: object): Promise<{ MetricDataResults?: { Timestamps?: Date[], Values?: number[] }[] }>,
 * }} cloudWatch
 * @property {{
 *   describeDBInstanceAutomatedBackups(input: object): Promise<{
 *     DBInstanceAutomatedBackups?: { KmsKeyId?: string, RestoreWindow?: { LatestTime?: Date } }[],
 *     Marker?: string,
 *   }>,
 * }} rds
 * @property {{
 *   describeFileSystems(input: object): Promise<{
 *     FileSystems?: { FileSystemId?: string, KmsKeyId?: string }[],
 *     NextMarker?: string,
 *   }>,
 *   describeReplicationConfigurations(input: object): Promise<{
 *     Replications?: { Destinations?: { FileSystemId?: string, LastReplicatedTimestamp?: Date }[] }[],
 *   }>,
 * }} efs
 * @property {{
 *   listRecoveryPointsByBackupVault(input: object): Promise<{
 *     RecoveryPoints?: { Status?: string, CreationDate?: Date, ResourceArn?: string }[],
 *     NextToken?: string,
 *   }>,
 * }} backup
 * @property {{
 *   getObject(input: object): Promise<{ Body?: { transformToString(): Promise<string> } }>,
 *   putObject(input: object): Promise<unknown>,
 * }} s3
 */

/** S3 publishes how far behind a replica is each minute, some minutes later. */
const LOOK_BACK_MS = 20 * 60_000;

/** A recovery point in this state can be restored. */
const USABLE = ['COMPLETED', 'AVAILABLE'];

/**
 * S3 publishes it in the Region of the replica, whether or not something is being copied, and for each source that the
 * bucket has: the one that is furthest behind counts.
 *
 * @param {Clients} clients
 * @param {string} bucket The replica.
 * @param {number} delay Seconds after which at the latest what was written is in the source bucket.
 * @param {Date} now
 */
export async function copiedByS3({ cloudWatch }, bucket, delay, now) {
  const { Metrics = [] } = await cloudWatch.listMetrics({
    Namespace: 'AWS/S3',
    MetricName: 'ReplicationLatency',
    Dimensions: [{ Name: 'DestinationBucket', Value: bucket }],
    RecentlyActive: 'PT3H',
  });
  if (Metrics.length === 0) return undefined;
  const { MetricDataResults = [] } = await cloudWatch.getMetricData({
    StartTime: new Date(now.getTime() - LOOK_BACK_MS),
    EndTime: now,
    ScanBy: 'TimestampDescending',
    MetricDataQueries: Metrics.map((Metric, index) => ({
      Id: `m${index}`,
      MetricStat: { Metric, Period: 60, Stat: 'Maximum' },
    })),
  });
  return earliest(
    MetricDataResults.map(({ Timestamps: [moment] = [], Values: [behind] = [] }) =>
      moment === undefined || behind === undefined
        ? undefined
        : new Date(moment.getTime() - (behind + delay) * 1000),
    ),
  );
}

/**
 * @param {Clients} clients
 * @param {string} encryptionKey ARN of the key that the copies are encrypted with.
 */
export async function copiedByRds({ rds }, encryptionKey) {
  /** @type {(Date | undefined)[]} */
  const moments = [];
  /** @type {string | undefined} */
  let Marker;
  do {
    const page = await rds.describeDBInstanceAutomatedBackups({ Marker });
    for (const { KmsKeyId, RestoreWindow } of page.DBInstanceAutomatedBackups ?? []) {
      if (KmsKeyId === encryptionKey) moments.push(RestoreWindow?.LatestTime);
    }
    ({ Marker } = page);
  } while (Marker);
  // Of an instance that was replaced, the copies stay for a while.
  return latest(moments);
}

/**
 * @param {Clients} clients
 * @param {string} encryptionKey ARN of the key that the copy is encrypted with.
 */
export async function copiedByEfs({ efs }, encryptionKey) {
  /** @type {(Date | undefined)[]} */
  const moments = [];
  /** @type {string | undefined} */
  let Marker;
  do {
    const page = await efs.describeFileSystems({ Marker });
    for (const { FileSystemId, KmsKeyId } of page.FileSystems ?? []) {
      if (KmsKeyId !== encryptionKey) continue;
      for (const destination of await destinationsOf(efs, FileSystemId)) {
        if (destination.FileSystemId === FileSystemId) moments.push(destination.LastReplicatedTimestamp);
      }
    }
    Marker = page.NextMarker;
  } while (Marker);
  return latest(moments);
}

/**
 * None where nothing is replicated, as after a recovery: the age of the last moment that was known then grows, until its alarm rings.
 *
 * @param {Clients['efs']} efs
 * @param {string | undefined} FileSystemId
 */
async function destinationsOf(efs, FileSystemId) {
  try {
    const { Replications = [] } = await efs.describeReplicationConfigurations({ FileSystemId });
    return Replications.flatMap(({ Destinations = [] }) => Destinations);
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplicationNotFound') return [];
    throw error;
  }
}

/**
 * @param {Clients} clients
 * @param {string} vault Its name.
 */
export async function newestRecoveryPoint({ backup }, vault) {
  const points = await usableRecoveryPoints(backup, vault);
  return latest(points.map(({ CreationDate }) => CreationDate));
}

/**
 * All that could be restored now.
 *
 * @param {Pick<Clients['backup'], 'listRecoveryPointsByBackupVault'>} backup
 * @param {string} vault Its name.
 */
export async function usableRecoveryPoints(backup, vault) {
  const points = [];
  /** @type {string | undefined} */
  let NextToken;
  do {
    const page = await backup.listRecoveryPointsByBackupVault({ BackupVaultName: vault, NextToken });
    points.push(...(page.RecoveryPoints ?? []).filter(({ Status = '' }) => USABLE.includes(Status)));
    ({ NextToken } = page);
  } while (NextToken);
  return points;
}

/** @param {(Date | undefined)[]} moments */
function latest(moments) {
  return sorted(moments).at(-1);
}

/**
 * Undefined also where one of them is not known.
 *
 * @param {(Date | undefined)[]} moments
 */
function earliest(moments) {
  return moments.includes(undefined) ? undefined : sorted(moments)[0];
}

/** @param {(Date | undefined)[]} moments */
function sorted(moments) {
  const known = moments.filter((moment) => moment !== undefined);
  return known.toSorted((one, other) => one.getTime() - other.getTime());
}
