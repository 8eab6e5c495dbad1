import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clients } from '../../../constructs/recovery/watch-copies.lambda/copied-until.mjs';
import {
  createHandler,
  type Note,
  type Settings,
} from '../../../constructs/recovery/watch-copies.lambda/watch-copies.mjs';

const NOW = new Date('2026-11-30T12:00:00.000Z');
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/copies';

const minutesAgo = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const until = (minutes: number) => ({ until: minutesAgo(minutes).toISOString() });

const MEDIUM: Settings = {
  environment: 'prod',
  bucket: 'audit-copy',
  key: 'watermarks/copies.json',
  vault: 'vault',
  encryptionKey: KEY,
  filestore: { kind: 's3', bucket: 'filestore-copy', delay: 120 },
  database: { kind: 'rds' },
};
const SMALL: Settings = { ...MEDIUM, database: { kind: 's3', bucket: 'backup-copy' } };

// What the services say; each test changes what it is about. AWS's own clients are asked in copied-until.test.ts.
const cloudWatch = { listMetrics: vi.fn(), getMetricData: vi.fn() };
const rds = { describeDBInstanceAutomatedBackups: vi.fn() };
const efs = { describeFileSystems: vi.fn(), describeReplicationConfigurations: vi.fn() };
const backup = { listRecoveryPointsByBackupVault: vi.fn() };
const s3 = { getObject: vi.fn(), putObject: vi.fn() };
const clients: Clients = { cloudWatch, rds, efs, backup, s3 };

const lines: string[] = [];

async function look(settings: Settings = MEDIUM): Promise<Note> {
  lines.length = 0;
  const watchCopies = createHandler({
    clients,
    settings,
    now: () => NOW,
    log: (line) => void lines.push(line),
  });
  return watchCopies();
}

/** Values of the metrics that were published, in seconds. */
function published(): Record<string, unknown> {
  const [line = '{}'] = lines.filter((candidate) => candidate.includes('CloudWatchMetrics'));
  const { _aws, Environment, ...values } = JSON.parse(line);
  const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
  expect([Namespace, Dimensions, Environment]).toEqual(['Odoo/Copies', [['Environment']], 'prod']);
  expect(Metrics.map(({ Name }: { Name: string }) => Name).toSorted()).toEqual(
    Object.keys(values).toSorted(),
  );
  return values;
}

function isBehind(seconds: number, minutes = 2): void {
  cloudWatch.getMetricData.mockResolvedValue({
    MetricDataResults: [{ Timestamps: [minutesAgo(minutes), minutesAgo(9)], Values: [seconds, 500] }],
  });
}

function lastNoteIs(note: Partial<Note>): void {
  s3.getObject.mockResolvedValue({ Body: { transformToString: async () => JSON.stringify(note) } });
}

beforeEach(() => {
  vi.resetAllMocks();
  cloudWatch.listMetrics.mockImplementation(async ({ Dimensions: [{ Value }] }) => ({
    Metrics: [{ MetricName: 'ReplicationLatency', Dimensions: [{ Name: 'DestinationBucket', Value }] }],
  }));
  isBehind(30);
  rds.describeDBInstanceAutomatedBackups.mockResolvedValue({
    DBInstanceAutomatedBackups: [
      { KmsKeyId: 'somebody-else', RestoreWindow: { LatestTime: NOW } },
      { KmsKeyId: KEY, RestoreWindow: { LatestTime: minutesAgo(7) } },
    ],
  });
  backup.listRecoveryPointsByBackupVault.mockResolvedValue({
    RecoveryPoints: [
      { Status: 'COMPLETED', CreationDate: minutesAgo(600) },
      { Status: 'PARTIAL', CreationDate: minutesAgo(1) },
    ],
  });
  s3.getObject.mockRejectedValue(Object.assign(new Error('no such key'), { name: 'NoSuchKey' }));
  s3.putObject.mockResolvedValue({});
});

