import { EFS } from '@aws-sdk/client-efs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BROUGHT_BACK } from '../../../constructs/recovery/writable-replica.lambda/replicas.mjs';
import { createHandlers } from '../../../constructs/recovery/writable-replica.lambda/writable-replica.mjs';
import { AwsWire } from '../../support/aws-wire.ts';
import { KEY } from './replicated-file-systems.ts';

// With AWS's own client, of which the function has the runtime's: what is asked, and how its refusals are named.

const FILE_SYSTEMS = '/2015-02-01/file-systems';
const REPLICATIONS = `GET ${FILE_SYSTEMS}/replication-configurations`;

let wire: AwsWire;

beforeAll(async () => void (wire = await AwsWire.start()));
afterAll(() => wire.stop());

it('asks EFS in this Region to end the replication, in both Regions and then here, and sets the copy up', async () => {
  const copy = {
    FileSystemId: 'fs-copy',
    KmsKeyId: KEY,
    LifeCycleState: 'available',
    ThroughputMode: 'elastic',
    FileSystemProtection: { ReplicationOverwriteProtection: 'ENABLED' },
  };
  const destination = {
    FileSystemId: 'fs-copy',
    Status: 'ENABLED',
    LastReplicatedTimestamp: Date.parse('2026-11-30T11:50:00Z') / 1000,
  };
  const replicated = {
    body: { Replications: [{ SourceFileSystemId: 'fs-home', Destinations: [destination] }] },
  };
  const end = `DELETE ${FILE_SYSTEMS}/fs-home/replication-configuration`;
  wire.on(`GET ${FILE_SYSTEMS}`, { body: { FileSystems: [copy] } }, { body: { FileSystems: [copy] } });
  wire.on(REPLICATIONS, replicated, replicated, { code: 'ReplicationNotFound', status: 404 });
  wire.on('POST /2015-02-01/resource-tags/fs-copy', {});
  wire.on(end, { code: 'FileSystemNotFound', status: 404 }, {});
  wire.on(`PUT ${FILE_SYSTEMS}/fs-copy/policy`, {});
  wire.on(`PUT ${FILE_SYSTEMS}/fs-copy/lifecycle-configuration`, {});

  const { onEvent, isComplete } = createHandlers({
    efs: new EFS({ region: 'eu-west-1', maxAttempts: 1 }),
    settings: {
      encryptionKey: KEY,
      policy: { Statement: [] },
      lifecycle: [{ TransitionToIA: 'AFTER_90_DAYS' }],
    },
    now: () => new Date('2026-11-30T12:00:00Z'),
    log: () => {},
  });
  const ResourceProperties = { Moment: '2026-11-30T11:45:00Z' };
  await onEvent({ RequestType: 'Create', ResourceProperties });
  expect(wire.asked(end)).toEqual([
    { deletionMode: 'ALL_CONFIGURATIONS' },
    { deletionMode: 'LOCAL_CONFIGURATION_ONLY' },
  ]);
  const bodyOf = (operation: string): unknown =>
    JSON.parse(wire.calls.find((call) => call.operation === operation)?.body ?? '');
  expect(bodyOf('POST /2015-02-01/resource-tags/fs-copy')).toEqual({
    Tags: [{ Key: BROUGHT_BACK, Value: '2026-11-30T12:00:00.000Z' }],
  });
  expect(await isComplete({ RequestType: 'Create', PhysicalResourceId: 'fs-copy' })).toEqual({
    IsComplete: true,
  });
  expect(bodyOf(`PUT ${FILE_SYSTEMS}/fs-copy/policy`)).toEqual({ Policy: '{"Statement":[]}' });
  expect(bodyOf(`PUT ${FILE_SYSTEMS}/fs-copy/lifecycle-configuration`)).toEqual({
    LifecyclePolicies: [{ TransitionToIA: 'AFTER_90_DAYS' }],
  });
  expect(new Set(wire.calls.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
});
