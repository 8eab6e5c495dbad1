import { type aws_certificatemanager as acm, aws_cloudwatch as cloudwatch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm, type OdooAlarmProps } from './odoo-alarm.ts';

export interface CertificateAlarmsProps {
  readonly topic: AlarmTopic;
  readonly certificate: acm.ICertificate;
}

/** Days before its end by which a certificate has been renewed, unless something is wrong. */
export const RENEWED_DAYS = 30;

/** Alarms on a certificate of ACM that is about to expire: one that was not renewed, or one that somebody has to renew. */
export class CertificateAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, certificate }: CertificateAlarmsProps) {
    super(scope, id);
    const watch = (
      alarm: Pick<OdooAlarmProps, 'severity' | 'name' | 'panel' | 'meaning' | 'threshold' | 'because'>,
    ) =>
      new OdooAlarm(this, alarm.severity, {
        topic,
        ...alarm,
        metric: certificate.metricDaysToExpiry({ period: Duration.days(1), statistic: 'Minimum' }),
        comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
        unit: 'days',
        evaluationPeriods: 1,
        // ACM reports it twice a day while the certificate is valid, and says nothing of one that has expired.
        missingData: cloudwatch.TreatMissingData.IGNORE,
      });
    watch({
      severity: 'warning',
      name: 'certificate-expiry',
      panel: 'certificate',
      meaning: 'The certificate of the domain expires within a month and was not renewed.',
      threshold: RENEWED_DAYS,
      because: 'ACM renews 60 days before by itself, so that it has tried in vain for a month',
    });
    watch({
      severity: 'critical',
      name: 'certificate-expires-soon',
      panel: 'certificate',
      meaning: 'The certificate of the domain expires within a week; then every browser refuses Odoo.',
      threshold: 7,
      because: 'a new one takes minutes where DNS is at hand, and days where it is not',
    });
  }
}
