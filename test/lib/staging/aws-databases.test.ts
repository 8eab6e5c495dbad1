import { RDSClient } from '@aws-sdk/client-rds';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AwsDatabases } from '../../../lib/staging/aws-databases.ts';

// AWS's own client, so that what is asserted is what RDS would get and answer.
let server: Server;
let endpoint: string;
let sent: URLSearchParams;
let answer: { readonly status: number; readonly body: string };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    sent = new URLSearchParams(await text(request));
    response.writeHead(answer.status, { 'Content-Type': 'text/xml' }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function rds(status: number, body: string): AwsDatabases {
  answer = { status, body };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return new AwsDatabases(new RDSClient({ region: 'eu-central-1', endpoint, credentials, maxAttempts: 1 }));
}

const fault = (code: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>it is so</Message></Error></ErrorResponse>`;

const INSTANCE = `<DescribeDBInstancesResponse><DescribeDBInstancesResult><DBInstances><DBInstance>
  <DBInstanceIdentifier>staging-db</DBInstanceIdentifier><DBInstanceStatus>available</DBInstanceStatus>
  <DBInstanceClass>db.t4g.large</DBInstanceClass><AllocatedStorage>100</AllocatedStorage>
  <MasterUsername>odoo_master</MasterUsername><EngineVersion>17.5</EngineVersion>
  <LatestRestorableTime>2026-11-30T04:00:00Z</LatestRestorableTime>
  <DBSubnetGroup><DBSubnetGroupName>subnets</DBSubnetGroupName></DBSubnetGroup>
  <VpcSecurityGroups><VpcSecurityGroupMembership><VpcSecurityGroupId>sg-1</VpcSecurityGroupId></VpcSecurityGroupMembership></VpcSecurityGroups>
  <DBParameterGroups><DBParameterGroup><DBParameterGroupName>parameters</DBParameterGroupName></DBParameterGroup></DBParameterGroups>
  <Endpoint><Address>staging-db.example.com</Address><Port>5432</Port></Endpoint>
  <PendingModifiedValues><MasterUserPassword>****</MasterUserPassword></PendingModifiedValues>
  <TagList><Tag><Key>odoo-aws:temporary</Key><Value>staging-copy</Value></Tag></TagList>
</DBInstance></DBInstances></DescribeDBInstancesResult></DescribeDBInstancesResponse>`;

describe('a restore', () => {
  it('asks for the latest moment, closed to the public, in one zone, unprotected, without backups', async () => {
    await rds(200, '<RestoreDBInstanceToPointInTimeResponse/>').restoreLatest({
      source: 'prod-db',
      identifier: 'staging-db-copy-1',
      instanceClass: 'db.t4g.large',
      subnetGroup: 'subnets',
      securityGroups: ['sg-1'],
      parameterGroup: 'parameters',
      tags: { 'odoo-aws:temporary': 'staging-copy' },
    });
    expect(Object.fromEntries(sent)).toEqual({
      Action: 'RestoreDBInstanceToPointInTime',
      Version: expect.any(String),
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
    expect(await rds(200, INSTANCE).find('staging-db')).toEqual({
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
    expect(await rds(404, fault('DBInstanceNotFound')).find('staging-db')).toBeUndefined();
  });

  it('is found by its tags, all of them', async () => {
    const tags = { 'odoo-aws:temporary': 'staging-copy' };
    expect(await rds(200, INSTANCE).tagged(tags)).toHaveLength(1);
    expect(await rds(200, INSTANCE).tagged({ ...tags, 'odoo-aws:environment': 'staging' })).toEqual([]);
  });
});

describe('a deletion', () => {
  it('leaves neither a snapshot nor backups', async () => {
    expect(await rds(200, '<DeleteDBInstanceResponse/>').delete('copy')).toBe(true);
    expect(Object.fromEntries(sent)).toMatchObject({
      SkipFinalSnapshot: 'true',
      DeleteAutomatedBackups: 'true',
    });
    expect(sent.has('FinalDBSnapshotIdentifier')).toBe(false);
  });

  it.each([
    ['DBInstanceNotFound', true],
    ['InvalidDBInstanceState', false],
  ])('that RDS answers with %s: %s', async (code, expected) => {
    expect(await rds(400, fault(code)).delete('copy')).toBe(expected);
  });

  it('that is not allowed is an error', async () => {
    await expect(rds(403, fault('AccessDenied')).delete('copy')).rejects.toThrow('it is so');
  });
});
