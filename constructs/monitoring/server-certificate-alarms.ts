import { aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { serverMetric } from '../odoo-server/server-metrics.ts';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

export interface ServerCertificateAlarmsProps {
  readonly topic: AlarmTopic;
}

/**
 * Alarms on the certificate that the single server gets by itself. The one that it makes itself, until it has another, counts
 * as expired: browsers warn of it.
 */
export class ServerCertificateAlarms extends Construct {
  private readonly topic: AlarmTopic;

  constructor(scope: Construct, id: string, { topic }: ServerCertificateAlarmsProps) {
    super(scope, id);
    this.topic = topic;
    this.watch('NotRenewed', {
      name: 'server-certificate-not-renewed',
      severity: 'warning',
      meaning: 'The certificate of the server is not renewed; when it expires, browsers refuse Odoo.',
      threshold: 21,
      because: 'it is renewed when thirty days are left, and has been tried twice a day since',
    });
    this.watch('Expiring', {
      name: 'server-certificate-expiring',
      severity: 'critical',
      meaning: 'The server has no certificate that browsers trust, or will have none within a week.',
      threshold: 7,
      because: 'a week is what it takes to have a DNS record or a firewall corrected by somebody else',
    });
  }

  private watch(
    id: string,
    alarm: Pick<OdooAlarmProps, 'name' | 'severity' | 'meaning' | 'threshold' | 'because'>,
  ): void {
    new OdooAlarm(this, id, {
      ...alarm,
      topic: this.topic,
      panel: 'certificate',
      line: 'days left',
      metric: serverMetric({
        environmentName: this.topic.environmentName,
        metricName: 'CertificateDaysLeft',
        period: Duration.hours(1),
        statistic: 'Minimum',
      }),
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      unit: 'days',
      // The first one is asked for when the server has started, and a few times an hour until it is there.
      evaluationPeriods: 3,
      missingData: cloudwatch.TreatMissingData.MISSING,
    });
  }
}
