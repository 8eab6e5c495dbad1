import { aws_kms as kms } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { AlarmTopic } from '../../../constructs/monitoring/alarm-topic.ts';
import { testStack } from '../../support/stack.ts';

describe('alarm topic', () => {
  it('is encrypted with the given key', () => {
    topicTemplate().hasResourceProperties('AWS::SNS::Topic', {
      KmsMasterKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/log',
    });
  });

  it('lets alarms of its own account publish, which a topic with a policy does not by itself', () => {
    topicTemplate().hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Action: 'sns:Publish',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Condition: {
              StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
              ArnLike: {
                'aws:SourceArn': {
                  'Fn::Join': [
                    '',
                    ['arn:aws:cloudwatch:eu-central-1:', { Ref: 'AWS::AccountId' }, ':alarm:*'],
                  ],
                },
              },
            },
          }),
        ]),
      },
    });
  });

  it('refuses messages without TLS', () => {
    topicTemplate().hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ]),
      },
    });
  });

  it('writes to the address of the environment', () => {
    topicTemplate('ops@example.com').hasResourceProperties('AWS::SNS::Subscription', {
      Protocol: 'email',
      Endpoint: 'ops@example.com',
    });
  });

  it('keeps the logical id of the subscription when the address changes', () => {
    const ids = ['a@example.com', 'b@example.com'].map((email) =>
      Object.keys(topicTemplate(email).findResources('AWS::SNS::Subscription')),
    );
    expect(ids[0]).toEqual(ids[1]);
  });

  it('has no subscription without an address', () => {
    topicTemplate().resourceCountIs('AWS::SNS::Subscription', 0);
  });
});

function topicTemplate(email?: string): Template {
  const stack = testStack();
  new AlarmTopic(stack, 'AlarmTopic', {
    environmentName: 'prod',
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/log'),
    email,
  });
  return Template.fromStack(stack);
}
