import { RDS } from '@aws-sdk/client-rds';
import { S3 } from '@aws-sdk/client-s3';
import { SecretsManager } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type Clients,
  copiedDatabase,
  copiedRepository,
  copiedSecrets,
  noteUntil,
  PURPOSE,
} from '../../../constructs/recovery/restore-point.lambda/copies.mjs';
import { SECRET_PURPOSE } from '../../../constructs/secrets/odoo-secrets.ts';
import { AwsWire } from '../../support/aws-wire.ts';

// With AWS's own clients, of which the function has the runtime's: what is asked, and what is made of the answers.

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/copies';
const NOTE = { bucket: 'audit-copy', key: 'watermarks/copies.json' };
const LISTING = { bucket: 'backup-copy', key: 'server/recovery-points.json' };

let wire: AwsWire;
let clients: Clients;

beforeAll(async () => {
  wire = await AwsWire.start();
  const region = 'eu-west-1';
  const s3 = new S3({ region, forcePathStyle: true });
  clients = { rds: new RDS({ region }), s3, secrets: new SecretsManager({ region }) };
});
afterAll(() => wire.stop());
beforeEach(() => wire.reset());

const backup = (arn: string, key: string, latest: string): string =>
  `<DBInstanceAutomatedBackup><DBInstanceAutomatedBackupsArn>${arn}</DBInstanceAutomatedBackupsArn><KmsKeyId>${key}</KmsKeyId>
   <RestoreWindow><EarliestTime>2026-11-01T00:00:00Z</EarliestTime><LatestTime>${latest}</LatestTime></RestoreWindow></DBInstanceAutomatedBackup>`;
const page = (backups: string): string =>
  `<DBInstanceAutomatedBackups>${backups}</DBInstanceAutomatedBackups>`;

it('reads the automated backups of RDS page by page', async () => {
  wire.on(
    'DescribeDBInstanceAutomatedBackups',
    { body: `${page(backup('arn:other', 'other', '2026-11-30T11:59:00Z'))}<Marker>more</Marker>` },
    { body: page(backup('arn:own', KEY, '2026-11-30T11:53:00Z')) },
  );
  expect(await copiedDatabase(clients, KEY)).toEqual({
    source: 'arn:own',
    from: new Date('2026-11-01T00:00:00Z'),
    until: new Date('2026-11-30T11:53:00Z'),
  });
  expect(wire.asked('DescribeDBInstanceAutomatedBackups')).toEqual([{}, { Marker: 'more' }]);
});

const version = (key: string, id: string, modified: string): string =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><LastModified>${modified}</LastModified></Version>`;

it('reads the versions of the note page by page, and that one which was the last by a moment', async () => {
  const { key } = NOTE;
  wire.on(
    'GET /audit-copy/',
    {
      body: `<ListVersionsResult><IsTruncated>true</IsTruncated><NextKeyMarker>${key}</NextKeyMarker><NextVersionIdMarker>2</NextVersionIdMarker>
        ${version(key, '3', '2026-11-30T10:25:00.000Z')}${version(key, '2', '2026-11-30T10:20:00.000Z')}</ListVersionsResult>`,
    },
    {
      body: `<ListVersionsResult><IsTruncated>false</IsTruncated>${version(key, '1', '2026-11-30T10:15:00.000Z')}</ListVersionsResult>`,
    },
  );
  const note = { filestore: { until: '2026-11-30T10:12:00.000Z' } };
  wire.on(`GET /audit-copy/${key}`, { body: JSON.stringify(note) });
  expect(await noteUntil(clients, NOTE, new Date('2026-11-30T10:18:00Z'))).toEqual(note);
  expect(wire.asked('GET /audit-copy/')).toEqual([
    { versions: '', prefix: key },
    { versions: '', prefix: key, 'key-marker': key, 'version-id-marker': '2' },
  ]);
  expect(wire.asked(`GET /audit-copy/${key}`)).toEqual([{ versionId: '1' }]);
});

it('reads what the single server has written last, and when it was written', async () => {
  wire.on(`GET /backup-copy/${LISTING.key}`, {
    headers: { 'Last-Modified': 'Mon, 30 Nov 2026 10:17:59 GMT' },
    body: JSON.stringify({ writtenAt: '2026-11-30T10:18:00Z', database: { oldest: '2026-11-01T00:31:00Z' } }),
  });
  expect(await copiedRepository(clients, LISTING)).toEqual({
    source: 's3://backup-copy/server/',
    from: new Date('2026-11-01T00:31:00Z'),
    until: new Date('2026-11-30T10:17:59Z'),
  });
  wire.on(`GET /backup-copy/${LISTING.key}`, {
    code: 'NoSuchKey',
    message: 'The specified key does not exist.',
    status: 404,
  });
  await expect(copiedRepository(clients, LISTING)).rejects.toThrow(
    's3://backup-copy/server/recovery-points.json, which the single server writes with its backups, cannot be read: The specified',
  );
});

const replica = (ARN: string, environment: string) => ({
  ARN,
  PrimaryRegion: 'eu-central-1',
  Tags: [
    { Key: SECRET_PURPOSE, Value: 'BackupPassphrase' },
    { Key: 'odoo-aws:environment', Value: environment },
  ],
});

it('looks for secrets by their tags page by page, of which AWS compares the beginning', async () => {
  wire.on(
    'secretsmanager.ListSecrets',
    { body: { SecretList: [replica('arn:other', 'prod-two')], NextToken: 'more' } },
    { body: { SecretList: [replica('arn:own', 'prod')] } },
  );
  expect(await copiedSecrets(clients, { environment: 'prod', secrets: ['BackupPassphrase'] })).toEqual({
    BackupPassphrase: 'arn:own',
  });
  const Filters = [
    { Key: 'tag-key', Values: ['odoo-aws:secret'] },
    { Key: 'tag-value', Values: ['prod'] },
  ];
  expect(wire.asked('secretsmanager.ListSecrets')).toEqual([{ Filters }, { Filters, NextToken: 'more' }]);
});

it('knows the tag that the secrets are made with', () => {
  expect(PURPOSE).toBe(SECRET_PURPOSE);
});

it('says what a service has refused', async () => {
  const denied = { code: 'AccessDenied', message: 'not allowed', status: 403 };
  wire.on('DescribeDBInstanceAutomatedBackups', denied);
  await expect(copiedDatabase(clients, KEY)).rejects.toThrow('not allowed');
  wire.on('GET /audit-copy/', denied);
  await expect(noteUntil(clients, NOTE, new Date())).rejects.toThrow('not allowed');
});
