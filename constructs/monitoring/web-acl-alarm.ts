import { aws_cloudwatch as cloudwatch, Duration, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { OdooWebAcl } from '../edge/web-acl.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

/** Blocked requests in five minutes below which nobody is disturbed: a scanner that tries its luck. */
const MEANINGFUL_BLOCKS = 100;

export interface WebAclAlarmProps {
  readonly topic: AlarmTopic;
  readonly webAcl: OdooWebAcl;
}

/** Rings when the firewall blocks much of what arrives: an attack that lasts, or a rule that hits users. */
export class WebAclAlarm extends OdooAlarm {
  constructor(scope: Construct, id: string, { topic, webAcl }: WebAclAlarmProps) {
    const { region } = Stack.of(scope);
    const requests = (name: string) =>
      new cloudwatch.Metric({
        namespace: 'AWS/WAFV2',
        metricName: name,
        dimensionsMap: { WebACL: webAcl.metricName, Region: region, Rule: 'ALL' },
        period: Duration.minutes(5),
        statistic: 'Sum',
      });
    super(scope, id, {
      topic,
      name: 'firewall-blocks',
      panel: 'blocked',
      line: 'of all',
      severity: 'warning',
      meaning: 'The firewall blocks more than a tenth of all requests: an attack, or a rule that hits users.',
      metric: new cloudwatch.MathExpression({
        label: 'Share of blocked requests, percent',
        // Neither is reported while there are none.
        expression: `IF(FILL(blocked, 0) > ${MEANINGFUL_BLOCKS}, 100 * blocked / (blocked + FILL(allowed, 0)), 0)`,
        usingMetrics: { blocked: requests('BlockedRequests'), allowed: requests('AllowedRequests') },
        period: Duration.minutes(5),
      }),
      comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      threshold: 10,
      unit: 'percent',
      because: 'a scan is over within minutes, and a quarter of an hour is not',
      evaluationPeriods: 3,
      missingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
  }
}
