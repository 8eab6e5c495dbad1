import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../../lib/cli/upgrade-tools.ts';
import { AwsWire } from '../../support/aws-wire.ts';
import { noStack, stackAnswer } from '../../support/stack-answers.ts';

let wire: AwsWire;

beforeAll(async () => {
  wire = await AwsWire.start();
});
afterAll(() => wire?.stop());

it('the real account has outputs of stacks and executions', async () => {
  wire.on(
    'DescribeStacks',
    stackAnswer('prod-Release', { JobLogGroup: '/odoo/job' }),
    noStack('prod-Service'),
  );
  wire.on('AWSStepFunctions.ListExecutions', { body: { executions: [] } });
  const account = await connect('eu-central-1');
  expect(await account.outputsOf('prod-Release')).toEqual({ JobLogGroup: '/odoo/job' });
  expect(await account.outputsOf('prod-Service')).toBeUndefined();
  expect(await account.releases.running('arn:machine')).toBeUndefined();
});
