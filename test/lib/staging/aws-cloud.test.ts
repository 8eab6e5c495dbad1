import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { awsCloud } from '../../../lib/staging/aws-cloud.ts';
import type { Cloud } from '../../../lib/staging/cloud.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, resourcesPage, stackAnswer } from '../../support/stack-answers.ts';

let wire: AwsWire;
let cloud: Cloud;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  cloud = awsCloud('eu-central-1');
});

it('the account is that of the credentials', async () => {
  wire.on('GetCallerIdentity', {
    body: '<Arn>arn:aws:iam::111122223333:user/operator</Arn><Account>111122223333</Account>',
  });
  expect(await cloud.account()).toBe('111122223333');
  expect(wire.calls[0]?.service).toBe('sts');
});

it('a secret is read as it is now', async () => {
  wire.on('secretsmanager.GetSecretValue', { body: { ARN: 'arn:secret', SecretString: '{"password":"x"}' } });
  expect(await cloud.secret('arn:secret')).toBe('{"password":"x"}');
  expect(wire.asked('secretsmanager.GetSecretValue')).toEqual([{ SecretId: 'arn:secret' }]);
  expect(wire.calls[0]?.headers['content-type']).toBe('application/x-amz-json-1.1');
});

describe('a stack', () => {
  it('has outputs, and resources of all pages', async () => {
    wire.on('DescribeStacks', stackAnswer('prod-Data', { StateMachine: 'arn:machine' }));
    wire.on(
      'ListStackResources',
      resourcesPage([['AWS::RDS::DBInstance', 'Database1', 'prod-db']], 'next'),
      resourcesPage([['AWS::S3::Bucket', 'Filestore1', 'files']]),
    );
    expect(await cloud.stack('prod-Data')).toEqual({
      outputs: { StateMachine: 'arn:machine' },
      resources: { Database1: 'prod-db', Filestore1: 'files' },
    });
    expect(wire.asked('DescribeStacks')).toEqual([{ StackName: 'prod-Data' }]);
    expect(wire.asked('ListStackResources')[1]).toEqual({ StackName: 'prod-Data', NextToken: 'next' });
  });

  it.each(['ROLLBACK_COMPLETE', 'UPDATE_IN_PROGRESS', 'DELETE_FAILED'])(
    'that is %s is not deployed as its template says',
    async (status) => {
      wire.on('DescribeStacks', stackAnswer('prod-Data', {}, `<StackStatus>${status}</StackStatus>`));
      expect(await cloud.stack('prod-Data')).toBeUndefined();
    },
  );

  it('may not be there', async () => {
    wire.on('DescribeStacks', noStack('prod-Data'));
    expect(await cloud.stack('prod-Data')).toBeUndefined();
  });

  it('that cannot be asked for is an error, not missing', async () => {
    wire.on('DescribeStacks', { code: 'ValidationError', message: '1 validation error detected' });
    await expect(cloud.stack('prod-Data')).rejects.toThrow('1 validation error detected');
  });
});

it('a copy asks S3 again more often than others: it makes many requests at once', async () => {
  const busy = { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 };
  wire.on('DELETE /files/key', busy, busy, busy, {});
  await cloud.store.deleteVersion({ bucket: 'files', key: 'key', version: 'v1' });
  expect(wire.calls).toHaveLength(4);
});
