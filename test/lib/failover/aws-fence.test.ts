import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsFence } from '../../../lib/failover/aws-fence.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, resourcesPage, stackAnswer } from '../../support/stack-answers.ts';

let wire: AwsWire;
beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  wire.on(
    'ListStackResources',
    resourcesPage([['AWS::S3::Bucket', 'FilestoreReplica1', 'files-copy']], 'next'),
    resourcesPage([['AWS::S3::Bucket', 'AuditReplica1', 'audit-copy']]),
  );
});

const missing = { code: 'NoSuchKey', message: 'not there', status: 404 };
const FENCED_AT = '2026-11-30T12:00:00.000Z';

describe('the fence in AWS', () => {
  it('is an object in the copy of the audit bucket, in the recovery Region', async () => {
    wire.on('GET /audit-copy/fence/fenced.json', { body: JSON.stringify({ fencedAt: FENCED_AT }) }, missing);
    const cloud = await awsFence('prod', 'eu-west-1');
    expect(await cloud.fence()).toEqual({ fencedAt: new Date(FENCED_AT) });
    expect(await cloud.fence()).toBeUndefined();
    expect(new Set(wire.calls.map(({ region }) => region))).toEqual(new Set(['eu-west-1']));
    expect(wire.asked('ListStackResources')[0]).toMatchObject({ StackName: 'prod-Recovery' });
  });

  it('is set and lifted', async () => {
    wire.on('PUT /audit-copy/fence/fenced.json', { body: '' });
    wire.on('DELETE /audit-copy/fence/fenced.json', { body: '' });
    const cloud = await awsFence('prod', 'eu-west-1');
    await cloud.setFence({ fencedAt: new Date(FENCED_AT) });
    await cloud.removeFence();
    expect(wire.calls.map(({ operation }) => operation).slice(-2)).toEqual([
      'PUT /audit-copy/fence/fenced.json',
      'DELETE /audit-copy/fence/fenced.json',
    ]);
  });

  it('was seen, and what still runs', async () => {
    const note = { fencedAt: FENCED_AT, seenAt: '2026-11-30T12:00:40.000Z', running: 2 };
    wire.on('GET /audit-copy/fence/seen.json', { body: JSON.stringify(note) }, missing);
    const cloud = await awsFence('prod', 'eu-west-1');
    expect(await cloud.note()).toMatchObject({ fencedAt: new Date(FENCED_AT), running: 2 });
    expect(await cloud.note()).toBeUndefined();
  });

  it('that cannot be read is an error, not missing', async () => {
    wire.on('GET /audit-copy/fence/fenced.json', { code: 'AccessDenied', message: 'not yours', status: 403 });
    const cloud = await awsFence('prod', 'eu-west-1');
    await expect(cloud.fence()).rejects.toThrow('not yours');
  });

  it.each(['prod-Recovery-Data', 'prod-Recovery-Service', 'prod-Recovery-Server'])(
    'knows of an environment that was brought back by %s',
    async (there) => {
      const cloud = await awsFence('prod', 'eu-west-1');
      wire.otherwise = ({ parameters }) => {
        const name = String(parameters['StackName']);
        return name === there ? stackAnswer(name, {}) : noStack(name);
      };
      expect(await cloud.isRecovered()).toBe(true);
    },
  );

  it('knows of none where there is none', async () => {
    const cloud = await awsFence('prod', 'eu-west-1');
    wire.otherwise = ({ parameters }) => noStack(String(parameters['StackName']));
    expect(await cloud.isRecovered()).toBe(false);
  });

  it('cannot be set where the copies are not deployed', async () => {
    wire.reset();
    wire.on('ListStackResources', resourcesPage([]));
    await expect(awsFence('prod', 'eu-west-1')).rejects.toThrow(
      'stack prod-Recovery has no AuditReplica: deploy it from this checkout',
    );
  });
});
