import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentStacks } from '../../../../lib/growth/aws/stacks.ts';
import { AwsWire } from '../../../support/aws-wire.ts';
import { noStack, resourcesPage, stackAnswer, stackId } from '../../../support/stack-answers.ts';

let wire: AwsWire;
let stacks: EnvironmentStacks;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());
beforeEach(() => {
  wire.reset();
  stacks = new EnvironmentStacks('prod', 'eu-central-1');
});

const operations = () => wire.calls.map(({ operation }) => operation);

describe('a stack', () => {
  it('has a state, unless there is none of its name', async () => {
    wire.on('DescribeStacks', stackAnswer('prod-Dns', {}), noStack('prod-Dns'));
    expect(await stacks.status('Dns')).toBe('UPDATE_COMPLETE');
    expect(await stacks.status('Dns')).toBeUndefined();
    expect(wire.asked('DescribeStacks')).toEqual([{ StackName: 'prod-Dns' }, { StackName: 'prod-Dns' }]);
    expect(wire.calls[0]?.service).toBe('cloudformation');
  });

  it.each([
    ['ValidationError', '1 validation error detected: Value at stackName failed to satisfy constraint'],
    ['AccessDenied', 'User is not authorized to perform: cloudformation:DescribeStacks'],
  ])('that cannot be looked at, %s, is not taken for one that is not there', async (code, message) => {
    wire.on('DescribeStacks', { code, message, status: code === 'AccessDenied' ? 403 : 400 });
    await expect(stacks.status('Dns')).rejects.toThrow(message);
  });

  it('is looked at again when AWS has had too many requests', async () => {
    const throttled = { code: 'Throttling', message: 'Rate exceeded' };
    wire.on('DescribeStacks', throttled, throttled, throttled, stackAnswer('prod-Dns', {}));
    expect(await stacks.status('Dns')).toBe('UPDATE_COMPLETE');
  });

  it('has outputs', async () => {
    const answer = stackAnswer('prod-Release', { StateMachine: 'arn:machine', JobLogGroup: '/odoo/job' });
    wire.on('DescribeStacks', answer, answer, noStack('prod-Release'));
    expect(await stacks.output('Release', 'JobLogGroup')).toBe('/odoo/job');
    await expect(stacks.output('Release', 'Other')).rejects.toThrow('prod-Release has no output Other');
    await expect(stacks.output('Release', 'JobLogGroup')).rejects.toThrow('has no output JobLogGroup');
  });

  it('has its template as it was written', async () => {
    wire.on('GetTemplate', { body: '<TemplateBody>{"Resources":{"A":{"Type":"B"}}}</TemplateBody>' });
    expect(await stacks.template('Dns')).toBe('{"Resources":{"A":{"Type":"B"}}}');
    expect(wire.asked('GetTemplate')).toEqual([{ StackName: 'prod-Dns', TemplateStage: 'Original' }]);
  });
});

describe('a resource', () => {
  const bucket = 'AWS::S3::Bucket';

  it('is found on whichever page it is', async () => {
    wire.on(
      'ListStackResources',
      resourcesPage([[bucket, 'FilestoreBucket1', 'files']], 'page 2'),
      resourcesPage([['AWS::S3::BucketPolicy', 'BackupBucketPolicy1', 'policy']], 'page 3'),
      resourcesPage([[bucket, 'BackupBucket2', 'backups']]),
    );
    expect(await stacks.resource('Data', bucket, 'BackupBucket')).toBe('backups');
    expect(wire.asked('ListStackResources')).toEqual([
      { StackName: 'prod-Data' },
      { StackName: 'prod-Data', NextToken: 'page 2' },
      { StackName: 'prod-Data', NextToken: 'page 3' },
    ]);
  });

  it('that was deleted does not count', async () => {
    wire.on(
      'ListStackResources',
      resourcesPage([
        [bucket, 'BackupBucket1', 'before', 'DELETE_COMPLETE'],
        [bucket, 'BackupBucket2', 'backups'],
      ]),
    );
    expect(await stacks.resource('Data', bucket)).toBe('backups');
  });

  it.each([
    [0, resourcesPage([])],
    [
      2,
      resourcesPage([
        [bucket, 'One', 'one'],
        [bucket, 'Two', 'two'],
      ]),
    ],
  ])('is an error where there are %i', async (count, page) => {
    wire.on('ListStackResources', page);
    await expect(stacks.resource('Data', bucket)).rejects.toThrow(
      `stack prod-Data has ${count} resources AWS::S3::Bucket`,
    );
  });
});

