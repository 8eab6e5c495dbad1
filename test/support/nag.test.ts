import { aws_ec2 as ec2, aws_iam as iam, aws_s3 as s3 } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { acknowledge } from '../../constructs/shared/acknowledge.ts';
import { findingsOf, idleAcknowledgments, openFindings } from './nag.ts';
import { testStack } from './stack.ts';

const REASON = 'test bucket that is never deployed, so nobody reads its logs';

describe('findingsOf', () => {
  it('lists an open finding with its exact id and path', () => {
    const stack = testStack();
    new s3.Bucket(stack, 'Bucket', { enforceSSL: true });
    expect(findingsOf(stack)).toEqual([
      { id: 'AwsSolutions-S1', path: 'Test/Bucket/Resource', evaluated: true },
    ]);
  });

  it('lists an acknowledged finding with its reason, and it is not open', () => {
    const build = () => {
      const stack = testStack();
      acknowledge(new s3.Bucket(stack, 'Bucket', { enforceSSL: true }), 'AwsSolutions-S1', REASON);
      return stack;
    };
    expect(findingsOf(build())).toEqual([
      { id: 'AwsSolutions-S1', path: 'Test/Bucket/Resource', evaluated: true, acknowledged: REASON },
    ]);
    expect(openFindings(build())).toEqual([]);
  });

  it('tells a rule that threw from a defect of the same rule', () => {
    const stack = testStack();
    const vpc = new ec2.CfnVPC(stack, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    const group = (id: string, cidrIp: string) =>
      new ec2.CfnSecurityGroup(stack, id, {
        groupDescription: id,
        securityGroupIngress: [{ ipProtocol: 'tcp', cidrIp, description: id }],
      });
    group('Unclear', vpc.attrCidrBlock);
    group('Open', '0.0.0.0/0');
    expect(findingsOf(stack).filter((finding) => finding.id === 'AwsSolutions-EC23')).toEqual([
      { id: 'AwsSolutions-EC23', path: 'Test/Unclear', evaluated: false },
      { id: 'AwsSolutions-EC23', path: 'Test/Open', evaluated: true },
    ]);
  });

  it('lets no other failure of the synthesis pass as a finding', () => {
    const stack = testStack();
    stack.node.addValidation({ validate: () => ['the moon is not connected'] });
    expect(() => findingsOf(stack)).toThrow('the moon is not connected');
  });
});

describe('idleAcknowledgments', () => {
  it('names an acknowledgment that excuses nothing', () => {
    const stack = testStack();
    const user = new iam.ManagedPolicy(stack, 'Policy', {
      statements: [new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: ['*'] })],
    });
    acknowledge(user, 'AwsSolutions-IAM5[Resource::*]', REASON);
    acknowledge(user, 'AwsSolutions-IAM5[Action::s3:*]', REASON);
    const findings = findingsOf(stack);
    expect(idleAcknowledgments(stack, findings)).toEqual(['AwsSolutions-IAM5[Action::s3:*] at Test/Policy']);
  });
});
