import { aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { acknowledgeWildcard } from '../../../constructs/shared/acknowledge-wildcard.ts';
import { findingsOf } from '../../support/nag.ts';
import { testStack } from '../../support/stack.ts';

it('spells the references of an ARN out as the finding does', () => {
  const stack = testStack();
  const bucket = new s3.Bucket(stack, 'Bucket');
  const arns = [bucket.arnForObjects('a/*'), stack.formatArn({ service: 'events', resource: 'rule/*' })];
  const policy = new iam.ManagedPolicy(stack, 'Policy', {
    statements: [
      new iam.PolicyStatement({
        actions: ['s3:GetObject', 'events:DescribeRule'],
        resources: [...arns, '*'],
      }),
    ],
  });
  for (const arn of arns) acknowledgeWildcard(policy, arn, `test policy that is never deployed, for ${arn}`);

  const wildcards = findingsOf(stack).filter((finding) => finding.id.includes('IAM5'));
  expect(wildcards.filter((finding) => finding.acknowledged)).toHaveLength(2);
  expect(wildcards.filter((finding) => !finding.acknowledged).map((finding) => finding.id)).toEqual([
    'AwsSolutions-IAM5[Resource::*]',
  ]);
});