describe('an update', () => {
  const parameters =
    '<Parameters><member><ParameterKey>BootstrapVersion</ParameterKey><ParameterValue>/cdk</ParameterValue></member></Parameters>';

  it('keeps the parameters, and is awaited', async () => {
    wire.on(
      'DescribeStacks',
      stackAnswer('prod-Dns', {}, parameters),
      stackAnswer('prod-Dns', {}, '<StackStatus>UPDATE_COMPLETE</StackStatus>'),
    );
    wire.on('UpdateStack', { body: `<StackId>${stackId('prod-Dns')}</StackId>` });
    await stacks.update('Dns', '{"Resources":{}}');
    expect(wire.asked('UpdateStack')).toEqual([
      {
        StackName: 'prod-Dns',
        TemplateBody: '{"Resources":{}}',
        'Parameters.member.1.ParameterKey': 'BootstrapVersion',
        'Parameters.member.1.UsePreviousValue': 'true',
        'Capabilities.member.1': 'CAPABILITY_IAM',
        'Capabilities.member.2': 'CAPABILITY_NAMED_IAM',
        'Capabilities.member.3': 'CAPABILITY_AUTO_EXPAND',
      },
    ]);
    expect(operations()).toEqual(['DescribeStacks', 'UpdateStack', 'DescribeStacks']);
  });

  it('that changes nothing is done', async () => {
    wire.on('DescribeStacks', stackAnswer('prod-Dns', {}));
    wire.on('UpdateStack', { code: 'ValidationError', message: 'No updates are to be performed.' });
    await stacks.update('Dns', '{}');
    expect(operations()).toEqual(['DescribeStacks', 'UpdateStack']);
  });

  it('that CloudFormation rolls back is an error', async () => {
    const back = '<StackStatus>UPDATE_ROLLBACK_COMPLETE</StackStatus>';
    wire.on('DescribeStacks', stackAnswer('prod-Dns', {}), stackAnswer('prod-Dns', {}, back));
    wire.on('UpdateStack', { body: `<StackId>${stackId('prod-Dns')}</StackId>` });
    await expect(stacks.update('Dns', '{}')).rejects.toThrow('UPDATE_ROLLBACK_COMPLETE');
  });
});

describe('a deletion', () => {
  it('takes the protection away first, and is awaited by the id: afterwards no stack has the name', async () => {
    wire.on(
      'DescribeStacks',
      stackAnswer('prod-Server', {}, '<EnableTerminationProtection>true</EnableTerminationProtection>'),
      stackAnswer('prod-Server', {}, '<StackStatus>DELETE_COMPLETE</StackStatus>'),
    );
    wire.on('UpdateTerminationProtection', { body: `<StackId>${stackId('prod-Server')}</StackId>` });
    wire.on('DeleteStack', {});
    await stacks.delete('Server');
    expect(operations()).toEqual([
      'DescribeStacks',
      'UpdateTerminationProtection',
      'DeleteStack',
      'DescribeStacks',
    ]);
    expect(wire.asked('UpdateTerminationProtection')).toEqual([
      { StackName: 'prod-Server', EnableTerminationProtection: 'false' },
    ]);
    expect(wire.asked('DescribeStacks')[1]).toEqual({ StackName: stackId('prod-Server') });
  });

  it('of a stack that is not there is done', async () => {
    wire.on('DescribeStacks', noStack('prod-Server'));
    await stacks.delete('Server');
    expect(operations()).toEqual(['DescribeStacks']);
  });

  it('that fails is an error', async () => {
    wire.on(
      'DescribeStacks',
      stackAnswer('prod-Server', {}),
      stackAnswer('prod-Server', {}, '<StackStatus>DELETE_FAILED</StackStatus>'),
    );
    wire.on('DeleteStack', {});
    await expect(stacks.delete('Server')).rejects.toThrow('DELETE_FAILED');
  });
});
