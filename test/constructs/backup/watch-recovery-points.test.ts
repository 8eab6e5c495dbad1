import { Backup } from '@aws-sdk/client-backup';
import { RDS } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createHandler,
  type Settings,
} from '../../../constructs/backup/watch-recovery-points.lambda/watch-recovery-points.ts';
import { AwsWire } from '../../support/aws-wire.ts';

const NOW = new Date('2026-11-30T12:00:00Z');
const DATABASE = 'arn:aws:rds:eu-central-1:111122223333:db:odoo-prod';
const FILES = 'arn:aws:elasticfilesystem:eu-central-1:111122223333:file-system/fs-1';
const FORMER = 'arn:aws:ec2:eu-central-1:111122223333:volume/vol-former';
const LIST = 'GET /backup-vaults/vault/recovery-points';
const DESCRIBE = 'GET /backup-vaults/vault';

const MEDIUM: Settings = {
  environment: 'prod',
  vault: 'vault',
  resources: [DATABASE],
  database: 'odoo-prod',
};

const HOUR = 3600;
const secondsAgo = (seconds: number): number => NOW.getTime() / 1000 - seconds;
const point = (ResourceArn: string, hours: number, Status = 'COMPLETED') => ({
  ResourceArn,
  Status,
  CreationDate: secondsAgo(hours * HOUR),
});
const instance = (fields: string): string =>
  `<DBInstances><DBInstance><DBInstanceIdentifier>odoo-prod</DBInstanceIdentifier>${fields}</DBInstance></DBInstances>`;
const restorable = (secondsOld: number): string =>
  `<LatestRestorableTime>${new Date(secondsAgo(secondsOld) * 1000).toISOString()}</LatestRestorableTime>`;
const made = (secondsOld: number): string =>
  `<InstanceCreateTime>${new Date(secondsAgo(secondsOld) * 1000).toISOString()}</InstanceCreateTime>`;

let wire: AwsWire;
const lines: string[] = [];

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire.stop());
beforeEach(() => {
  wire.reset();
  lines.length = 0;
});

async function look(settings: Settings = MEDIUM): Promise<Record<string, unknown>> {
  const region = 'eu-central-1';
  await createHandler({
    settings,
    backup: new Backup({ region, maxAttempts: 1 }),
    rds: new RDS({ region, maxAttempts: 1 }),
    now: () => NOW,
    log: (line) => void lines.push(line),
  })();
  const { _aws, Environment, ...values } = JSON.parse(lines.at(-1) ?? '{}');
  const [{ Namespace, Dimensions, Metrics }] = _aws.CloudWatchMetrics;
  expect([Namespace, Dimensions, Environment]).toEqual(['Odoo/Backups', [['Environment']], 'prod']);
  expect(Metrics.map(({ Name }: { Name: string }) => Name)).toEqual(Object.keys(values));
  return values;
}

describe('the age of backups', () => {
  it('is that of the newest recovery point that could be restored, on whatever page, and how far RDS is behind', async () => {
    wire.on(
      LIST,
      { body: { RecoveryPoints: [point(DATABASE, 30)], NextToken: 'more' } },
      { body: { RecoveryPoints: [point(DATABASE, 6), point(DATABASE, 1, 'EXPIRED')] } },
    );
    wire.on('DescribeDBInstances', { body: instance(restorable(240) + made(9 * HOUR)) });
    expect(await look()).toEqual({ RecoveryPointAge: 6 * HOUR, DatabaseBackupAge: 240 });
    expect(wire.asked('DescribeDBInstances')).toEqual([{ DBInstanceIdentifier: 'odoo-prod' }]);
    expect(wire.asked(LIST)[1]).toMatchObject({ nextToken: 'more' });
  });

  it('is that of what was saved longest ago: new points of the database do not hide that files have none', async () => {
    wire.on(LIST, { body: { RecoveryPoints: [point(DATABASE, 6), point(FILES, 50)] } });
    wire.on('DescribeDBInstances', { body: instance(restorable(240)) });
    expect(await look({ ...MEDIUM, resources: [DATABASE, FILES] })).toMatchObject({
      RecoveryPointAge: 50 * HOUR,
    });
  });

  it('counts from when there could have been one where there is none', async () => {
    wire.on(LIST, { body: { RecoveryPoints: [point(DATABASE, 6)] } });
    wire.on(DESCRIBE, { body: { CreationDate: secondsAgo(400 * HOUR) } });
    wire.on('DescribeDBInstances', { body: instance(made(5 * HOUR)) });
    expect(await look({ ...MEDIUM, resources: [DATABASE, FILES] })).toEqual({
      RecoveryPointAge: 400 * HOUR,
      DatabaseBackupAge: 5 * HOUR,
    });
  });

  it("goes on from its predecessor's where a volume takes the place of another", async () => {
    wire.on(LIST, { body: { RecoveryPoints: [point(FORMER, 7), point(FORMER, 31)] } });
    expect(await look({ environment: 'prod', vault: 'vault', resources: ['volume/vol-new'] })).toEqual({
      RecoveryPointAge: 7 * HOUR,
    });
    expect(wire.asked('DescribeDBInstances')).toEqual([]);
  });

  it('is not known, and not zero, when a service does not answer; the other one is still published', async () => {
    wire.on(LIST, { body: { RecoveryPoints: [point(DATABASE, 6)] } });
    wire.on('DescribeDBInstances', { code: 'AccessDenied', message: 'not for you' });
    expect(await look()).toEqual({ RecoveryPointAge: 6 * HOUR });
    expect(lines[0]).toMatch(/"level":"ERROR","metric":"DatabaseBackupAge".*not for you/);
  });
});