describe('how far the copies are', () => {
  it('is what S3, RDS and AWS Backup say, each by itself', async () => {
    const note = await look();
    // Two minutes until an attachment is in the bucket, half of one behind, said two minutes ago.
    expect(note).toMatchObject({ filestore: until(4.5), database: until(7), backups: null });
    expect(published()).toEqual({
      FilestoreCopyAge: 270,
      DatabaseCopyAge: 420,
      RecoveryPointCopyAge: 36_000,
    });
  });

  it('is kept where a recovery finds it', async () => {
    const note = await look();
    expect(s3.putObject).toHaveBeenCalledExactlyOnceWith({
      Bucket: 'audit-copy',
      Key: 'watermarks/copies.json',
      Body: JSON.stringify(note),
      ContentType: 'application/json',
    });
  });

  it('is that of the repository of the single server, whose database is nowhere else', async () => {
    const note = await look(SMALL);
    expect(note).toMatchObject({ backups: until(2.5), database: null });
    expect(published()).toMatchObject({ BackupsCopyAge: 150 });
    expect(rds.describeDBInstanceAutomatedBackups).not.toHaveBeenCalled();
  });

  it('is that of the source that is furthest behind, where a bucket has two', async () => {
    cloudWatch.listMetrics.mockResolvedValue({ Metrics: [{}, {}] });
    cloudWatch.getMetricData.mockResolvedValue({
      MetricDataResults: [
        { Timestamps: [minutesAgo(1)], Values: [0] },
        { Timestamps: [minutesAgo(1)], Values: [1200] },
      ],
    });
    expect(await look()).toMatchObject({ filestore: until(23) });
    // Of one of them nothing is known.
    cloudWatch.getMetricData.mockResolvedValue({
      MetricDataResults: [
        { Timestamps: [minutesAgo(1)], Values: [0] },
        { Timestamps: [], Values: [] },
      ],
    });
    expect(await look()).toMatchObject({ filestore: null });
  });

  it('is that of EFS where the filestore is there', async () => {
    efs.describeFileSystems
      .mockResolvedValueOnce({
        FileSystems: [{ FileSystemId: 'fs-other', KmsKeyId: 'other' }],
        NextMarker: 'more',
      })
      .mockResolvedValueOnce({ FileSystems: [{ FileSystemId: 'fs-copy', KmsKeyId: KEY }] });
    efs.describeReplicationConfigurations.mockResolvedValue({
      Replications: [
        { Destinations: [{ FileSystemId: 'fs-copy', LastReplicatedTimestamp: minutesAgo(11) }] },
      ],
    });
    expect(await look({ ...MEDIUM, filestore: { kind: 'efs' } })).toMatchObject({ filestore: until(11) });
    expect(efs.describeReplicationConfigurations).toHaveBeenCalledExactlyOnceWith({
      FileSystemId: 'fs-copy',
    });
  });

  it('grows once nothing is replicated any more, as after a recovery, and does not fall silent', async () => {
    lastNoteIs({ since: minutesAgo(600).toISOString(), filestore: until(95) });
    // The file system of then, and the sessions of the recovered environment, have the key of the copies.
    efs.describeFileSystems.mockResolvedValue({ FileSystems: [{ FileSystemId: 'fs-was', KmsKeyId: KEY }] });
    efs.describeReplicationConfigurations.mockRejectedValue(
      Object.assign(new Error('Replication does not exist'), { name: 'ReplicationNotFound' }),
    );
    const note = await look({ ...MEDIUM, filestore: { kind: 'efs' } });
    expect(note.filestore).toEqual(until(95));
    expect(published()).toMatchObject({ FilestoreCopyAge: 95 * 60 });
    expect(lines.join()).not.toContain('ERROR');
  });

  it('is looked for on every page', async () => {
    rds.describeDBInstanceAutomatedBackups
      .mockResolvedValueOnce({ DBInstanceAutomatedBackups: [], Marker: 'more' })
      .mockResolvedValueOnce({
        DBInstanceAutomatedBackups: [{ KmsKeyId: KEY, RestoreWindow: { LatestTime: minutesAgo(3) } }],
      });
    backup.listRecoveryPointsByBackupVault
      .mockResolvedValueOnce({
        RecoveryPoints: [{ Status: 'COMPLETED', CreationDate: minutesAgo(90) }],
        NextToken: 'more',
      })
      .mockResolvedValueOnce({ RecoveryPoints: [{ Status: 'AVAILABLE', CreationDate: minutesAgo(60) }] });
    expect(await look()).toMatchObject({ database: until(3), recoveryPoints: until(60) });
  });
});

describe('what is not known', () => {
  const since = minutesAgo(50).toISOString();

  it('counts from when the copies were looked at first, until there is a first copy', async () => {
    rds.describeDBInstanceAutomatedBackups.mockResolvedValue({ DBInstanceAutomatedBackups: [] });
    expect(await look()).toMatchObject({ database: null, since: NOW.toISOString() });
    expect(published()).toMatchObject({ DatabaseCopyAge: 0 });
    lastNoteIs({ since });
    expect(await look()).toMatchObject({ database: null, since });
    expect(published()).toMatchObject({ DatabaseCopyAge: 3000 });
  });

  it('was known: when the primary Region is gone, the note still says until when the copies are complete', async () => {
    lastNoteIs({ since, filestore: until(40), database: until(41) });
    cloudWatch.listMetrics.mockResolvedValue({ Metrics: [] });
    rds.describeDBInstanceAutomatedBackups.mockResolvedValue({ DBInstanceAutomatedBackups: [] });
    expect(await look()).toMatchObject({ filestore: until(40), database: until(41) });
    expect(published()).toMatchObject({ FilestoreCopyAge: 2400, DatabaseCopyAge: 2460 });
  });

  it('was known also where the metric is there and says nothing', async () => {
    lastNoteIs({ since, filestore: until(40) });
    cloudWatch.getMetricData.mockResolvedValue({ MetricDataResults: [{ Timestamps: [], Values: [] }] });
    expect(await look()).toMatchObject({ filestore: until(40) });
  });

  it('has no value when a service does not answer, which its alarm notices, and hides no other', async () => {
    rds.describeDBInstanceAutomatedBackups.mockRejectedValue(new Error('denied'));
    lastNoteIs({ since, database: until(20) });
    expect(await look()).toMatchObject({ database: until(20), filestore: until(4.5) });
    expect(Object.keys(published()).toSorted()).toEqual(['FilestoreCopyAge', 'RecoveryPointCopyAge']);
    expect(lines.join('\n')).toContain('denied');
  });

  it('is not guessed when the last note cannot be read', async () => {
    s3.getObject.mockRejectedValue(Object.assign(new Error('denied'), { name: 'AccessDenied' }));
    await expect(look()).rejects.toThrow('denied');
    expect(s3.putObject).not.toHaveBeenCalled();
  });
});
