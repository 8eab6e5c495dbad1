import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { awsCloud } from '../../../lib/backups/aws-cloud.ts';
import type { Cloud } from '../../../lib/backups/cloud.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, resourcesPage } from '../../support/stack-answers.ts';

let wire: AwsWire;
let cloud: Cloud;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  cloud = awsCloud('eu-west-1');
});

afterEach(() => {
  // The command changes nothing, whatever is asked.
  for (const { operation } of wire.calls) expect(operation).toMatch(/^(GET |Describe|List)/);
});

const denied = { code: 'AccessDenied', message: 'not authorized to do that', status: 403 };

describe('a stack', () => {
  it('has its resources, of all pages, with types and both ids, asked for without another call', async () => {
    wire.on(
      'ListStackResources',
      resourcesPage([['AWS::RDS::DBInstance', 'Database1', 'prod-db']], 'next'),
      resourcesPage([['AWS::S3::Bucket', 'Filestore1', 'files']]),
    );
    expect(await cloud.resources('prod-Data')).toEqual([
      { type: 'AWS::RDS::DBInstance', logicalId: 'Database1', physicalId: 'prod-db' },
      { type: 'AWS::S3::Bucket', logicalId: 'Filestore1', physicalId: 'files' },
    ]);
    expect(wire.calls).toHaveLength(2);
    expect(wire.calls[0]).toMatchObject({ region: 'eu-west-1', parameters: { StackName: 'prod-Data' } });
  });

  it('may not be there', async () => {
    wire.on('ListStackResources', noStack('prod-Data'));
    expect(await cloud.resources('prod-Data')).toBeUndefined();
  });

  it('that cannot be asked for is an error, not missing', async () => {
    wire.on('ListStackResources', denied);
    await expect(cloud.resources('prod-Data')).rejects.toThrow('not authorized');
  });
});

const automatedBackup = (instance: string, more = '') =>
  `<DBInstanceAutomatedBackup><DBInstanceIdentifier>${instance}</DBInstanceIdentifier>
   <DbiResourceId>db-${instance.toUpperCase()}</DbiResourceId><Status>active</Status>${more}</DBInstanceAutomatedBackup>`;

const restoreWindow = `<RestoreWindow><EarliestTime>2026-10-26T00:41:00Z</EarliestTime>
  <LatestTime>2026-11-30T03:08:02Z</LatestTime></RestoreWindow>`;

describe("RDS's automated backups", () => {
  it('have the window of their moments, and the names that a restore needs, on all pages', async () => {
    wire.on(
      'DescribeDBInstanceAutomatedBackups',
      {
        body: `<DBInstanceAutomatedBackups>${automatedBackup(
          'prod',
          `${restoreWindow}<KmsKeyId>arn:aws:kms:eu-west-1:111122223333:key/1a</KmsKeyId>
           <DBInstanceAutomatedBackupsArn>arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-x</DBInstanceAutomatedBackupsArn>`,
        )}</DBInstanceAutomatedBackups><Marker>next</Marker>`,
      },
      { body: `<DBInstanceAutomatedBackups>${automatedBackup('new')}</DBInstanceAutomatedBackups>` },
    );
    expect(await cloud.automatedBackups()).toEqual([
      {
        instance: 'prod',
        resourceId: 'db-PROD',
        arn: 'arn:aws:rds:eu-west-1:111122223333:auto-backup:ab-x',
        status: 'active',
        kmsKey: 'arn:aws:kms:eu-west-1:111122223333:key/1a',
        window: { from: new Date('2026-10-26T00:41:00Z'), until: new Date('2026-11-30T03:08:02Z') },
      },
      // The first one is not complete yet.
      { instance: 'new', resourceId: 'db-NEW', status: 'active' },
    ]);
    expect(wire.asked('DescribeDBInstanceAutomatedBackups')).toMatchObject([{}, { Marker: 'next' }]);
  });

  it('are asked for by the name of the instance, where it is known', async () => {
    wire.on('DescribeDBInstanceAutomatedBackups', { body: '<DBInstanceAutomatedBackups/>' });
    expect(await cloud.automatedBackups('prod')).toEqual([]);
    expect(wire.asked('DescribeDBInstanceAutomatedBackups')).toEqual([{ DBInstanceIdentifier: 'prod' }]);
  });

  it('that say less than a restore needs are an error', async () => {
    wire.on('DescribeDBInstanceAutomatedBackups', {
      body: `<DBInstanceAutomatedBackups><DBInstanceAutomatedBackup><Status>active</Status></DBInstanceAutomatedBackup></DBInstanceAutomatedBackups>`,
    });
    await expect(cloud.automatedBackups('prod')).rejects.toThrow('DBInstanceIdentifier');
  });
});

