import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { MailAlarms } from '../../../constructs/monitoring/mail-alarms.ts';
import { stackWith, addMailAlarms } from './alarm-stacks.ts';

describe('mail alarms', () => {
  const template = Template.fromStack(stackWith(addMailAlarms));

  it.each([
    ['mail-bounces', 'Reputation.BounceRate', 0.05],
    ['mail-complaints', 'Reputation.ComplaintRate', 0.001],
  ])('ring where AWS begins to worry about the account: %s', (name, metric, threshold) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `prod-warning-${name}`,
      Namespace: 'AWS/SES',
      MetricName: metric,
      Dimensions: Match.absent(),
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: threshold,
      TreatMissingData: 'ignore',
    });
  });

  it('tell the topic of each bounce and complaint, which it takes from that configuration set alone', () => {
    const [configurationSet] = Object.keys(template.findResources('AWS::SES::ConfigurationSet'));
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    const [policy] = Object.keys(template.findResources('AWS::SNS::TopicPolicy'));
    template.hasResource('AWS::SES::ConfigurationSetEventDestination', {
      Properties: {
        ConfigurationSetName: { Ref: configurationSet },
        EventDestination: {
          Enabled: true,
          MatchingEventTypes: ['bounce', 'complaint', 'reject'],
          SnsDestination: { TopicARN: { Ref: topic } },
        },
      },
      // SES tries the topic when it is told of it.
      DependsOn: [policy],
    });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'sns:Publish',
            Principal: { Service: 'ses.amazonaws.com' },
            Condition: {
              StringEquals: {
                'AWS:SourceAccount': { Ref: 'AWS::AccountId' },
                'AWS:SourceArn': Match.objectLike({
                  'Fn::Join': ['', Match.arrayWith([':configuration-set/', { Ref: configurationSet }])],
                }),
              },
            },
          }),
        ]),
      },
    });
  });

  it('leave the bounces of an identity that others made to them', () => {
    const others = Template.fromStack(
      stackWith((stack, topic) => {
        new MailAlarms(stack, 'MailAlarms', { topic });
      }),
    );
    others.resourceCountIs('AWS::SES::ConfigurationSetEventDestination', 0);
    others.resourceCountIs('AWS::CloudWatch::Alarm', 2);
  });
});
