import { Backup } from '@aws-sdk/client-backup';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EFS } from '@aws-sdk/client-efs';
import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type Clients,
  copiedByEfs,
  copiedByRds,
  copiedByS3,
  newestRecoveryPoint,
} from '../../../constructs/recovery/watch-copies.lambda/copied-until.mjs';
import { AwsWire } from '../../support/aws-wire.ts';

// With AWS's own clients, of which the function has the runtime's: what is asked, and what is made of the answers.

const NOW = new Date('2026-11-30T12:00:00Z');
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/copies';
const seconds = (moment: string): number => Date.parse(moment) / 1000;

const backup = (key: string, latest: string): string =>
  `<DBInstanceAutomatedBackup><KmsKeyId>${key}</KmsKeyId><RestoreWindow><LatestTime>${latest}</LatestTime></RestoreWindow></DBInstanceAutomatedBackup>`;
const page = (backups: string): string =>
  `<DBInstanceAutomatedBackups>${backups}</DBInstanceAutomatedBackups>`;

let wire: AwsWire;
let clients: Clients;

beforeAll(async () => {
  wire = await AwsWire.start();
  const region = 'eu-west-1';
  clients = {
    backup: new Backup({ region }),
    cloudWatch: new CloudWatch({ region }),
    efs: new EFS({ region }),
    rds: new RDS({ region }),
    s3: new S3({ region }),
  };
});
afterAll(() => wire.stop());
beforeEach(() => wire.reset());

it('asks CloudWatch for the latency of one replica, and counts back from the newest value', async () => {
  const metric = {
    Namespace: 'AWS/S3',
    MetricName: 'ReplicationLatency',
    Dimensions: [
      { Name: 'SourceBucket', Value: 'files' },
      { Name: 'DestinationBucket', Value: 'files-copy' },
      { Name: 'RuleId', Value: 'ToRecoveryRegion' },
    ],
  };
  wire.on('GraniteServiceVersion20100801.ListMetrics', { body: { Metrics: [metric] } });
  wire.on('GraniteServiceVersion20100801.GetMetricData', {
    body: {
      MetricDataResults: [
        {
          Id: 'm0',
          Timestamps: [seconds('2026-11-30T11:57:00Z'), seconds('2026-11-30T11:56:00Z')],
          Values: [30, 400],
        },
      ],
    },
  });
  expect(await copiedByS3(clients, 'files-copy', 120, NOW)).toEqual(new Date('2026-11-30T11:54:30Z'));
  expect(wire.asked('GraniteServiceVersion20100801.ListMetrics')).toEqual([
    expect.objectContaining({
      MetricName: 'ReplicationLatency',
      Dimensions: [{ Name: 'DestinationBucket', Value: 'files-copy' }],
    }),
  ]);
  expect(wire.asked('GraniteServiceVersion20100801.GetMetricData')).toEqual([
    expect.objectContaining({
      StartTime: seconds('2026-11-30T11:40:00Z'),
      EndTime: NOW.getTime() / 1000,
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [{ Id: 'm0', MetricStat: { Metric: metric, Period: 60, Stat: 'Maximum' } }],
    }),
  ]);
});

it('reads the automated backups of RDS page by page, and takes those of its own key', async () => {
  wire.on(
    'DescribeDBInstanceAutomatedBackups',
    { body: `${page(backup('other', '2026-11-30T11:59:00Z'))}<Marker>more</Marker>` },
    { body: page(backup(KEY, '2026-11-30T11:53:00Z')) },
  );
  expect(await copiedByRds(clients, KEY)).toEqual(new Date('2026-11-30T11:53:00Z'));
  expect(wire.asked('DescribeDBInstanceAutomatedBackups')).toEqual([{}, { Marker: 'more' }]);
});

it('asks EFS when the file system with its own key was the same as its source', async () => {
  wire.on('GET /2015-02-01/file-systems', {
    body: {
      FileSystems: [
        { FileSystemId: 'fs-other', KmsKeyId: 'other' },
        { FileSystemId: 'fs-copy', KmsKeyId: KEY },
      ],
    },
  });
  wire.on('GET /2015-02-01/file-systems/replication-configurations', {
    body: {
      Replications: [
        {
          SourceFileSystemId: 'fs-source',
          Destinations: [
            { FileSystemId: 'fs-copy', LastReplicatedTimestamp: seconds('2026-11-30T11:49:00Z') },
          ],
        },
      ],
    },
  });
  expect(await copiedByEfs(clients, KEY)).toEqual(new Date('2026-11-30T11:49:00Z'));
  expect(wire.asked('GET /2015-02-01/file-systems/replication-configurations')).toEqual([
    { FileSystemId: 'fs-copy' },
  ]);
});

it('passes over a file system with its own key that is no copy any more', async () => {
  const [fileSystems, replications] = [
    'GET /2015-02-01/file-systems',
    'GET /2015-02-01/file-systems/replication-configurations',
  ];
  const files = ['fs-was', 'fs-copy'].map((FileSystemId) => ({ FileSystemId, KmsKeyId: KEY }));
  const destination = {
    FileSystemId: 'fs-copy',
    LastReplicatedTimestamp: seconds('2026-11-30T11:49:00Z'),
  };
  wire.on(fileSystems, { body: { FileSystems: files } });
  wire.on(
    replications,
    { code: 'ReplicationNotFound', status: 404 },
    { body: { Replications: [{ SourceFileSystemId: 'fs-source', Destinations: [destination] }] } },
  );
  expect(await copiedByEfs(clients, KEY)).toEqual(new Date('2026-11-30T11:49:00Z'));
});

it('finds the newest recovery point that can be restored', async () => {
  wire.on('GET /backup-vaults/vault/recovery-points', {
    body: {
      RecoveryPoints: [
        { Status: 'COMPLETED', CreationDate: seconds('2026-11-29T03:40:00Z') },
        { Status: 'COMPLETED', CreationDate: seconds('2026-11-30T03:40:00Z') },
        { Status: 'PARTIAL', CreationDate: seconds('2026-11-30T09:00:00Z') },
      ],
    },
  });
  expect(await newestRecoveryPoint(clients, 'vault')).toEqual(new Date('2026-11-30T03:40:00Z'));
});

it('says what a service has refused', async () => {
  wire.on('DescribeDBInstanceAutomatedBackups', {
    code: 'AccessDenied',
    message: 'not allowed',
    status: 403,
  });
  await expect(copiedByRds(clients, KEY)).rejects.toThrow('not allowed');
});