const LIST = 'GET /backup-vaults/odoo-1/recovery-points';
const seconds = (text: string) => Date.parse(text) / 1000;

describe("AWS Backup's recovery points", () => {
  it('are read on all pages, with what is known of them', async () => {
    wire.on(
      LIST,
      {
        body: {
          RecoveryPoints: [
            {
              RecoveryPointArn: 'arn:1',
              Status: 'COMPLETED',
              ResourceType: 'RDS',
              CreationDate: seconds('2026-11-29T03:30:00Z'),
              CompletionDate: seconds('2026-11-29T03:41:00Z'),
              CalculatedLifecycle: { DeleteAt: seconds('2026-12-06T03:30:00Z') },
              BackupSizeInBytes: 1024,
            },
          ],
          NextToken: 'next',
        },
      },
      {
        body: {
          RecoveryPoints: [
            {
              RecoveryPointArn: 'arn:2',
              Status: 'CREATING',
              ResourceType: 'EBS',
              CreationDate: seconds('2026-11-30T03:30:00Z'),
            },
          ],
        },
      },
    );
    expect(await cloud.recoveryPoints('odoo-1')).toEqual([
      {
        arn: 'arn:1',
        status: 'COMPLETED',
        resourceType: 'RDS',
        created: new Date('2026-11-29T03:30:00Z'),
        completed: new Date('2026-11-29T03:41:00Z'),
        deletedAt: new Date('2026-12-06T03:30:00Z'),
        bytes: 1024,
      },
      { arn: 'arn:2', status: 'CREATING', resourceType: 'EBS', created: new Date('2026-11-30T03:30:00Z') },
    ]);
    expect(wire.asked(LIST)).toEqual([{}, { nextToken: 'next' }]);
  });

  it('that may not be asked for are an error', async () => {
    wire.on(LIST, { code: 'AccessDeniedException', message: 'Insufficient privileges', status: 403 });
    await expect(cloud.recoveryPoints('odoo-1')).rejects.toThrow('Insufficient privileges');
  });

  it('without a moment are an error, not a recovery point of no moment', async () => {
    wire.on(LIST, {
      body: { RecoveryPoints: [{ RecoveryPointArn: 'arn:1', Status: 'COMPLETED', ResourceType: 'RDS' }] },
    });
    await expect(cloud.recoveryPoints('odoo-1')).rejects.toThrow('CreationDate');
  });
});

const rule = (days: number, { prefix = '', status = 'Enabled' } = {}) =>
  `<Rule><Status>${status}</Status><Filter><Prefix>${prefix}</Prefix></Filter>
   <NoncurrentVersionExpiration><NoncurrentDays>${days}</NoncurrentDays></NoncurrentVersionExpiration></Rule>`;

const lifecycle = (...rules: readonly string[]) => ({
  body: `<LifecycleConfiguration>${rules.join('')}</LifecycleConfiguration>`,
});

describe('what a bucket keeps of deleted objects', () => {
  const LIFECYCLE = 'GET /files/';

  it('is what the strictest of the rules that meet it lets be', async () => {
    wire.on(
      LIFECYCLE,
      lifecycle(
        rule(42),
        rule(14, { prefix: 'filestore/' }),
        rule(3, { prefix: 'server/' }),
        rule(1, { status: 'Disabled' }),
        '<Rule><Status>Enabled</Status><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>',
      ),
    );
    expect(await cloud.keptDays('files', 'filestore/odoo/')).toBe(14);
    expect(wire.asked(LIFECYCLE)).toEqual([{ lifecycle: '' }]);
  });

  it('counts a rule for a part of it, and one that looks at tags as well', async () => {
    wire.on(
      LIFECYCLE,
      lifecycle(
        rule(42),
        `<Rule><Status>Enabled</Status><Filter><And><Prefix>filestore/odoo/00/</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>
         <NoncurrentVersionExpiration><NoncurrentDays>5</NoncurrentDays></NoncurrentVersionExpiration></Rule>`,
      ),
    );
    expect(await cloud.keptDays('files', 'filestore/odoo/')).toBe(5);
  });

  it('is everything, where no rule deletes any of it', async () => {
    wire.on(LIFECYCLE, lifecycle(rule(3, { prefix: 'server/' })), {
      code: 'NoSuchLifecycleConfiguration',
      status: 404,
    });
    expect(await cloud.keptDays('files', 'filestore/odoo/')).toBe('for-ever');
    expect(await cloud.keptDays('files', 'filestore/odoo/')).toBe('for-ever');
  });

  it('is an error where it may not be asked for', async () => {
    wire.on(LIFECYCLE, denied);
    await expect(cloud.keptDays('files', 'filestore/odoo/')).rejects.toThrow('not authorized');
  });
});

