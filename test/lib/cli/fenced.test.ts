import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { fencedSince } from '../../../lib/cli/fenced.ts';
import { environmentOf } from '../../support/environments.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, resourcesPage } from '../../support/stack-answers.ts';

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => wire.reset());

const environment = environmentOf(40, { name: 'prod', recoveryRegion: 'eu-west-1' });
const copies = resourcesPage([['AWS::S3::Bucket', 'AuditReplica1', 'audit-copy']]);

it('is what the recovery Region says', async () => {
  const fencedAt = '2026-11-30T12:00:00.000Z';
  wire.on('ListStackResources', copies);
  wire.on('GET /audit-copy/fence/fenced.json', { body: JSON.stringify({ fencedAt }) });
  expect(await fencedSince(environment)).toEqual(new Date(fencedAt));
});

it('is never so without a fence', async () => {
  wire.on('ListStackResources', copies);
  wire.on('GET /audit-copy/fence/fenced.json', { code: 'NoSuchKey', message: 'not there', status: 404 });
  expect(await fencedSince(environment)).toBeUndefined();
});

it('keeps nobody from work at home whose recovery Region does not answer, or has nothing yet', async () => {
  wire.on('ListStackResources', noStack('prod-Recovery'));
  expect(await fencedSince(environment)).toBeUndefined();
});

it('asks nobody where there is no recovery Region', async () => {
  expect(await fencedSince(environmentOf(40))).toBeUndefined();
  expect(wire.calls).toEqual([]);
});
