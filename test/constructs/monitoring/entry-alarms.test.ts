import { Match, type Matcher, Template } from 'aws-cdk-lib/assertions';
import { describe, it } from 'vitest';
import { addCertificateAlarms, addWebAclAlarm, stackWith } from './alarm-stacks.ts';

describe('certificate alarms', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addCertificateAlarms(stack, topic)));

  it.each([
    { name: 'prod-warning-certificate-expiry', days: 30 },
    { name: 'prod-critical-certificate-expires-soon', days: 7 },
  ])('ring $days days before the end, and go on when ACM falls silent: $name', ({ name, days }) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: name,
      Namespace: 'AWS/CertificateManager',
      MetricName: 'DaysToExpiry',
      Dimensions: [
        { Name: 'CertificateArn', Value: 'arn:aws:acm:eu-central-1:111122223333:certificate/erp' },
      ],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: days,
      TreatMissingData: 'ignore',
    });
  });
});

describe('the alarm of the firewall', () => {
  const template = Template.fromStack(stackWith((stack, topic) => addWebAclAlarm(stack, topic)));

  it('rings when much of what arrives is blocked for a quarter of an hour, and not for a scanner', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'prod-warning-firewall-blocks',
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: 10,
      EvaluationPeriods: 3,
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({
          Expression: 'IF(FILL(blocked, 0) > 100, 100 * blocked / (blocked + FILL(allowed, 0)), 0)',
        }),
        requests('BlockedRequests'),
        requests('AllowedRequests'),
      ]),
    });
  });

  it('looks at the metric of the web ACL that is deployed', () => {
    template.hasResourceProperties('AWS::WAFv2::WebACL', {
      VisibilityConfig: { MetricName: 'Odoo-prod', CloudWatchMetricsEnabled: true },
    });
  });
});

function requests(name: string): Matcher {
  return Match.objectLike({
    MetricStat: Match.objectLike({
      Metric: {
        Namespace: 'AWS/WAFV2',
        MetricName: name,
        Dimensions: [
          { Name: 'Region', Value: 'eu-central-1' },
          { Name: 'Rule', Value: 'ALL' },
          { Name: 'WebACL', Value: 'Odoo-prod' },
        ],
      },
      Period: 300,
      Stat: 'Sum',
    }),
  });
}
