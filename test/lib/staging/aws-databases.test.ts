import { RDSClient } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AwsDatabases } from '../../../lib/staging/aws-databases.ts';
import { AwsWire } from '../../support/aws-wire.ts';

const FIND = 'DescribeDBInstances';

let wire: AwsWire;
let databases: AwsDatabases;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  databases = new AwsDatabases(new RDSClient({ region: 'eu-central-1' }));
});

const instance = (identifier: string, more = '') => `<DBInstance>
  <DBInstanceIdentifier>${identifier}</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>
  <DBInstanceClass>db.t4g.large</DBInstanceClass><AllocatedStorage>100</AllocatedStorage>
  <MasterUsername>odoo_master</MasterUsername><EngineVersion>17.5</EngineVersion>
  <LatestRestorableTime>2026-11-30T04:00:00Z</LatestRestorableTime>
  <DBSubnetGroup><DBSubnetGroupName>subnets</DBSubnetGroupName></DBSubnetGroup>
  <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>
  <DBParameterGroups><DBParameterGroup><DBParameterGroupName>parameters</DBParameterGroupName></DBParameterGroup></DBParameterGroups>
  <Endpoint><Address>staging-db.example.com</Address><Port>5432</Port></Endpoint>
  <PendingModifiedValues><MasterUserPassword>****</MasterUserPassword></PendingModifiedValues>
  <TagList><Tag><Key>odoo-aws:temporary</Key><Value>staging-copy</Value></Tag>${more}</TagList>
</DBInstance>`;
const page = (instances: string, marker?: string) => ({
  body: `<DBInstances>${instances}</DBInstances>${marker === undefined ? '' : `<Marker>${marker}</Marker>`}`,
});

describe('a restore', () => {
  it('asks for the latest moment, closed to the public, in one zone, unprotected, without backups', async () => {
    wire.on('RestoreDBInstanceToPointInTime', { body: instance('staging-db-copy-1') });
    await databases.restoreLatest({
      source: 'prod-db',
      identifier: 'staging-db-copy-1',
      instanceClass: 'db.t4g.large',
      subnetGroup: 'subnets',
      securityGroups: ['sg-1'],
      parameterGroup: 'parameters',
      tags: { 'odoo-aws:temporary': 'staging-copy' },
    });
    expect(wire.calls[0]?.service).toBe('rds');
    expect(wire.asked('RestoreDBInstanceToPointInTime')[0]).toEqual({
      SourceDBInstanceIdentifier: 'prod-db',
      TargetDBInstanceIdentifier: 'staging-db-copy-1',
      UseLatestRestorableTime: 'true',
      DBInstanceClass: 'db.t4g.large',
      DBSubnetGroupName: 'subnets',
      'VpcSecurityGroupIds.VpcSecurityGroupId.1': 'sg-1',
      DBParameterGroupName: 'parameters',
      CACertificateIdentifier: 'rds-ca-rsa2048-g1',
      PubliclyAccessible: 'false',
      MultiAZ: 'false',
      DeletionProtection: 'false',
      AutoMinorVersionUpgrade: 'false',
      CopyTagsToSnapshot: 'false',
      EnableIAMDatabaseAuthentication: 'false',
      BackupRetentionPeriod: '0',
      'Tags.Tag.1.Key': 'odoo-aws:temporary',
      'Tags.Tag.1.Value': 'staging-copy',
    });
  });
});

describe('an instance', () => {
  it('is read with everything that a copy asks of it', async () => {
    wire.on(FIND, page(instance('staging-db')));
    expect(await databases.find('staging-db')).toEqual({
      identifier: 'staging-db',
      status: 'available',
      passwordPending: true,
      instanceClass: 'db.t4g.large',
      storage: 100,
      storageMax: 100,
      masterUser: 'odoo_master',
      engineVersion: '17.5',
      latestRestorable: new Date('2026-11-30T04:00:00Z'),
      subnetGroup: 'subnets',
      securityGroups: ['sg-1'],
      parameterGroup: 'parameters',
      endpoint: { host: 'staging-db.example.com', port: 5432 },
      tags: { 'odoo-aws:temporary': 'staging-copy' },
    });
    expect(wire.asked(FIND)).toEqual([{ DBInstanceIdentifier: 'staging-db' }]);
  });

  it('has no address while it is made, and no limit where its storage does not grow', async () => {
    wire.on(
      FIND,
      page(
        '<DBInstance><DBInstanceStatus>creating</DBInstanceStatus><AllocatedStorage>20</AllocatedStorage></DBInstance>',
      ),
    );
    expect(await databases.find('copy')).toMatchObject({
      status: 'creating',
      endpoint: undefined,
      latestRestorable: undefined,
      passwordPending: false,
      storage: 20,
      storageMax: 20,
    });
  });

  it('may not be there', async () => {
    wire.on(FIND, { code: 'DBInstanceNotFound', message: 'DBInstance staging-db not found.', status: 404 });
    expect(await databases.find('staging-db')).toBeUndefined();
  });

  it('that may not be looked at is an error', async () => {
    wire.on(FIND, { code: 'AccessDenied', message: 'not authorized', status: 403 });
    await expect(databases.find('staging-db')).rejects.toThrow('not authorized');
  });

  it('is found by its tags, all of them, on whichever page it is', async () => {
    const mine = '<Tag><Key>odoo-aws:environment</Key><Value>staging</Value></Tag>';
    wire.on(FIND, page(instance('one') + instance('two', mine), 'next'), page(instance('three', mine)));
    const found = await databases.tagged({
      'odoo-aws:temporary': 'staging-copy',
      'odoo-aws:environment': 'staging',
    });
    expect(found.map(({ identifier }) => identifier)).toEqual(['two', 'three']);
    expect(wire.asked(FIND)).toEqual([{}, { Marker: 'next' }]);
  });
});

describe('the password', () => {
  it('is set at once, not in the next maintenance window', async () => {
    wire.on('ModifyDBInstance', { body: instance('copy') });
    await databases.setMasterPassword('copy', 'of-the-target');
    expect(wire.asked('ModifyDBInstance')).toEqual([
      { DBInstanceIdentifier: 'copy', MasterUserPassword: 'of-the-target', ApplyImmediately: 'true' },
    ]);
  });
});

describe('a deletion', () => {
  it('leaves neither a snapshot nor backups', async () => {
    wire.on('DeleteDBInstance', { body: instance('copy') });
    expect(await databases.delete('copy')).toBe(true);
    expect(wire.asked('DeleteDBInstance')).toEqual([
      { DBInstanceIdentifier: 'copy', SkipFinalSnapshot: 'true', DeleteAutomatedBackups: 'true' },
    ]);
  });

  it.each([
    ['DBInstanceNotFound', 404, true],
    ['InvalidDBInstanceState', 400, false],
  ])('that RDS answers with %s %i: %s', async (code, status, expected) => {
    wire.on('DeleteDBInstance', { code, status });
    expect(await databases.delete('copy')).toBe(expected);
  });

  it('that is not allowed is an error', async () => {
    wire.on('DeleteDBInstance', { code: 'AccessDenied', status: 403 });
    await expect(databases.delete('copy')).rejects.toThrow('it is so');
  });
});