const page = (key: string, next = '') => ({
  body: `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}<Contents><Key>${key}</Key></Contents></ListBucketResult>`,
});

const version = (key: string, id: string, modified: string) =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><LastModified>${modified}</LastModified></Version>`;

const versions = (list: readonly string[], next = '') => ({
  body: `<ListVersionsResult><IsTruncated>${next !== ''}</IsTruncated>${next}${list.join('')}</ListVersionsResult>`,
});

describe('objects', () => {
  it('are listed below a prefix, on all pages', async () => {
    wire.on(
      'GET /audit/',
      page('restore-tests/1.json', '<NextContinuationToken>t</NextContinuationToken>'),
      page('restore-tests/2.json'),
    );
    expect(await cloud.keys('audit', 'restore-tests/')).toEqual([
      'restore-tests/1.json',
      'restore-tests/2.json',
    ]);
    expect(wire.asked('GET /audit/')[1]).toMatchObject({
      prefix: 'restore-tests/',
      'continuation-token': 't',
    });
  });

  it('are read as they are now', async () => {
    wire.on('GET /audit/watermarks/copies.json', { body: '{}' });
    expect(await cloud.text('audit', 'watermarks/copies.json')).toBe('{}');
  });

  it('may not be there, which is not the same as not being allowed to read them', async () => {
    wire.on('GET /audit/key', { code: 'NoSuchKey', status: 404 }, denied);
    expect(await cloud.text('audit', 'key')).toBeUndefined();
    await expect(cloud.text('audit', 'key')).rejects.toThrow('not authorized');
  });

  const UNTIL = new Date('2026-11-30T03:00:00Z');

  it('are read as they were at a moment: the newest version until then, however far back', async () => {
    wire.on(
      'GET /backups/',
      versions(
        [version('list.json', 'v3', '2026-11-30T03:10:00Z')],
        '<NextKeyMarker>list.json</NextKeyMarker><NextVersionIdMarker>v3</NextVersionIdMarker>',
      ),
      versions([
        version('list.json', 'v2', '2026-11-30T02:55:00Z'),
        version('list.json', 'v1', '2026-11-30T02:50:00Z'),
      ]),
    );
    wire.on('GET /backups/list.json', { body: 'two' });
    expect(await cloud.text('backups', 'list.json', UNTIL)).toBe('two');
    expect(wire.asked('GET /backups/')[1]).toMatchObject({
      'key-marker': 'list.json',
      'version-id-marker': 'v3',
    });
    expect(wire.asked('GET /backups/list.json')).toEqual([{ versionId: 'v2' }]);
  });

  it('did not exist then, or only another one whose name begins alike', async () => {
    wire.on(
      'GET /backups/',
      versions([
        version('list.json', 'v3', '2026-11-30T03:10:00Z'),
        version('list.json.old', 'v1', '2026-11-30T02:50:00Z'),
      ]),
    );
    expect(await cloud.text('backups', 'list.json', UNTIL)).toBeUndefined();
  });
});

describe('a Region that is lost', () => {
  let silent: Server;
  beforeAll(async () => {
    // Takes connections, and says nothing.
    silent = createServer((socket) => socket.on('error', () => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => silent.close());

  it('is given up, whichever service is asked', async () => {
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
    const lost = awsCloud('eu-central-1', { connection: 100, answer: 100 });
    const asked = await Promise.allSettled([
      lost.resources('prod-Data'),
      lost.automatedBackups(),
      lost.recoveryPoints('odoo-1'),
      lost.keys('audit', 'restore-tests/'),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  });
});
