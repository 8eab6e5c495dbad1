import { aws_cloudwatch as cloudwatch, aws_ses as ses, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { AlarmTopic } from './alarm-topic.ts';
import { OdooAlarm } from './odoo-alarm.ts';

export interface MailAlarmsProps {
  readonly topic: AlarmTopic;
  /**
   * Of the environment's own identity: the topic is told of each of its bounces and complaints.
   *
   * @default - the identity is somebody else's, and so are its bounces
   */
  readonly configurationSet?: ses.ConfigurationSet;
}

/**
 * What becomes of the mail that Amazon SES sends: each bounce and complaint as a message, and alarms before AWS pauses
 * sending.
 *
 * The alarms look at the rates of the whole account in its Region, not of the environment: by these AWS decides, and a
 * pause stops every sender of the account.
 */
export class MailAlarms extends Construct {
  constructor(scope: Construct, id: string, { topic, configurationSet }: MailAlarmsProps) {
    super(scope, id);
    if (configurationSet !== undefined) this.tellOfEvents(topic, configurationSet);
    this.watchBounces(topic);
    this.watchComplaints(topic);
  }

  /** Permanent bounces only: SES itself goes on trying where a mailbox is full or a server is away. */
  private tellOfEvents({ topic }: AlarmTopic, configurationSet: ses.ConfigurationSet): void {
    new ses.ConfigurationSetEventDestination(this, 'Events', {
      configurationSet,
      destination: ses.EventDestination.snsTopic(topic),
      events: [
        ses.EmailSendingEvent.BOUNCE,
        ses.EmailSendingEvent.COMPLAINT,
        // SES found a virus in it.
        ses.EmailSendingEvent.REJECT,
      ],
    });
  }

  private watchBounces(topic: AlarmTopic): void {
    new OdooAlarm(this, 'Bounces', {
      topic,
      name: 'mail-bounces',
      severity: 'warning',
      meaning:
        'One message in twenty cannot be delivered. At one in ten AWS may stop all mail of the account.',
      metric: rate('Reputation.BounceRate'),
      ...atLeast(0.05),
      because: 'AWS recommends it: at a tenth it may pause sending',
    });
  }

  private watchComplaints(topic: AlarmTopic): void {
    new OdooAlarm(this, 'Complaints', {
      topic,
      name: 'mail-complaints',
      severity: 'warning',
      meaning:
        'One message in a thousand is reported as spam. At one in two hundred AWS may stop all mail of the account.',
      metric: rate('Reputation.ComplaintRate'),
      ...atLeast(0.001),
      because: 'AWS recommends it: at five times as much it may pause sending',
    });
  }
}

/** Threshold and treatment of silence as AWS recommends (SES Developer Guide, reputation alarms, November 2026). */
function atLeast(threshold: number) {
  return {
    comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold,
    unit: 'of all messages',
    evaluationPeriods: 1,
    // SES reports a rate when mail was sent; in between the last one holds.
    missingData: cloudwatch.TreatMissingData.IGNORE,
  };
}

function rate(metricName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/SES',
    metricName,
    period: Duration.hours(1),
    statistic: 'Maximum',
  });
}
